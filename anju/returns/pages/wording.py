"""What pages of returns say of time and of acts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from anju.core.models.people import Organisation
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import may, permissions
from anju.core.people.scope import Actor
from anju.returns.models import Return, Urge
from anju.returns.queries.opinions import AskedDepartment


def duration_text(length: timedelta) -> str:
    """A length of time as people say it: 2天3小时, 5小时10分, 35分钟."""
    minutes = int(length.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}天{hours}小时" if hours and days < 10 else f"{days}天"
    if hours:
        return f"{hours}小时{rest}分" if rest and hours < 10 else f"{hours}小时"
    return f"{rest}分钟" if rest else "不到1分钟"


def time_left(deadline: datetime | None, at: datetime) -> tuple[str, str]:
    """How long there is, and how the page shows it: late, soon, or as any other."""
    if deadline is None:
        return "", ""
    if deadline < at:
        return f"已过{duration_text(at - deadline)}", "late"
    return duration_text(deadline - at), "soon" if deadline - at < timedelta(days=1) else ""


def moment_text(value: datetime | None) -> str:
    """A moment within the year in hand: 8月22日 17:30."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


@dataclass(frozen=True)
class OfferedAct:
    """An act that this person may do now. quick: no word is asked, one click does it, and it can be taken back.

    points: it is about a cell that is pointed at: "cell" always, "any" unless it is about the whole return. days: a number of workdays is
    asked. ground: what stands over the field for the number of a document, if there is one.
    """

    name: str
    label: str
    says: str
    action: str
    quick: bool = False
    asks: str = ""
    must: bool = False
    agrees: bool = False
    ground: str = ""
    points: str = ""
    term: bool = False
    days: str = ""
    days_hint: str = ""
    risk: bool = False
    opened: bool = False


SAYS = {
    "hand_in": "全部检查再过一遍，没有阻断、提醒都已答复就转给审核岗。审核之前可以撤回来改。",
    "withdraw": "报表回到填报中，可以接着改；审核岗看到的会收回。",
    "review": "表示数已核对，转给各部门联审。发现有误请退回，不要代改。",
    "clear": "结束联审，转给单位负责人。",
    "submit": "代表本单位上报市级，上报时间即为凭证。此后要改，须由市级退回。",
    "lock": "数字固定并记入指标，与项目台账的差额记入台账，谁也不能再改；以后只能另报更正，两次都留底。",
    "return": "报表回到填报岗去改，意见随表送达；针对一格的，填报岗点一下就到那一格。",
    "opine": "您所在部门的意见记入这张报表；再发表时以最新的为准。",
    "discard": "更正点错了、不用改了的，在这里撤销：原来锁定的那张照旧作数，这次更正只留作记录。",
    "query": "上级退回全市表里的这一格：县里开一张更正表，填报岗改这一格或写明为什么不改；更正锁定后，全市的表再报送一次。",
    "inquire": "您的问题送到填报单位，期限按工作日算；答复以后由您办结或再问，往来都进审计资料。",
    "correct": "另开一张更正表，把现在的数带过去再改，重新走审核；原来这张原样保留，更正锁定后才替代它。",
}
ASKS = {"return": "退回意见（写明哪里要改）", "review": "审核意见（可不写）", "clear": "处理情况（意见没有齐或有不同意见时必写）", "submit": "上报意见（可不写）",
        "lock": "审定意见（可不写）", "opine": "意见（不同意时必写）", "correct": "更正说明（为什么改）", "discard": "撤销的理由",
        "query": "上级的退回意见（写明哪里要改）", "inquire": "问什么（哪个数、要什么说明或材料）"}  # fmt: skip
MUST = {"return", "correct", "discard", "query", "inquire"}
ROUTE = {"return": "send-back", "hand_in": "hand-in", "query": "return-cell", "inquire": "inquire"}
GROUNDS = {"correct": "上级要求更正的依据（文号，没有可不填）", "query": "上级来文的文号（没有可不填）"}
POINTS = {"opine": "any", "return": "any", "inquire": "any", "query": "cell"}
OTHER_STEPS = {"open": "建立填报", "correct": "开更正表"}
JUDGED = ("review", "lock")  # not by who filled it
STRONG = ("hand_in", "opine", "review", "clear", "submit", "lock")


def urge_line(urge: Urge) -> str:
    """Who urged, when, and what they wrote."""
    return f"{urge.by_name}{moment_text(urge.at)}催报：{urge.remark}".removesuffix("：")


