"""Read a style from YAML, or refuse it with every problem at once, each with its line. Nothing of the file is run."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from anju.documents.styles.language import schema, times
from anju.documents.styles.language.conditions import ConditionError, StyleCondition, read_condition
from anju.documents.styles.language.schema import (
    Block,
    Enclosure,
    FigureSpec,
    ListSpec,
    Option,
    ProsePlace,
    RegionSet,
    Style,
    StyleParagraph,
    StyleSection,
    Variant,
)
from anju.documents.styles.language.sentences import NAME, Piece, SentenceError, read_sentence
from anju.documents.styles.library import checking
from anju.documents.styles.library.reminders import read_reminders
from anju.documents.styles.library.tables import read_annex
from anju.documents.text.printing import FigureFormat
from anju.problems import Refused
from anju.quantities import ALIASES, UNITS
from anju.rules.book.tree import INTEGER, ProblemReport, YamlNode, read_tree
from anju.yaml_files import MAX_DEPTH, too_deep

SHAPE, SENTENCE, FORMULA, NAMES, LIMIT = "DOC-070", "DOC-071", "DOC-072", "DOC-073", "DOC-074"
MAX_BYTES, MAX_NODES, MAX_BLOCKS_DEEP = 400_000, 12_000, 10
MOST = {
    "names": 400,
    "lists": 80,
    "sets": 40,
    "blocks": 400,
    "sentences": 1500,
    "annexes": 20,
    "columns": 200,
    "rows": 200,
}
KEYS = (
    "style", "name", "region", "applies", "sources", "periods", "title", "variants", "options", "prose", "needs", "upward", "figures", "conditions", "texts", "sets",
    "lists", "sections", "enclosure", "annexes", "reminders", "letterhead", "imprint", "signed",
)  # fmt: skip
REQUIRED = ("style", "name", "applies", "sources", "periods", "title", "sections")
FIGURE = ("measure", "dimension", "member", "calibre", "region", "over", "period", "latest", "exactly", "formula", "sum", "of", "run", "parameter", "paper", "given", "count",
          "first", "when", "unit", "places", "show", "label")  # fmt: skip
MEANINGS = ("measure", "formula", "sum", "first", "run", "parameter", "paper", "given", "count")
LIST = (
    "of",
    "set",
    "option",
    "rows",
    "measure",
    "dimension",
    "only",
    "calibres",
    "latest",
    "where",
    "order",
    "top",
    "cut",
    "skip",
    "group",
    "figures",
    "label",
)
SET = ("below", "regions", "option", "level", "minus", "plus", "order")
BLOCK = ("text", "prose", "heading", "content", "when", "repeat")
NEED = ("organs", "addressee")


class StyleReport(ProblemReport):
    """The problems of a style: what is wrong with its YAML has one code."""

    too_many = LIMIT

    def add(self, code: str, line: int, path: str, what: str, fix: str) -> None:
        if code == "BOOK-001":
            fix += "句子里有冒号、引号、花括号的，整句加引号。"
        if code.startswith("BOOK-"):
            code, fix = (
                SHAPE,
                fix.replace("规则书格式", "文书样式的写法")
                .replace("几本规则书", "几种样式")
                .replace("规则书", "文书样式"),
            )
        super().add(code, line, path, what, fix)


def load_style(path: Path | str) -> Style:
    """The style in that file. Refused with every problem."""
    path = Path(path)
    return load_text(path.read_bytes(), "/".join(path.parts[-2:]))


def load_text(content: bytes, file: str) -> Style:
    """The same from the file's bytes; the digest is over exactly these bytes."""
    report = StyleReport(file)
    if len(content) > MAX_BYTES:
        report.add(LIMIT, 1, "", f"文件有 {len(content)} 字节，最多 {MAX_BYTES} 字节。", "请分成几种样式。")
        raise Refused(*report.problems)
    if (line := too_deep(content.decode("utf-8", "replace"))) is not None:
        report.add(LIMIT, line, "", f"括号套了 {MAX_DEPTH} 层以上。", "请检查括号是否配对，或少套几层。")
        raise Refused(*report.problems)
    tree, _ = read_tree(content, file, report, MAX_NODES)
    style = StyleLoader(report).style(tree, content)
    if not report.problems and style is not None:
        checking.check_style(style, report)
    if report.problems or style is None:
        raise Refused(*sorted(report.problems, key=lambda problem: problem.where.line))
    return style


