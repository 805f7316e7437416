"""Passwords in tests are stored as the product stores them, at the least cost that this can have: some tests sign in a hundred times, and
what they ask is whether a password is right, not how long guessing takes."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 8
    parallelism = 1
