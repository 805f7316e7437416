"""Keeping the sealed scan (盖章件) of a return as proof."""

import hashlib

from django.db import transaction

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.returns.base import FILL, require_return_act
from anju.returns.files.papers import KINDS
from anju.returns.models import Paper
from anju.returns.queries import layout, returns


@transaction.atomic
@trail.act("returns.keep_scan")
def keep_scan(*, by: Actor, ret_id: int, name: str, content: bytes) -> Paper:
    """Keep the sealed scan with the digest of what the return says now. The same file for the same content again is the one kept.

    Refused RET-650 what is no PDF, JPEG or PNG by its content, RET-651 what is cut off, RET-652 what is too large.
    """
    ret = returns.get_return(by, ret_id)
    require_return_act(by, ret, FILL)
    media = _media(name, content)
    file = keep_file(by=by, region_id=ret.region_id, name=name, content=content, media=media)
    digest = layout.content_digest(ret)
    known = visible_rows(Paper.objects.filter(ret=ret, file=file, digest=digest), by).first()
    if known:
        return known
    made = Paper.objects.create(ret=ret, region_id=ret.region_id, file=file, digest=digest, by=by.key)
    trail.describe(
        obj=ret,
        after={"file": file.name, "sha256": file.sha256, "content": digest},
        region_id=ret.region_id,
        digest=hashlib.sha256(content).hexdigest(),
    )
    return made


def _media(name: str, content: bytes) -> str:
    where = Place(f"盖章件《{name}》", file=name)
    if problems := file_sizes.too_large(
        len(content), file_sizes.SCAN, code="RET-652", where=where, fix="请降低扫描的分辨率，黑白或灰度即可。"
    ):
        raise Refused(*problems)
    for head, (media, end) in KINDS.items():
        if content.startswith(head):
            if end in content[-2048:]:
                return media
            raise Refused(
                Problem("RET-651", where, "文件不完整，结尾被截断了。", "请打开看是否正常，重新扫描或重新上传。")
            )
    raise Refused(
        Problem(
            "RET-650", where, "内容不是 PDF、JPG 或 PNG，只改扩展名是不够的。", "请扫描或拍照后存成 PDF、JPG 或 PNG。"
        )
    )
