"""The anju command of the ground: database, check-up, worker, people."""
