"""The annotated copy: a .docx with a comment at each finding, or the parts of a page with marks. Pure; for strangers' files it runs in a child."""

import io
from dataclasses import dataclass, field
from typing import Any

from anju.documents.checker.findings import Finding, Report
from anju.documents.checker.paper import ReadPaper
from anju.documents.text import word_file
from anju.problems import Problem, Refused

AUTHOR, INITIALS = "安居核对", "核"
MOST = 500  # comments; more nobody reads, and Word becomes slow
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def annotate_word(content: bytes, report: Report, name: str = "上传的文件") -> bytes:
    """The same .docx with comments. Refused DOC-091 when the file does not take them."""
    import docx
    from docx.text.run import Run

    try:
        document = docx.Document(io.BytesIO(content))
        paragraphs = list(word_file.paragraph_nodes(document.element.body))
        for finding in report.findings[:MOST]:
            node = paragraphs[finding.anchor] if 0 <= finding.anchor < len(paragraphs) else _first_with_text(paragraphs)
            runs = list(node.iter(f"{WORD}r")) if node is not None else []
            if not runs:
                continue
            first, last = _runs_of(runs, finding.printed)
            document.add_comment([Run(first, document), Run(last, document)], comment_text(finding), AUTHOR, INITIALS)  # type: ignore[arg-type]
        out = io.BytesIO()
        document.save(out)
    except MemoryError:
        raise
    except Exception as error:  # python-docx wants more of a file than Word does
        raise Refused(
            Problem(
                "DOC-091",
                name,
                "这个 Word 文件写不进批注（结构特别，或者是严格格式）。",
                "请下载网页批注稿，或在 Word、WPS 里另存一份 .docx 再核对。",
            )
        ) from error
    return out.getvalue()


def comment_text(finding: Finding) -> str:
    """What a comment says: its class, what is there, the arithmetic."""
    return f"【{finding.level}·{finding.kind}】{finding.sentence}"


def _first_with_text(paragraphs: list[Any]) -> Any:
    return next((node for node in paragraphs if any(True for _ in node.iter(f"{WORD}t"))), None)


def _runs_of(runs: list[Any], printed: str) -> tuple[Any, Any]:
    """The runs that hold the printed text; all of the paragraph's when it cannot be told."""
    texts = ["".join(node.text or "" for node in run.iter(f"{WORD}t")) for run in runs]
    whole = "".join(texts)
    wanted = next((text for text in (printed, printed.rstrip("万亿元套户个%㎡")) if text and text in whole), "")
    if not wanted:
        return runs[0], runs[-1]
    at = whole.index(wanted)
    first = last = runs[0]
    begin = 0
    for run, text in zip(runs, texts, strict=True):
        if begin <= at < begin + len(text):
            first = run
        if begin < at + len(wanted) <= begin + len(text):
            last = run
        begin += len(text)
    return first, last


# --- as a page ---------------------------------------------------------------


@dataclass
class Piece:
    """A stretch of text; number: of the finding that it is marked with, 0 for none."""

    text: str
    number: int = 0
    level: str = ""


@dataclass
class MarkedPart:
    """A paragraph (pieces) or a table (rows of cells of pieces)."""

    pieces: list[Piece] = field(default_factory=list)
    rows: list[list[list[Piece]]] = field(default_factory=list)
    title: str = ""


def marked_parts(paper: ReadPaper, report: Report) -> list[MarkedPart]:
    """The paper with its findings marked where they are, numbered as in the list."""
    marks = {finding.serials[0]: number for number, finding in enumerate(report.findings, 1) if finding.serials}
    levels = [finding.level for finding in report.findings]
    parts = []
    for paragraph in paper.paragraphs:
        pieces, at = [], 0
        for number in paragraph.numbers:
            if number.serial in marks:
                pieces += [Piece(paragraph.text[at : number.start])] if number.start > at else []
                mark = marks[number.serial]
                pieces.append(Piece(paragraph.text[number.start : number.end], mark, levels[mark - 1]))
                at = number.end
        pieces.append(Piece(paragraph.text[at:]))
        parts.append(MarkedPart(pieces))
    for table in paper.tables:
        rows = []
        for row in range(table.rows):
            cells = []
            for column in range(table.columns):
                cell = table.cells.get((row, column))
                mark = marks.get(cell.number.serial, 0) if cell and cell.number else 0
                cells.append([Piece(cell.text if cell else "", mark, levels[mark - 1] if mark else "")])
            rows.append(cells)
        parts.append(MarkedPart(rows=rows, title=f"{table.name} {table.title}"))
    return parts
