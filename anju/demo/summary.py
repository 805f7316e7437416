"""What was written and what was found, said in Chinese at the end of a load."""

from pathlib import Path
from typing import Any

from anju.core.demo import Say
from anju.core.people.scope import local_actor, open_scope
from anju.demo.places import LoadedPlace
from anju.documents.queries import documents as papers
from anju.documents.writers.formats import file_name, write_formats
from anju.runs.models import Run
from anju.runs.queries.score_table import lay_out_score_table

SHOWN = 3  # findings told per place on the screen; the site has them all


def write_documents(loaded: LoadedPlace, folder: Path, *, say: Say) -> list[dict[str, Any]]:
    """Every document of the place as web page, Word and PDF, its annexes as Excel. A file is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in loaded.documents:
        with open_scope(local_actor()) as user:
            html = papers.document_text(document, papers.find_version(user, document))
        formats = ["html", "docx", "pdf"] + (["xlsx"] if "annex-table" in html else [])
        contents = {
            file_name(name, form): content for form, content in write_formats(html, formats, document.title).items()
        }
        for file, content in contents.items():
            part = folder / f".{file}.part"
            part.write_bytes(content)
            part.replace(folder / file)
        written.append(
            {
                "place": loaded.place.title,
                "title": document.title,
                "files": [f"{folder.name}/{file}" for file in contents],
            }
        )
        say(f"写出 {name}（{len(contents)} 个文件）")
    return written


def scoring_totals(loaded: LoadedPlace) -> list[tuple[Run, str]]:
    """Each scoring run of the place with its total, "" when something is unknown."""
    with open_scope(local_actor()) as user:
        return [(run, lay_out_score_table(user, run).total.value) for run in loaded.scores if run.kind == "scoring"]


def summarise_load(
    loaded: list[LoadedPlace], documents: list[dict[str, Any]], out: Path
) -> tuple[dict[str, Any], list[str]]:
    """The same for a program and for a person."""
    data = {
        "places": [
            {
                "title": load.place.title,
                "figures": load.figures,
                "scores": [{"title": run.title, "score": total} for run, total in scoring_totals(load)],
                "warnings": [{"colour": finding.colour, "sentence": finding.sentence} for finding in load.warnings],
            }
            for load in loaded
        ],
        "documents": documents,
        "out": str(out),
    }
    lines = [
        f"载入 {len(loaded)} 个地方，共 {sum(load.figures for load in loaded)} 个数，每个都记着来自哪个文件的哪个单元格。"
    ]
    for load in loaded:
        lines.append(f"\n{load.place.title}")
        lines += [f"  得分 {total or '待核'}  {run.title}" for run, total in scoring_totals(load)]
        if not load.warnings:
            lines.append("  预警与核对：没有发现")
        else:
            lines.append(f"  预警与核对 {len(load.warnings)} 条，例如：")
            lines += [f"    〔{finding.colour}〕{finding.sentence}" for finding in load.warnings[:SHOWN]]
    lines += [f"\n公文 {len(documents)} 份，共 {sum(len(paper['files']) for paper in documents)} 个文件，在 {out}/ ："]
    lines += [f"  {file}" for paper in documents for file in paper["files"]]
    return data, lines
