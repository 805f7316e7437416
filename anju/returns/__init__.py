"""Returns (报表): period forms as data, filling, checks, review chain, lock, receivers, corrections."""
