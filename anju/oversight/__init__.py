"""Oversight (督办): circulars on what was done, notices that divide the year's targets."""
