"""A check of anju doctor."""

from collections.abc import Iterator

from anju.core.console.doctor import OK, Finding, check
from anju.core.people.scope import Operator
from tests.rooms.tiny.queries import benches


@check("长椅")
def there(user: Operator) -> Iterator[Finding]:
    yield Finding("长椅", OK, f"{len(benches(user))} 张")