class StyleLoader:
    """The parts of a style, read one by one."""

    def __init__(self, report: StyleReport) -> None:
        self.report = report
        self.counted: dict[str, int] = {}

    def style(self, tree: YamlNode, content: bytes) -> Style | None:
        known = tree.fields(KEYS, REQUIRED)
        if not all(key in known for key in REQUIRED):
            return None
        applies = known["applies"].fields(("from", "until"), ("from",))
        since = applies["from"].day() if "from" in applies else None
        until = applies["until"].day() if "until" in applies else None
        if since and until and until < since:
            applies["until"].wrong(SHAPE, "截止日早于起始日。", "请核对两个日期。")
        made = {
            "code": self.word(known["style"], r"文种代码", allow="-"),
            "name": known["name"].text(),
            "region": self.region(known.get("region")),
            "sources": tuple(self.sources(known["sources"])),
            "periods": tuple(one.choice(schema.SHAPES) for one in known["periods"].elements()),
            "title": self.sentence(known["title"]),
            "options": self.named(known.get("options"), self.option, "names"),
            "prose": {key: one.text() for key, one in known["prose"].items()} if "prose" in known else {},
            "needs": tuple(one.choice(NEED) for one in known["needs"].elements()) if "needs" in known else (),
            "upward": self.flag(known, "upward", False),
            "figures": self.named(known.get("figures"), self.figure, "names"),
            "conditions": self.named(known.get("conditions"), lambda name, node: self.condition(node), "names"),
            "texts": self.named(known.get("texts"), lambda name, node: self.sentence(node), "names"),
            "sets": self.named(known.get("sets"), self.named_set, "sets"),
            "lists": self.named(known.get("lists"), self.named_list, "lists"),
            "blocks": self.blocks(known["sections"], 1),
            "enclosure": self.enclosure(known["enclosure"]) if "enclosure" in known else None,
            "annexes": tuple(read_annex(self, one) for one in known["annexes"].elements())
            if "annexes" in known
            else (),
            "letterhead": self.flag(known, "letterhead", True),
            "imprint": self.flag(known, "imprint", True),
            "signed": known["signed"].choice(("always", "organs", "never")) if "signed" in known else "always",
        }
        made["reminders"], made["own_reminders"] = read_reminders(self, known.get("reminders"))
        made["variants"] = self.named_variants(known["variants"]) if "variants" in known else ()
        if since is None:
            return None
        digest = hashlib.sha256(content).hexdigest()
        return Style(
            applies_from=since, applies_until=until, file=self.report.file, digest=digest, content=content, **made
        )

    def named_variants(self, node: YamlNode) -> tuple[Variant, ...]:
        """The same text under another code: of periods of another shape, with a title of its own."""
        found = []
        for key, one in node.items():
            known = one.fields(("name", "periods", "title"), ("name", "periods", "title"))
            if len(known) == 3:
                shapes = tuple(shape.choice(schema.SHAPES) for shape in known["periods"].elements())
                found.append(Variant(key, known["name"].text(), shapes, self.sentence(known["title"])))
        return tuple(found)

    # -- small things

    def count(self, what: str, node: YamlNode) -> None:
        self.counted[what] = self.counted.get(what, 0) + 1
        if self.counted[what] == MOST[what] + 1:
            node.wrong(LIMIT, f"超过 {MOST[what]} 项。", "请分成几种样式，或删去不用的。")

    def flag(self, known: Mapping[str, YamlNode], key: str, default: bool) -> bool:
        value = known[key].truth() if key in known else None
        return default if value is None else value

    def word(self, node: YamlNode, what: str = "名称", allow: str = "") -> str:
        text = node.text()
        if text and not NAME.fullmatch(text.replace(allow, "_") if allow else text):
            node.wrong(NAMES, f"“{text}”不能作{what}。", "请用小写英文字母开头，只用小写字母、数字和下划线。")
        return text

    def region(self, node: YamlNode | None) -> str | None:
        return node.text() if node is not None else None

    def sources(self, node: YamlNode) -> list[dict[str, str]]:
        found = []
        for one in node.elements():
            keys = one.fields(("title", "number", "note", "on"), ("title",))
            found.append({key: value.text() for key, value in keys.items()})
        if not found:
            node.wrong(SHAPE, "没有写依据。", "请至少写一件：- title: …。")
        return found

    def named(self, node: YamlNode | None, read: Callable[[str, YamlNode], Any], what: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, one in node.items() if node is not None else ():
            self.count(what, one)
            if not NAME.fullmatch(key) or key.startswith(("whole_", "outer_", "ask_")) or len(key) > 60:
                one.wrong(
                    NAMES,
                    f"“{key}”不能作名称。",
                    "请用小写英文字母开头，只用小写字母、数字和下划线；不要以 whole_、outer_、ask_ 开头。",
                )
                continue
            found[key] = read(key, one)
        return found

    def sentence(self, node: YamlNode) -> tuple[Piece, ...]:
        self.count("sentences", node)
        text = node.text()
        try:
            return read_sentence(text)
        except SentenceError as error:
            near = text[max(0, error.place - 6) : error.place + 12].replace("\n", " ")
            line = node.line + (text[: error.place].count("\n") + 1 if node.node.style in ("|", ">") else 0)
            column = error.place - text.rfind("\n", 0, error.place)
            self.report.add(SENTENCE, line, node.path, f"第 {column} 个字“{near}”处：{error.what}", error.fix)
            return ()

    def condition(self, node: YamlNode) -> StyleCondition | None:
        text = node.text()
        try:
            return read_condition(text) if text else None
        except ConditionError as error:
            node.wrong(FORMULA, f"“{text[:60]}”：{error}", "写法与规则书的公式相同，见《文书样式》的“条件和公式”。")
            return None

    def show(self, node: YamlNode) -> str:
        text = (
            node.text()
            if node.quoted() or not INTEGER.match(str(getattr(node.node, "value", "")))
            else str(node.node.value)
        )
        try:
            FigureFormat.of(text)
        except ValueError as error:
            node.wrong(
                SENTENCE,
                f"认不得印法里的“{str(error).rpartition(' ')[2]}”。",
                "印法写单位、小数位、upto、grouping、bare、trim。",
            )
        return text

    def unit(self, node: YamlNode) -> str:
        text = node.text()
        if text and ALIASES.get(text, text) not in UNITS:
            node.wrong(FORMULA, f"没有“{text}”这个单位。", f"单位有：{'、'.join(UNITS)}。")
            return ""
        return ALIASES.get(text, text)

    def texts(self, node: YamlNode) -> tuple[str, ...]:
        return tuple(one.text() for one in node.elements()) if node.is_list() else (node.text(),)

    # -- names

    def option(self, name: str, node: YamlNode) -> Option:
        known = node.fields(("type", "label", "default", "values", "keys"), ("type",))
        kind = known["type"].choice(schema.OPTION_TYPES) if "type" in known else ""
        values: dict[str, str] = {}
        if "values" in known:
            values = (
                {key: one.text() for key, one in known["values"].items()}
                if known["values"].is_mapping()
                else {one.text(): "" for one in known["values"].elements()}
            )
        if kind == "choice" and not values:
            node.wrong(SHAPE, "choice 没有写可以选的值。", "请写 values: [甲, 乙]，或 {值: 印出来的字}。")
        table: dict[str, str] = {}
        if "default" in known and kind == "table" and known["default"].is_mapping():
            table = {key: one.text() for key, one in known["default"].items()}
        text = known["default"].text() if "default" in known and not table else ""
        if kind == "choice" and text not in ("", *values):
            known["default"].wrong(SHAPE, f"“{text}”不在可选的值里。", f"可写：{'、'.join(values)}。")
        keys = tuple(self.word(one) for one in known["keys"].elements()) if "keys" in known else ()
        return Option(name, kind, known["label"].text() if "label" in known else "", text, values, keys, table=table)

    def figure(self, name: str, node: YamlNode) -> FigureSpec:
        known = node.fields(FIGURE)
        meant = [key for key in MEANINGS if key in known]
        if len(meant) != 1:
            node.wrong(
                SHAPE,
                f"要写明它是什么数：{'、'.join(MEANINGS)} 里写且只写一项。",
                "如 {measure: shanty.start}，或 {formula: a - b}。",
            )
        said: dict[str, Any] = {"name": name, "line": node.line}
        for key in ("measure", "dimension", "member", "calibre", "region", "over", "label", "sum", "of"):
            if key in known:
                said[key] = known[key].text()
        if "period" in known:
            said["period"] = str(getattr(known["period"].node, "value", ""))
            if not times.is_relative(said["period"]) and not said["period"].startswith("{"):
                known["period"].wrong(
                    SHAPE,
                    f"“{said['period']}”不是期间。",
                    f"可写 {'、'.join(times.RELATIVE)}、year-1、year-1/12，或 2020-06 这样的期间。",
                )
        for key in ("latest", "exactly"):
            said[key] = self.flag(known, key, False)
        if "formula" in known:
            said["formula"] = self.condition(known["formula"])
        if "count" in known:
            said["of"] = self.word(known["count"])
        if "first" in known:
            said["first"] = self.texts(known["first"])
        if "when" in known:
            said["when"] = self.condition(known["when"])
        if "unit" in known:
            said["unit"] = self.unit(known["unit"])
        if "places" in known:
            said["places"] = known["places"].integer()
        if "show" in known:
            said["show"] = self.show(known["show"])
        for key, keys, needed in (
            ("run", ("kind", "subject", "step", "row"), ("kind", "subject", "step")),
            ("parameter", ("kind", "subject", "name"), ("kind", "subject", "name")),
            ("paper", ("kind", "period", "what"), ("kind", "what")),
            ("given", ("text", "source", "option"), ()),
        ):
            if key in known:
                inside = known[key].fields(keys, needed)
                said["source"] = {"of": key} | {one: value.text() for one, value in inside.items()}
                if key == "given" and {*inside} not in ({"option"}, {"text", "source"}):
                    fix = "写 {text: 第一, source: 省厅通报}；每次不同的写 {option: 选项}。"
                    known[key].wrong(SHAPE, "别处公布的话要写 text 和 source，或者写 option。", fix)
        if "sum" in known and "of" not in known:
            node.wrong(SHAPE, "sum 没有写 of：在哪个名单上加。", "请写成 {sum: 名称, of: 名单}。")
        if (said.get("member") and not said.get("measure")) or (said.get("dimension") and not said.get("member")):
            node.wrong(SHAPE, "没有写明哪个指标的哪一项。", "请写成 {measure: 指标, dimension: 维度, member: 分项}。")
        if said.get("over") and not said.get("measure"):
            node.wrong(SHAPE, "over 只能和 measure 一起写。", "请写成 {measure: 指标, over: 区划的集合}。")
        return FigureSpec(**said)

    def named_set(self, name: str, node: YamlNode) -> RegionSet:
        known = node.fields(SET)
        said: dict[str, Any] = {"name": name, "line": node.line}
        for key in ("below", "option", "level", "order"):
            if key in known:
                said[key] = known[key].text()
        for key in ("regions", "minus", "plus"):
            if key in known:
                said[key] = self.texts(known[key])
        if not {"below", "regions", "option", "plus"} & set(known):
            node.wrong(
                SHAPE,
                "没有写它包括哪些区划。",
                "请写 below: own（所属各地）、regions: [代码]、option: 选项名，或 plus: [别的集合]。",
            )
        return RegionSet(**said)

    def named_list(self, name: str, node: YamlNode) -> ListSpec:
        known = node.fields(LIST, ("of",))
        said: dict[str, Any] = {"name": name, "line": node.line, "of": known["of"].text() if "of" in known else ""}
        for key in ("set", "option", "calibres"):
            if key in known:
                said[key] = self.word(known[key])
        if "label" in known:
            said["label"] = known["label"].text()
        for key in ("measure", "dimension"):
            if key in known:
                said[key] = known[key].text()
        if "only" in known:
            said["only"] = self.texts(known["only"])
        for key in ("latest", "cut", "skip"):
            said[key] = self.flag(known, key, False)
        for key in ("where", "group"):
            if key in known:
                said[key] = self.condition(known[key])
        if "order" in known:
            text, descending = known["order"].text(), False
            for word, down in ((" desc", True), (" asc", False)):
                if text.endswith(word):
                    text, descending = text.removesuffix(word), down
            try:
                said |= {"order": read_condition(text), "descending": descending}
            except ConditionError as error:
                known["order"].wrong(FORMULA, f"“{text[:60]}”：{error}", "写成 order: 名称 desc（由大到小）或 asc。")
        if "top" in known:
            said["top"] = max(0, known["top"].integer() or 0)
        if "rows" in known:
            said["rows"] = tuple(self.row(one) for one in known["rows"].elements())
        if "figures" in known:
            said["figures"] = self.named(known["figures"], self.figure, "names")
        return ListSpec(**said)

    def row(self, node: YamlNode) -> dict[str, Any]:
        """Words, and figures where a mapping stands."""
        self.count("rows", node)
        found: dict[str, Any] = {"line": node.line}
        for key, one in node.items():
            if not NAME.fullmatch(key) or key == "line":
                one.wrong(NAMES, f"“{key}”不能作名称。", "请用小写英文字母、数字和下划线。")
            elif one.is_mapping():
                found[key] = self.figure(key, one)
            elif key == "show":
                found[key] = self.show(one)
            else:
                found[key] = one.text()
        return found

    # -- what is written

    def blocks(self, node: YamlNode, level: int) -> tuple[Block, ...]:
        return tuple(block for one in node.elements() if (block := self.block(one, level)) is not None)

    def block(self, node: YamlNode, level: int) -> Block | None:
        if node.path.count("content[") > MAX_BLOCKS_DEEP:
            node.wrong(LIMIT, f"content 套了 {MAX_BLOCKS_DEEP} 层以上。", "请少套几层。")
            return None
        self.count("blocks", node)
        known = node.fields(BLOCK)
        kinds = [
            key
            for key in ("text", "prose", "heading", "content")
            if key in known and not (key == "content" and "heading" in known)
        ]
        if len(kinds) != 1:
            node.wrong(
                SHAPE,
                "一块里要写且只写 text、prose、heading 或 content 一项。",
                "标题写 heading，下面的内容写 content；一段话写 text；自由正文的位置写 prose。",
            )
            return None
        when = self.condition(known["when"]) if "when" in known else None
        repeat = self.word(known["repeat"]) if "repeat" in known else ""
        if kinds[0] == "prose":
            return ProsePlace(node.line, self.word(known["prose"]), when)
        if kinds[0] == "text":
            said = known["text"]
            sentences = tuple(self.sentence(one) for one in (said.elements() if said.is_list() else [said]))
            return StyleParagraph(node.line, sentences, when, repeat)
        if "heading" in known and level > 3:
            node.wrong(LIMIT, "标题最多三级。", "请把这一级写成段首的话。")
            return None
        heading = self.sentence(known["heading"]) if "heading" in known else ()
        inside = self.blocks(known["content"], level + ("heading" in known)) if "content" in known else ()
        return StyleSection(node.line, level if "heading" in known else 0, heading, inside, when, repeat)

    def enclosure(self, node: YamlNode) -> Enclosure | None:
        known = node.fields(("title", "sections"), ("title", "sections"))
        if len(known) != 2:
            return None
        return Enclosure(self.sentence(known["title"]), self.blocks(known["sections"], 1))
