"""A check of anju doctor."""

from collections.abc import Iterator

from anju.core.console.doctor import OK, CheckResult, doctor_check
from anju.core.people.scope import Actor
from tests.rooms.tiny.queries import benches


@doctor_check("长椅")
def there(user: Actor) -> Iterator[CheckResult]:
    yield CheckResult("长椅", OK, f"{len(benches(user))} 张")
