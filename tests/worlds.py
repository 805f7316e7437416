"""Fixtures that put rows into the database as the machine's own operator.

    @world
    def measures(by):
        load_catalogue(by=by)

    @world                        it may ask for other fixtures
    def city(by, measures):
        ...

Each is made within the test's own transaction and goes with it. Kept open from one test to the next, a world made what another file really
commits wait for its locks without end.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest


def world(build: Callable[..., Any]) -> Any:
    """Makes a fixture of a function whose first parameter is `by`, in whose scope it runs; the others are fixtures."""
    names = [name for name in inspect.signature(build).parameters if name != "by"]

    def made(**asked: Any) -> Any:
        from anju.core.people.scope import local_actor, open_scope

        with open_scope(local_actor()) as by:
            return build(by, **{name: asked[name] for name in names})

    made.__signature__ = inspect.Signature(
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in ("db", *names)]
    )
    made.__doc__, made.__name__, made.__module__ = build.__doc__, build.__name__, build.__module__
    return pytest.fixture(made)
