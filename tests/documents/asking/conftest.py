"""Other people's scopes within a test."""

import pytest


@pytest.fixture
def acting():
    from anju.core.people.scope import open_scope

    return open_scope
