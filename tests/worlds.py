"""What many tests begin with: rows that a chain of fixtures puts into the database below the test's own savepoint, each made once for a test however
many ask for it. Nothing stands between two tests: kept open, it made what another file really commits wait for its locks without end.

    @world                        a fixture as any other; `by` is the machine's own operator, in whose scope it runs
    def measures(by):
        load_catalogue(by=by)

    @world                        it may ask for other worlds, and for nothing else
    def city(by, measures):
        ...

Each test gets a copy of what was returned. None is open under tests that really commit. This is a plugin of all tests.
"""

import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import blocking_manager_key


class World:
    """How one layer is built, and what it is told: its parameters beside `by` are worlds."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.names = [name for name in inspect.signature(build).parameters if name != "by"]


class Layer(ExitStack):
    """A world that stands: its savepoint, rolled back when it is closed, and what it returned."""

    def __init__(self, world: World, given: dict[str, Any]) -> None:
        from anju.core.people.scope import local_actor, open_scope

        super().__init__()
        self.world = world
        self.enter_context(transaction.atomic())
        self.callback(transaction.set_rollback, True)
        try:
            with open_scope(local_actor()) as by:
                self.value = world.build(by, **given)
        except BaseException:
            self.close()
            raise


def world(build: Callable[..., Any]) -> Any:
    """Makes a fixture of a function that builds a world."""
    made = World(build)

    def value(**asked: Any) -> Any:
        return Worlds.value(made)

    value.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in ("db", *made.names)]
    )
    value.__doc__, value.__name__, value.__module__ = build.__doc__, build.__name__, build.__module__
    value.world = made
    return pytest.fixture(value)


def worlds_of(item: pytest.Item) -> dict[World, dict[str, World]]:
    """What the test asks for, itself or by its fixtures, in the order in which it is built; each with what it is told."""
    info = getattr(item, "_fixtureinfo", None)
    known = info.name2fixturedefs if info else {}
    found: dict[World, dict[str, World]] = {}

    def add(made: World) -> World:
        given = {name: add(known[name][-1].func.world) for name in made.names}
        found.setdefault(made, given)
        return made

    for name in info.names_closure if info else ():
        for one in _used(known.get(name, ())):
            if made := getattr(one.func, "world", None):
                add(made)
    return found


def _used(same_name: Any) -> Iterator[pytest.FixtureDef]:
    """Of fixtures with one name the nearest, and the one that it stands before as long as it asks for it."""
    for one in reversed(same_name):
        yield one
        if one.argname not in one.argnames:
            return


class Worlds:
    """The plugin."""

    open: list[Layer] = []  # in this process, the lowest first
    session: Any = None  # the driver's connection in whose transaction they stand
    failure: Exception | None = None  # why the next one does not stand; who asks for it gets it

    def __init__(self, config: pytest.Config) -> None:
        self.blocker = config.stash[blocking_manager_key]

    @classmethod
    def value(cls, world: World) -> Any:
        for layer in cls.open:
            if layer.world is world:
                return copy.deepcopy(layer.value)
        raise cls.failure or LookupError(world.build.__name__)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Rolled back is what this test does not need, before anything of it begins."""
        self.forget_lost()
        worlds = [*worlds_of(item)]
        same = [layer.world is world for layer, world in zip(self.open, worlds, strict=False)]
        self.leave([*same, False].index(False))

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Nothing stands between two tests: what another file really commits would wait for its locks (seen: without end)."""
        self.leave()

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest) -> None:
        """Before a test's own transaction begins; and before anything is really committed, which asks for `empty`."""
        if fixturedef.argname == "_django_db_helper":
            Worlds.failure = None
            try:
                self.build(worlds_of(request.node))
            except Exception as error:  # raised by the fixtures; here it would leave pytest in disorder
                Worlds.failure = error
        elif "empty" in fixturedef.argnames:
            self.leave()

    def forget_lost(self) -> None:
        """A test has closed the connection, or put another in its place: nothing stands, and what was left open there holds no locks."""
        with self.blocker.unblock():
            if self.open and not (connection.connection is self.session and connection.is_usable()):
                self.session.close()
                self.open.clear()
                connection.close()

    def build(self, worlds: dict[World, dict[str, World]]) -> None:
        self.forget_lost()
        with self.blocker.unblock():
            for world, given in [*worlds.items()][len(self.open) :]:
                self.open.append(Layer(world, {name: self.value(of) for name, of in given.items()}))
                Worlds.session = connection.connection

    def leave(self, until: int = 0) -> None:
        """Roll back what stands above so many layers."""
        self.forget_lost()
        with self.blocker.unblock():
            while len(self.open) > until:
                self.open.pop().close()
