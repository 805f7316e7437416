"""The fields of a project: how each is written by users, stored and shown. The page, the workbook and the services all read them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.regions import tree
from anju.projects.event_kinds import EVERY
from anju.projects.models import Project
from anju.quantities import exact_text
from anju.workbooks.files.numbers import NUMBER, fold_number, parse_number
from anju.workbooks.files.typed import InvalidField, read_quantity

BUILT = ("shanty", "prh", "arh", "economic", "capped")
TEXT, CHOICE, NUMERIC, DAY, ORGANISATION = "text", "choice", "number", "date", "organisation"
DEGREE = 6  # decimals of a degree
LARGEST = {"IntegerField": 2**31 - 1, "SmallIntegerField": 2**15 - 1, "BigIntegerField": 2**63 - 1}


@dataclass(frozen=True)
class ProjectField:
    """planned: a quantity or year that the plan fixed; once there it is changed only by a document (调整)."""

    name: str
    type: str
    unit: str = ""
    kinds: tuple[str, ...] = EVERY
    planned: bool = False
    signed: bool = False

    @property
    def model(self) -> Any:
        return Project._meta.get_field(self.name)

    @property
    def label(self) -> str:
        return str(self.model.verbose_name)

    @property
    def heading(self) -> str:
        """The label with the unit, as the workbook's head has it."""
        return f"{self.label}（{self.unit}）" if self.unit and not self.label.endswith("）") else self.label

    @property
    def choices(self) -> dict[str, str]:
        return dict(self.model.choices or ())


def _field(*args: Any, **more: Any) -> tuple[str, ProjectField]:
    return args[0], ProjectField(*args, **more)


FIELDS: dict[str, ProjectField] = dict([
    _field("code", TEXT), _field("name", TEXT), _field("kind", CHOICE), _field("year", NUMERIC, planned=True),
    _field("renovation", CHOICE, kinds=("shanty",)), _field("grade", CHOICE, kinds=("old",)),
    _field("body", ORGANISATION), _field("builder", ORGANISATION), _field("address", TEXT),
    _field("longitude", NUMERIC, unit="度", signed=True), _field("latitude", NUMERIC, unit="度", signed=True),
    _field("units", NUMERIC, unit="套", kinds=BUILT, planned=True), _field("monetised", NUMERIC, unit="户", kinds=("shanty",), planned=True),
    _field("households", NUMERIC, unit="户", kinds=("shanty", "old"), planned=True), _field("buildings", NUMERIC, unit="栋", planned=True),
    _field("communities", NUMERIC, unit="个", kinds=("old",), planned=True), _field("area", NUMERIC, unit="㎡", planned=True),
    _field("built_year", NUMERIC, kinds=("old",)), _field("consent", NUMERIC, unit="%", kinds=("old",)),
    _field("investment", NUMERIC, unit="万元", planned=True),
    _field("approval", TEXT), _field("licence", TEXT),
    _field("start_by", DAY), _field("due_on", DAY), _field("note", TEXT),
])  # fmt: skip
PLANNED = tuple(name for name, one in FIELDS.items() if one.planned)


def fields_for(kind: str) -> list[ProjectField]:
    return [one for one in FIELDS.values() if kind in one.kinds]


def read_field(
    field: ProjectField, value: Any, organisation: Callable[[str], Organisation | None] | None = None
) -> Any:
    """What is stored for a text that a user wrote, or for a plain value in base units. Unfit says what is wrong with it."""
    if isinstance(value, float):
        raise InvalidField("是浮点数。", "请写成文字或整数。")
    if field.type == ORGANISATION:
        return _organisation(value, organisation)
    if not isinstance(value, str):
        return "" if value is None and not field.model.null else value
    text = value.strip()
    if field.type == NUMERIC:
        return _number(field, text)
    if not text:
        return None if field.model.null else ""
    if field.type == DAY:
        return read_day(text)
    if field.type == CHOICE:
        by_label = {label: code for code, label in field.choices.items()}
        if text not in field.choices and text not in by_label:
            raise InvalidField(f"“{text}”不认识。", f"请写 {'、'.join(field.choices.values())} 之一。")
        return by_label.get(text, text)
    most = field.model.max_length
    if most and len(text) > most:
        raise InvalidField(f"有 {len(text)} 个字，最多 {most} 个字。", "请写短一些。")
    if any(not (letter.isprintable() or letter == "\n") for letter in text):
        raise InvalidField("含看不见的控制字符。", "请重新输入这一格。")
    return text


