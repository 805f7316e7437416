"""Organisations, people and posts; who is signed in, what they may do and which rows they see."""
