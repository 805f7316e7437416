"""The books that come with the program, and finding the one that applies."""
