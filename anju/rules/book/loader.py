"""Read a rulebook file into a Book, or refuse it with every problem at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import permutations
from typing import Any

from anju.rules.book.loading.steps import StepReader
from anju.rules.book.loading.values import DATING, ValueReader
from anju.rules.book.notation import plain_map
from anju.rules.book.order import rank_step, total_step
from anju.rules.book.schema import (
    KINDS,
    MAX_CONDITIONS,
    MAX_RESULTS,
    MEMBERS,
    ONE,
    PAYING,
    RESERVED,
    RESERVED_BY_LANGUAGE,
    Book,
    BookSource,
    Members,
    Suspension,
    WorkedExample,
    payable_names,
)
from anju.rules.book.tree import ProblemReport, YamlNode
from anju.rules.language.formula import IDENTIFIER
from anju.rules.language.versions import LANGUAGE

HEAD = (
    "kind", "subject", "region", "regions", "applies", "title", "sources", "row", "suspended", "note", "partition",
    "dated", "inputs", "members", "rollups", "parameters", "steps", "ranks", "criteria", "conditions", "order", "result", "results", "total", "examples",
)  # fmt: skip
IMPLIED = {"scoring": "total", "queue": "rank"}
REGION = re.compile(r"[0-9]{6}(-[A-Z]{1,6})?\Z")


class BookLoader(ValueReader, StepReader):
    """The whole book: its head, its named parts, its examples."""

    def __init__(self, report: ProblemReport, language: int = LANGUAGE) -> None:
        super().__init__(report, language)
        later = (words for since, words in RESERVED_BY_LANGUAGE.items() if since <= language)
        self.reserved = RESERVED.union(*later)
        self.taken: dict[str, int] = {}

    def book(self, tree: YamlNode, digest: str) -> Book:
        head = tree.fields(HEAD, ("kind", "subject", "applies", "title", "row", "sources"))
        kind = head["kind"].choice(KINDS) if "kind" in head else ""
        if implied := IMPLIED.get(kind):
            self.taken[implied] = 0
        results = self.results(head) or tuple(filter(None, [IMPLIED.get(kind)]))
        self.taken |= dict.fromkeys(payable_names(results)[1:] if kind in PAYING else (), 0)
        applies = head["applies"].fields(("from", "until", "stated"), ("from",)) if "applies" in head else {}
        since, until = self.period(applies)
        self.sources = {key: self.source(key, item) for key, item in self.items(head, "sources")}
        self.head = self.dating(head["dated"].fields(DATING)) if "dated" in head else {}
        inputs = {name: self.input(name, item) for name, item in self.names(head, "inputs")}
        members = self.members(head)
        rollups = {name: step for name, item in self.names(head, "rollups") if (step := self.rollup(name, item))}
        parameters = {name: self.parameter(name, item) for name, item in self.names(head, "parameters")}
        steps = {name: step for name, item in self.names(head, "steps") if (step := self.step(name, item))}
        steps |= {name: step for name, item in self.names(head, "ranks") if (step := self.rank(name, item))}
        criteria = {
            name: step for name, item in self.names(head, "criteria") if (step := self.step(name, item, criterion=True))
        }
        conditions = {
            name: got for name, item in self.names(head, "conditions") if (got := self.condition(name, item, kind))
        }
        if len(conditions) > MAX_CONDITIONS:
            head["conditions"].wrong(
                "BOOK-020", f"有 {len(conditions)} 个条件，最多 {MAX_CONDITIONS} 个。", "请分成几本规则书。"
            )
        total = head["total"].decimal() if "total" in head else None
        if kind == "scoring":
            criteria["total"] = total_step(criteria)
        order = tuple(self.order(head["order"])) if "order" in head else ()
        if kind == "queue" and order:
            steps["rank"] = rank_step(order)
        return Book(
            file=self.report.file, digest=digest, kind=kind, subject=self.slug(head.get("subject")),
            regions=self.regions(head), applies_from=since, applies_until=until,
            stated="stated" not in applies or applies["stated"].truth() is not False,
            title=head["title"].text() if "title" in head else "", row=head["row"].text() if "row" in head else "",
            sources=self.sources, inputs=inputs, parameters=parameters, steps={**steps, **criteria}, conditions=conditions,
            results=results, total=total, members=members, rollups=rollups,
            order=order,
            partition=tuple(item.text() for item in head["partition"].elements()) if "partition" in head else (),
            examples=tuple(self.example(item) for item in head["examples"].elements()) if "examples" in head else (),
            suspended=self.suspended(head["suspended"]) if "suspended" in head else None,
            note=head["note"].text() if "note" in head else "", language=self.language,
        )  # fmt: skip

    # -- head

    def items(self, head: dict[str, YamlNode], key: str) -> Iterable[tuple[str, YamlNode]]:
        return head[key].items() if key in head else ()

    def names(self, head: dict[str, YamlNode], key: str) -> Iterable[tuple[str, YamlNode]]:
        """The named things of one part; a name is used once in the whole book."""
        for name, item in self.items(head, key):
            if not IDENTIFIER.match(name) or len(name) > 60:
                self.failed[name] = key
                item.wrong(
                    "BOOK-012",
                    f"名称“{name}”写法不对。",
                    "名称用小写英文字母开头，只含小写字母、数字和下划线，最长 60 个字符。",
                )
            elif name in self.reserved:
                self.failed[name] = key
                item.wrong("BOOK-012", f"名称“{name}”是系统留用的词。", "请换一个名称。")
            elif name in self.taken:
                where = f"第 {self.taken[name]} 行已用过" if self.taken[name] else "由系统自动算出"
                item.wrong("BOOK-003", f"名称“{name}”重复：{where}。", "请换一个名称。")
            else:
                self.taken[name] = item.line
                yield name, item

    def results(self, head: dict[str, YamlNode]) -> tuple[str, ...]:
        """The answers of a book, the principal first."""
        if "results" not in head:
            return (head["result"].text(),) if "result" in head else ()
        tree = head["results"]
        names = tuple(item.text() for item in tree.elements())
        suits = "result" not in head and 1 <= len(set(names)) == len(names) <= MAX_RESULTS
        if not suits:
            self.failed["results"] = "result"
        if not suits and tree.is_list():
            what = f"results 须是 1 至 {MAX_RESULTS} 个不同的名称，第一个是主要的；不与 result 同写。"
            tree.wrong("BOOK-071", what, "例如 results: [amount, due]；只有一个的写 result。")
        return tuple(dict.fromkeys(names))

    def slug(self, tree: YamlNode | None) -> str:
        value = tree.text() if tree else ""
        if tree and not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
            tree.wrong(
                "BOOK-012", f"subject“{value}”写法不对。", "用小写英文字母、数字和连字符，例如 old-communities。"
            )
        return value

    def region(self, tree: YamlNode) -> str:
        value = tree.text()
        if not REGION.match(value):
            tree.wrong(
                "BOOK-013", f"区划代码“{value}”写法不对。", "写六位代码并加引号；开发区等用自编代码，如 123456-KFQ。"
            )
        return value

    def regions(self, head: dict[str, YamlNode]) -> tuple[str, ...]:
        """Of `region`, or of `regions`: each once, none inside another."""
        if "regions" not in head:
            return (self.region(head["region"]),) if "region" in head else ()
        tree = head["regions"]
        codes = tuple(self.region(item) for item in tree.elements())
        if "region" in head:
            tree.wrong(
                "BOOK-063", "region 与 regions 只能写一个。", "一个区划写 region，几个写 regions: [代码, 代码]。"
            )
        if not codes or len(set(codes)) < len(codes):
            tree.wrong("BOOK-063", "regions 里没有区划，或同一个写了两次。", '写成 regions: ["440604", "440605"]。')
        for inner, outer in permutations(codes, 2):
            known = (
                inner.isdigit() and outer.isdigit()
            )  # codes of our own do not say where they lie: `Library.find` asks the tree
            if known and inner != outer and inner.startswith(outer.removesuffix("00").removesuffix("00")):
                what = f"{inner} 在 {outer} 里面，写了 {outer} 就都适用。"
                tree.wrong("BOOK-063", what, f"请删去 {inner}；只在那里不同的，另写一本 region 是 {inner} 的。")
        return codes

    def suspended(self, tree: YamlNode) -> Suspension | None:
        fields = tree.fields(("from", "until", "why", "by"), ("from", "why", "by"))
        if not {"from", "why", "by"} <= fields.keys():
            return None
        since, until = self.period(fields)
        return Suspension(since, fields["why"].text(), fields["by"].text(), until)

    def source(self, key: str, tree: YamlNode) -> BookSource:
        if not re.fullmatch(r"S[0-9]{1,2}", key):
            tree.wrong("BOOK-012", f"依据的编号“{key}”写法不对。", "编号写 S1、S2 …")
        fields = tree.fields(("title", "number", "issued", "trust", "url", "note"), ("title",))
        texts = {name: item.text() for name, item in fields.items() if name != "trust"}
        trust = fields["trust"].choice(("核", "次", "忆")) if "trust" in fields else ""
        return BookSource(key=key, title=texts.pop("title", ""), trust=trust, **texts)

    def members(self, head: dict[str, YamlNode]) -> Members | None:
        if MEMBERS not in head:
            return None
        self.taken.setdefault(MEMBERS, 0)
        tree = head[MEMBERS]
        fields = tree.fields(("key", "key_label", "label", "count", "inputs"), ("key", "inputs"))
        inputs = {name: self.input(name, item) for name, item in self.names(fields, "inputs")}
        return Members(
            key=self.text(fields, "key"), inputs=inputs, label=self.text(fields, "label") or "成员", key_label=self.text(fields, "key_label"),
            count=self.text(fields, "count"), line=tree.line,
        )  # fmt: skip

    # -- examples

    def example(self, tree: YamlNode) -> WorkedExample:
        fields = tree.fields(
            ("name", "given", "rows", "members", "expect", "date", "assumed", "because", "source"), ("name", "expect")
        )
        rows = {key: plain_map(item) for key, item in fields["rows"].items()} if "rows" in fields else None
        if "expect" not in fields:
            expect: dict[str, Any] = {}
        elif rows is None:
            expect = plain_map(fields["expect"])
        else:
            expect = {key: plain_map(item) for key, item in fields["expect"].items()}
        members: dict[str, list[dict[str, Any]]] | None = None
        if MEMBERS in fields and rows is None:
            members = {ONE: [plain_map(item) for item in fields[MEMBERS].elements()]}
        elif MEMBERS in fields:
            members = {key: [plain_map(one) for one in item.elements()] for key, item in fields[MEMBERS].items()}
        return WorkedExample(
            name=self.text(fields, "name"), given=plain_map(fields["given"]) if "given" in fields else {}, expect=expect, rows=rows, members=members,
            date=fields["date"].day() if "date" in fields else None, because=self.text(fields, "because"), source=self.text(fields, "source"),
            assumed=tuple(item.text() for item in fields["assumed"].elements()) if "assumed" in fields else (), line=tree.line,
        )  # fmt: skip
