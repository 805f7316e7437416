"""What many tests begin with, made once: rows that a chain of fixtures puts into the database stay there while the tests that follow
need them too, each in a savepoint of its own. What the next test did not ask for is rolled back before it begins.

    @world()                      a fixture as any other; `by` is the machine's own operator, in whose scope it runs
    def catalogue(by):
        load_catalogue(by=by)

    @world(catalogue)             and what is built upon it is told what that returned
    def city(by, catalogue):
        ...

Each test gets a copy of what was returned. None is open under tests that really commit. This is a plugin of all tests.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import blocking_manager_key


@dataclass(eq=False)
class World:
    """How one layer is built, and upon which other."""

    build: Callable[..., Any]
    below: "World | None"

    def layers(self) -> "list[World]":
        return [*(self.below.layers() if self.below else ()), self]


class Layer(ExitStack):
    """A world that stands: its savepoint, rolled back when it is closed, and what it returned."""

    def __init__(self, world: World, below: "Layer | None") -> None:
        from anju.core.people.scope import local_actor, open_scope

        super().__init__()
        self.world = world
        self.enter_context(transaction.atomic())
        self.callback(transaction.set_rollback, True)
        try:
            with open_scope(local_actor()) as by:
                self.value = world.build(by, *([copy.deepcopy(below.value)] if below else []))
        except BaseException:
            self.close()
            raise


def world(below: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Makes a fixture of a function that builds a world, upon another such fixture."""

    def fixture(build: Callable[..., Any]) -> Any:
        made = World(build, below and below.world)

        def value(db: None) -> Any:
            return copy.deepcopy(next(layer.value for layer in Worlds.open if layer.world is made))

        value.__doc__, value.__name__, value.__module__ = build.__doc__, build.__name__, build.__module__
        value.world = made
        return pytest.fixture(value)

    return fixture


def worlds_of(item: pytest.Item) -> list[World]:
    """What the test asks for, itself or by its fixtures, the lowest first."""
    known = item._fixtureinfo.name2fixturedefs if hasattr(item, "_fixtureinfo") else {}
    asked = [made for defs in known.values() for one in _used(defs) if (made := getattr(one.func, "world", None))]
    deepest_last = sorted(asked, key=lambda made: len(made.layers()))
    return list(dict.fromkeys(layer for made in deepest_last for layer in made.layers()))


def _used(defs: Sequence[pytest.FixtureDef]) -> Iterator[pytest.FixtureDef]:
    """Of fixtures with the same name the nearest, and the one that it stands before as long as it asks for it."""
    for one in reversed(defs):
        yield one
        if one.argname not in one.argnames:
            return


class Worlds:
    """The plugin."""

    open: list[Layer] = []  # in this process, the lowest first

    def __init__(self, config: pytest.Config) -> None:
        self.blocker = config.stash[blocking_manager_key]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Rolled back is what this test does not need, before anything of it begins."""
        worlds = worlds_of(item)
        if self.open and not (connection.connection and connection.is_usable()):  # a test has closed it: nothing stands
            self.open.clear()
            connection.close()
        self.leave(next((n for n, one in enumerate(self.open) if one.world not in worlds[n : n + 1]), len(self.open)))

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest) -> None:
        """Before a test's own transaction begins; and before anything is really committed, which asks for `empty`."""
        if fixturedef.argname == "_django_db_helper":
            with self.blocker.unblock():
                for made in worlds_of(request.node)[len(self.open) :]:
                    below = next((one for one in self.open if one.world is made.below), None)
                    self.open.append(Layer(made, below))
        elif "empty" in fixturedef.argnames:
            self.leave()

    def leave(self, until: int = 0) -> None:
        """Roll back what stands above so many layers."""
        with self.blocker.unblock():
            while len(self.open) > until:
                self.open.pop().close()
