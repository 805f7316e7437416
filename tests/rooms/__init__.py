"""Rooms that only the tests know. They run in processes of their own, where ANJU_ROOMS names them (test_tiny.py)."""
