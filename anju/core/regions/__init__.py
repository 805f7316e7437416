"""Regions (区划): the tree, names as people write them, and the national list."""
