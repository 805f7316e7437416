"""Mutated files and requests over every way in: an answer or a sentence, never a fall."""
