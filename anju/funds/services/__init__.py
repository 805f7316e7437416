"""Registering, handing down, assigning, receiving and confirming quotas."""
