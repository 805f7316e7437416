"""Background jobs (后台任务): the queue and its worker."""
