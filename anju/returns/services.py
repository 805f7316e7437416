"""Writing returns. One function per act; every act leaves a trail row, every cell its change; nothing handed in is ever changed."""

from anju.returns.audit import audit_export
from anju.returns.chain import answer, answer_alike, clear, hand_in, opine, review, send_back, submit, waive, withdraw
from anju.returns.closing import Closed, close_month, correct, lock
from anju.returns.filling import Conflict, Filled, Put, Saved, fill, note
from anju.returns.opening import load_forms, open_due, open_return, refresh
from anju.returns.timing import lateness

__all__ = [
    "Closed", "Conflict", "Filled", "Put", "Saved", "answer", "answer_alike", "audit_export", "clear", "close_month", "correct", "fill", "hand_in", "lateness",
    "load_forms", "lock", "note", "open_due", "open_return", "opine", "refresh", "review", "send_back", "submit", "waive", "withdraw",
]  # fmt: skip
