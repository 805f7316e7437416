"""Sending a file: its Chinese name survives every browser."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from django.http import HttpResponse

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
}

View = TypeVar("View", bound=Callable[..., HttpResponse])


def ends_in_file(view: View) -> View:
    """Mark a view that reads a large file and sends one: where that takes long, a page waits and ends with the way to it. What leads there is a
    plain link: `download` would save the waiting page."""
    view.ends_in_file = True  # type: ignore[attr-defined]
    return view


def file_response(content: bytes, name: str) -> HttpResponse:
    """To be saved, not shown; the ending of the name says what it is."""
    kind = KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return HttpResponse(content, kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
