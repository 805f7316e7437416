"""Keeping files (附件) that belong to something of the ledgers: photographs, evidence, sealed scans, receipts."""

import hashlib

from anju.core.models.file import File
from anju.core.people.scope import Actor, visible_rows


def keep_file(*, by: Actor, region_id: int, name: str, content: bytes, media: str) -> File:
    """Keep the bytes once; the same file of the region again is the one kept."""
    digest = hashlib.sha256(content).hexdigest()
    known = visible_rows(File.objects.filter(region_id=region_id, sha256=digest), by).defer("content").first()
    return known or File.objects.create(
        region_id=region_id, name=name[-200:], media=media, sha256=digest, size=len(content), content=content, by=by.key
    )