def read_day(text: str) -> date:
    """2026-03-31, also 2026/3/31, 2026.3.31 and 2026年3月31日."""
    plain = fold_number(text).split(" ")[0]
    for mark in "年月/.":
        plain = plain.replace(mark, "-")
    try:
        return date(*(int(part) for part in plain.removesuffix("日").split("-")))
    except (TypeError, ValueError, OverflowError):
        raise InvalidField(f"“{text[:40]}”不是日期。", "请写成 2026-03-31 的样子。") from None


def _number(field: ProjectField, text: str) -> int | None:
    if field.unit == "度":
        found = parse_number(text.removesuffix("°").removesuffix("度"))
        if found.state == "blank":
            return None
        if found.state != NUMBER or found.unit or found.places > DEGREE:
            raise InvalidField(f"“{text}”不是度数。", f"请写成 112.851234 的样子，最多 {DEGREE} 位小数。")
        value = found.digits * 10 ** (DEGREE - found.places)
    elif field.unit:
        value = read_quantity(text, field.unit)
    else:
        found = parse_number(text.removesuffix("年"))
        if found.state == "blank":
            return None
        if found.state != NUMBER or found.places or found.unit:
            raise InvalidField(f"“{text}”不是年份。", "请写四位数的年份。")
        value = found.digits
    return value


def check_limits(field: ProjectField, value: Any) -> None:
    """Unfit when the number cannot be: negative, no year, off the globe, more than the column holds."""
    if field.type != NUMERIC or value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidField(f"{value} 不是整数。", "请写文字，或以最小单位计的整数。")
    if field.unit == "度":
        most = (180 if field.name == "longitude" else 90) * 10**DEGREE
        if abs(value) > most:
            raise InvalidField("超出经纬度的范围。", "请核对度数，并看经度和纬度有没有写反。")
    elif value < 0:
        raise InvalidField("小于 0。", "请写大于或等于 0 的数；不知道的留空。")
    elif not field.unit and not 1900 <= value <= 2100:
        raise InvalidField(f"{value} 不是年份。", "请写四位数的年份。")
    elif value > LARGEST[field.model.get_internal_type()]:
        raise InvalidField("大得存不下。", "请核对单位和位数。")


def _organisation(value: Any, find: Callable[[str], Organisation | None] | None) -> Organisation | None:
    if value is None or isinstance(value, Organisation):
        return value
    text = str(value).strip()
    if not text:
        return None
    found = find(text) if find else None
    if found is None:
        raise InvalidField(f"没有机构“{text}”。", "请核对名称；新的机构请系统管理员先登记。")
    return found


def organisation_finder(region: Region) -> Callable[[str], Organisation | None]:
    """Organisations of the region and of what is above it, by id, name or short name; the nearest first. Reads them once."""
    order = {one.pk: place for place, one in enumerate(tree.region_path(region))}
    listed = sorted(
        Organisation.objects.filter(region_id__in=list(order), ended_on=None),
        key=lambda one: (order[one.region_id], one.pk),
    )
    named: dict[str, Organisation] = {}
    for one in listed:
        for text in (str(one.pk), one.name, one.short):
            if text:
                named.setdefault(text, one)
    return named.get


def field_text(field: ProjectField, value: Any) -> str:
    """A stored value as users write it; "" when there is none."""
    if value is None or value == "":
        return ""
    if field.type == CHOICE:
        return field.choices.get(value, value)
    if field.type == ORGANISATION:
        return str(value.name)
    if field.unit == "度":
        sign, digits = ("-" if value < 0 else ""), str(abs(value)).rjust(DEGREE + 1, "0")
        return f"{sign}{digits[:-DEGREE]}.{digits[-DEGREE:]}"
    if field.unit:
        return exact_text(value, field.unit)
    return str(value)
