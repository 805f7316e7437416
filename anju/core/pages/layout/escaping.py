"""Escaping for the markup that is written in Python."""

from html import escape

from django.utils.safestring import SafeString


def escaped(value: object) -> str:
    """For markup that is written here: what is safe already stays, all else is escaped. conditional_escape takes three times as long."""
    return value if isinstance(value, SafeString) else escape(str(value))
