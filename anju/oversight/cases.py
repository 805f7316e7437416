"""Cases of demands (交办事项): answered by the unit, closed by who demanded. What is done with them is done by services/instructions.py."""

from anju.cases.kinds import CLOSED, OPEN, CaseKind
from anju.core.states import Move, States

ANSWERED = "answered"

DEMAND = CaseKind(
    code="oversight.demand",
    label="交办事项",
    subject="事项",
    states=States(
        Move("answer", OPEN, ANSWERED, permission="demands.answer", label="答复"),
        Move("answer", ANSWERED, ANSWERED, permission="demands.answer", label="补充答复"),
        Move("ask_again", ANSWERED, OPEN, permission="instructions.give", label="请再办"),
        Move("close", ANSWERED, CLOSED, permission="instructions.give", label="办结"),
        Move("close", OPEN, CLOSED, permission="instructions.give", label="办结"),
        labels={OPEN: "待答复", ANSWERED: "已答复", CLOSED: "已办结"},
    ),
    acts={},
)
