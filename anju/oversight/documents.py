"""The official documents of this room."""

from anju.documents.kinds import DocumentKind, register_kind
from anju.oversight.papers import circular
from anju.oversight.papers.untold import untold_tasks

register_kind(
    DocumentKind(
        code="circular",
        name="年度住房保障工作通报",
        template="oversight/documents/circular.html",
        gather=circular.gather_circular,
        prose=("opening", "work", "backlog", "loans", "audit", "thanks", "problems", "requirements"),
        options=("warnings", "backlog", "audits", "calibres", "calibre_names", "completion", "order", "parts_word"),
        needs=("organs", "addressee"),
        review=untold_tasks,
    )
)
