"""A read paper, what its numbers are taken for and what a person said of them, as they are kept. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from anju.documents.binding.holdings import FigureMeant
from anju.documents.binding.marking import spans_of
from anju.documents.binding.proposing import NumberProposal, ProposedFigure
from anju.documents.binding.sentences import CONSTANT
from anju.documents.checker.paper import PaperNumber, ReadPaper, ReadPaperCell, ReadParagraph, ReadTable

FRACTIONS = ("value", "step", "slack")
DEFAULTS = {one.name: one.default for one in fields(PaperNumber)}


def store_number(number: PaperNumber) -> dict[str, Any]:
    said = {name: value for name, value in vars(number).items() if value != DEFAULTS[name]}
    return said | {name: str(said[name]) for name in FRACTIONS if name in said}


def fetch_number(said: Mapping[str, Any]) -> PaperNumber:
    return PaperNumber(**{**said, **{name: Fraction(said[name]) for name in FRACTIONS}})


def store_paper(paper: ReadPaper) -> dict[str, Any]:
    return {
        "name": paper.name,
        "kind": paper.kind,
        "paragraphs": [
            {
                "text": one.text,
                "where": one.where,
                "heading": one.heading,
                "part": one.part,
                "numbers": [*map(store_number, one.numbers)],
            }
            for one in paper.paragraphs
        ],
        "tables": [_store_table(one) for one in paper.tables],
    }


def _store_table(table: ReadTable) -> dict[str, Any]:
    reach = spans_of(table)
    cells = []
    for (row, column), cell in sorted(table.cells.items()):
        down, across = reach.get(id(cell), (1, 1))
        said: dict[str, Any] = {"at": [row, column, down, across], "text": cell.text}
        cells.append(said | ({"number": store_number(cell.number)} if cell.number is not None else {}))
    return {
        "name": table.name, "title": table.title, "rows": table.rows, "columns": table.columns, "head": table.head, "part": table.part, "unit": table.unit,
        "cells": cells, "heads": {str(key): text for key, text in table.heads.items()},
        "labels": {str(key): text for key, text in table.labels.items()},
    }  # fmt: skip


def fetch_paper(said: Mapping[str, Any]) -> ReadPaper:
    paper = ReadPaper(said["name"], said["kind"])
    for one in said["paragraphs"]:
        paragraph = ReadParagraph(one["text"], one["where"], -1, heading=one["heading"], part=one["part"])
        paragraph.numbers = [*map(fetch_number, one["numbers"])]
        paper.paragraphs.append(paragraph)
    paper.tables = [_fetch_table(one) for one in said["tables"]]
    return paper


def _fetch_table(said: Mapping[str, Any]) -> ReadTable:
    cells: dict[tuple[int, int], ReadPaperCell] = {}
    cover: dict[tuple[int, int], ReadPaperCell] = {}
    for one in said["cells"]:
        row, column, down, across = one["at"]
        cell = cells[row, column] = ReadPaperCell(one["text"], -1, row, column)
        if "number" in one:
            cell.number = fetch_number(one["number"])
        cover |= {(row + y, column + x): cell for y in range(down) for x in range(across)}
    return ReadTable(
        said["name"], said["title"], cells, said["rows"], said["columns"], head=said["head"], part=said["part"], unit=said["unit"],
        heads={int(key): text for key, text in said["heads"].items()},
        labels={int(key): text for key, text in said["labels"].items()}, cover=cover,
    )  # fmt: skip


def store_figure(figure: ProposedFigure) -> dict[str, Any]:
    return {
        "meant": figure.meant.as_stored(), "name": figure.name, "shown": figure.shown, "agrees": figure.agrees, "cut": figure.cut,
        "ref": figure.ref,
    }  # fmt: skip


def fetch_figure(said: Mapping[str, Any]) -> ProposedFigure:
    meant = FigureMeant.of_stored(said["meant"])
    return ProposedFigure(meant, said["name"], said["shown"], said["agrees"], said["cut"], said["ref"])


def store_proposals(proposals: Mapping[int, NumberProposal]) -> dict[str, Any]:
    return {
        str(one.serial): {"state": one.state, "figures": [*map(store_figure, one.figures)]}
        for one in proposals.values()
    }


def fetch_proposals(said: Mapping[str, Any]) -> dict[int, NumberProposal]:
    return {
        int(serial): NumberProposal(int(serial), one["state"], [*map(fetch_figure, one["figures"])])
        for serial, one in said.items()
    }


def store_answer(answer: ProposedFigure | str) -> dict[str, Any]:
    return {"figure": store_figure(answer)} if isinstance(answer, ProposedFigure) else {"constant": True}


def fetch_answers(said: Mapping[str, Any]) -> dict[int, ProposedFigure | str]:
    return {int(serial): fetch_figure(one["figure"]) if "figure" in one else CONSTANT for serial, one in said.items()}
