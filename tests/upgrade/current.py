"""Where today's code has what the upgrade test calls: the only file of it that follows when a module moves.

Importing this connects to the database of ANJU_HOME, as a command does: for processes of their own, never for the test itself.
"""

# ruff: noqa: E402, F401
from anju.core.console.command import set_up_django

set_up_django(migrated=False)

from anju.cases.services import cases
from anju.core.models.people import Staff
from anju.core.people.identity import find_actor
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.core.trail import sealing, trail
from anju.documents.models import Document
from anju.documents.queries import documents, stale
from anju.documents.services import documents as papers
from anju.figures.references import FigureReference
from anju.figures.services import current
from anju.projects.models import Entry
from anju.returns.models import Return
from anju.returns.queries import checks, grid, layout, returns
from anju.returns.services import answers, filling, locking, opening, review
from anju.runs.models import Run
from anju.runs.services.runs import replay_run

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
