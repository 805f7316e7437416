"""Every kind of row has a name in Chinese and says which one it is."""

import re

import pytest
from django.apps import apps

OURS = [model for model in apps.get_models() if model.__module__.startswith("anju.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_model_is_called_something_and_says_which_row_it_is(model):
    assert re.search("[一-鿿]", str(model._meta.verbose_name))
    assert any("__str__" in vars(kind) for kind in model.__mro__ if kind.__module__.startswith("anju."))
