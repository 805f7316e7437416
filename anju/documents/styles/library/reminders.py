"""What a style has its writer reminded of: reminders that rooms bring by name, and those that it says itself."""

from typing import TYPE_CHECKING

from anju.documents.styles.language.schema import StyleReminder
from anju.rules.book.tree import YamlNode

if TYPE_CHECKING:
    from anju.documents.styles.library.loading import StyleLoader

SAID = ("where", "what", "fix", "when", "repeat")
NEEDED = ("where", "what", "fix")


def read_reminders(loader: "StyleLoader", node: YamlNode | None) -> tuple[tuple[str, ...], tuple[StyleReminder, ...]]:
    """Names, and what is said in full."""
    names: list[str] = []
    said: list[StyleReminder] = []
    for one in node.elements() if node is not None else ():
        if not one.is_mapping():
            names.append(one.text())
            continue
        known = one.fields(SAID, NEEDED)
        if all(key in known for key in NEEDED):
            where, what, fix = (loader.sentence(known[key]) for key in NEEDED)
            when = loader.condition(known["when"]) if "when" in known else None
            repeat = loader.word(known["repeat"]) if "repeat" in known else ""
            said.append(StyleReminder(one.line, where, what, fix, when, repeat))
    return tuple(names), tuple(said)
