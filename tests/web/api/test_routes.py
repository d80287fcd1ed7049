"""Which routes there are."""

from __future__ import annotations

from pkgutil import iter_modules

from litestar.handlers import HTTPRouteHandler

from alpheus.web import api
from alpheus.web.access.guard import PERMISSION
from alpheus.web.api.routes import MODULES, handlers, router

HELPERS = {"asking", "routes"}


def test_every_module_is_in_the_list() -> None:
    """What is not in it cannot be asked for."""
    found = {one.name for one in iter_modules(api.__path__)} - HELPERS
    assert {one.__name__.rpartition(".")[2] for one in MODULES} == found


def test_every_route_says_whom_it_is_for_and_has_a_name_of_its_own() -> None:
    """Programs are made from the names."""
    every = [one for one in handlers() if isinstance(one, HTTPRouteHandler)]
    assert all(PERMISSION in one.opt for one in every)
    names = [one.name or one.handler_name for one in every]
    assert sorted(names) == sorted(set(names))


def test_all_of_it_is_below_one_path() -> None:
    """With the version in it."""
    assert router().path == "/api/v1"
