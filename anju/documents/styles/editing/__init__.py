"""Styles changed on pages: the text stays the one truth, and is changed part by part with its comments and its layout kept."""