def offered_acts(
    user: Actor,
    ret: Return,
    *,
    opined: bool,
    last: bool,
    asked: Sequence[AskedDepartment] | None = None,
    filled: bool = False,
    delivered: bool = False,
    term: tuple[str, str] = ("", ""),
    form: dict[str, str] | None = None,
) -> list[OfferedAct]:
    """Everything this person may do with the return now, the strong one first. last: no correction has replaced it.

    asked: the departments of the joint review, when they are known. filled: this person filled it, and does not judge it. delivered: it
    went to the superior, who may return a cell of it. term: workdays for an answer, as the page proposes them, and what it says of them.
    """
    found = [
        (move.name, move.label)
        for move in Return.STATES.open_to(user, ret.state, ret.region_id)
        if not (filled and move.name in JUDGED and user.posts is not None)
        and (move.name != "discard" or ret.corrects_id)
    ]
    if ret.state == Return.JOINT and may(user, "returns.opine", ret.region_id):
        offices = [one.organisation for one in asked if one.organisation] if asked is not None else None
        if offices is None or is_asked(user, offices):
            found.append(("opine", "发表联审意见"))
    if ret.state == Return.LOCKED and last and may(user, "returns.correct", ret.region_id):
        found.append(("correct", "发起更正"))
    if delivered and may(user, "returns.return_cell", ret.region_id) and (last or ret.serial > 1):
        found.append(("query", "登记上级退回的格" if may(user, "returns.deliver", ret.region_id) else "退回一格"))
    if ret.state in Return.SUBMITTED and may(user, "returns.inquire", ret.region_id):
        found.append(("inquire", "向填报单位问询"))
    order = [name for name in STRONG if name != "opine" or not opined]
    found.sort(key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    return [
        OfferedAct(
            name, label, says_of(name, asked or ()), path_of(f"returns:{ROUTE.get(name, name)}", ret.pk), quick=name in ("hand_in", "withdraw"), asks=ASKS.get(name, ""),
            must=name in MUST, agrees=name == "opine", ground=GROUNDS.get(name, ""), risk=name in ("return", "correct", "discard", "query"),
            points=POINTS.get(name, ""), term=name == "inquire", days=(form or {}).get("workdays", term[0]), days_hint=term[1],
            opened=bool(form and form.get("act") == name),
        )
        for name, label in found
    ]  # fmt: skip


def is_asked(user: Actor, offices: Iterable[Organisation]) -> bool:
    """Is one of these departments this person's?"""
    return user.posts is None or any(one.pk in user.organisation_ids for one in offices)


def says_of(name: str, asked: Sequence[AskedDepartment]) -> str:
    """What an act does; of the end of a joint review also how far it is: that all have agreed is said when all have."""
    if name != "clear":
        return SAYS[name]
    lacking = [one for one in asked if not one.agrees]
    if not lacking:
        return f"各部门意见已齐，都同意。{SAYS[name]}" if asked else SAYS[name]
    spoken = sum(one.opinion is not None for one in asked)
    return f"{len(asked)}个部门中{spoken}个有了意见：{'；'.join(one.said for one in lacking)}。可以再等；确须{SAYS[name].removesuffix('。')}的，请写明怎样处理的。"


def next_act(found: list[OfferedAct], *, opined: bool) -> OfferedAct | None:
    """The next act, when it is this person's."""
    wanted = [one for one in found if one.name in STRONG and not (one.name == "opine" and opined)]
    return wanted[0] if wanted else None


def waits_for(ret: Return, *, all_spoken: bool = False) -> str:
    """Whom a return waits for: 审核岗. A joint review waits for the departments until all have spoken, and for who gathers what they say."""
    moves = [move for move in Return.STATES if move.source == ret.state and move.name not in ("withdraw", "return")]
    asked = ["returns.opine"] if ret.state == Return.JOINT and not all_spoken else []
    return "、".join(permissions()[act].who + "岗" for act in (*asked, *(move.permission for move in moves[:1])))


STAGES = (
    (Return.DRAFT, "填报"), (Return.REVIEW, "审核"), (Return.JOINT, "部门联审"), (Return.HEAD, "单位负责人"), (Return.CITY, "市级审定"), (Return.LOCKED, "锁定"),
)  # fmt: skip


def stage_line(ret: Return, steps: list, at: datetime, *, all_spoken: bool = False) -> list[dict[str, str]]:
    """The line of states: of what is done who, when and how long; of what is in hand how long it waits."""
    order = [state for state, _ in STAGES]
    here = order.index(Return.DRAFT if ret.state == Return.VOID else ret.state)
    made, came = [], ret.at
    since = {step.target: step.at for step in steps}
    for number, (state, label) in enumerate(STAGES):
        if number < here:
            done = [step for step in steps if step.source == state and step.target in order[number + 1 :]]
            said = ""
            if done:
                came = max(
                    (step.at for step in steps if step.target == state and step.at <= done[-1].at), default=ret.at
                )
                said = f"{done[-1].by_name} {moment_text(done[-1].at)}，用{duration_text(done[-1].at - came)}"
            made.append({"label": label, "css": "past", "said": said})
        elif number == here:
            said = (
                moment_text(ret.locked_at)
                if state == Return.LOCKED
                else "已撤销"
                if ret.state == Return.VOID
                else f"等{waits_for(ret, all_spoken=all_spoken)}，{duration_text(at - since.get(state, ret.at))}"
            )
            made.append({"label": label, "css": "now", "said": said})
        else:
            made.append({"label": label, "css": "", "said": ""})
    return made
