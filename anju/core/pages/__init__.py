"""What pages share, and the pages of the ground: people, jobs, the trail, errors."""
