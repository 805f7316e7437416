"""Sending a file: its Chinese name survives every browser."""

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


def file_response(content: bytes, name: str) -> HttpResponse:
    """To be saved, not shown; the ending of the name says what it is."""
    kind = KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return HttpResponse(content, kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"})
