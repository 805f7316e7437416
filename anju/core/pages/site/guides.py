"""The guides inside the product: what docs/ says, as pages, each opened from where it is needed (NAVIGATION's guide in a room's room.py)."""

import re
import subprocess
from functools import cache, lru_cache
from pathlib import Path

import pypandoc
from django.http import Http404, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET
from lxml import html

from anju.core.pages.addresses import path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.layout.markup import trusted
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.trees import TREES

FIRST = "quickstart"
NAME = re.compile(r"[a-z][a-z0-9-]*")


@cache
def guides_folder() -> Path:
    """Beside the sources; within the package where it was installed from a bundle (scripts/bundle puts them there)."""
    package = Path(__file__).parents[3]
    beside = package.parent / "docs"
    return beside if (beside / f"{FIRST}.md").is_file() else package / "guides"


@cache
def guide_titles() -> dict[str, str]:
    """Every guide by its name, as its first line calls it, the first one first."""
    paths = sorted(guides_folder().glob("*.md"), key=lambda path: (path.stem != FIRST, path.stem))
    return {path.stem: path.read_text("utf-8").partition("\n")[0].lstrip("# ").strip() for path in paths}


@lru_cache(maxsize=64)
def guide_html(name: str) -> SafeString:
    """The text of a guide as markup: links to other guides lead to their pages, those to what is not here are words."""
    command = [pypandoc.get_pandoc_path(), "--sandbox", "--from=gfm", "--to=html", "--syntax-highlighting=none"]
    source = (guides_folder() / f"{name}.md").read_bytes()
    written = subprocess.run(command, input=source, capture_output=True, check=True).stdout.decode()
    with TREES:
        body = html.fragment_fromstring(written, create_parent="div")
    for title in body.xpath("./h1"):
        title.drop_tree()  # the page's own
    for node in body.iter("col", "th", "td", "table", "colgroup"):
        node.attrib.pop("style", None)  # no style within the page: its policy allows none
    for table in body.iter("table"):
        table.set("class", "sheet")
    for link in list(body.iter("a")):
        _lead(link)
    for picture in body.iter("img"):
        picture.set("src", path_of("core:guide-picture", Path(picture.get("src", "")).name))
        picture.set("loading", "lazy")
    with TREES:
        return trusted(html.tostring(body, encoding="unicode"))


def _lead(link: html.HtmlElement) -> None:
    file, _, place = link.get("href", "").partition("#")
    name = file.removesuffix(".md")
    if file.endswith(".md") and name in guide_titles():
        link.set("href", path_of("core:guide", name) + (f"#{place}" if place else ""))
    elif file:
        link.drop_tag()


@requires_permission("core.own")
@require_GET
def show_guide(request: Request, name: str = FIRST) -> HttpResponse:
    page_context(request)
    if name not in guide_titles():
        raise Http404(name)
    return render_page(
        request,
        "core/guide.html",
        heading=guide_titles()[name],
        guide=guide_html(name),
        name=name,
        titles=guide_titles(),
    )


@requires_permission("core.own")
@require_GET
def show_picture(request: Request, file: str) -> HttpResponse:
    path = guides_folder() / "pictures" / file
    if not NAME.fullmatch(path.stem) or path.suffix != ".png" or not path.is_file():
        raise Http404(file)
    return HttpResponse(path.read_bytes(), "image/png", headers={"Cache-Control": "private, max-age=86400"})
