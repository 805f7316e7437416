"""What the columns of a printed annex are called."""

from lxml import html

from anju.documents.layout import markup


def annex_heads(article: html.HtmlElement) -> dict[str, list[str]]:
    """Of each annex, called as its sentences call it (附件1), the names of its columns."""
    heads = {}
    for section in markup.find_by_class(article, "annex"):
        marks = markup.find_by_class(section, "annex-mark")
        name = markup.element_text(marks[0]) if marks else section.get("data-title", "附件")
        heads[name] = annex_column_names(section)
    return heads


def annex_column_names(section: html.HtmlElement) -> list[str]:
    """The names of an annex's columns, each with the headings above it: 租赁补贴·发放量."""
    grid: list[list[str]] = []
    for number, line in enumerate(section.iterfind(".//thead/tr")):
        for head in line.iter("th", "td"):
            while len(grid) <= number:
                grid.append([])
            column = next(i for i in range(len(grid[number]) + 1) if i == len(grid[number]) or not grid[number][i])
            for down in range(int(head.get("rowspan", 1))):
                while len(grid) <= number + down:
                    grid.append([])
                row = grid[number + down]
                row += [""] * (column + int(head.get("colspan", 1)) - len(row))
                for across in range(int(head.get("colspan", 1))):
                    row[column + across] = markup.element_text(head) or " "
    return ["·".join(dict.fromkeys(name for name in names if name.strip())) for names in zip(*grid, strict=False)]
