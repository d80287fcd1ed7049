"""The whole document, asked by schemathesis: whatever fits it, and much that does not.

`ALPHEUS_FUZZ_EXAMPLES=300 make fuzz-api` asks more often, each time otherwise.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from alpheus.cases.database import open_database
from alpheus.web.access.roles import Grant, Permission, Role
from alpheus.web.access.throttle import Rate
from alpheus.web.api.document import document
from alpheus.web.app import create_app
from alpheus.web.settings import Settings
from console import Clock, made
from web.access_matrix import OWN, World, made_world

EXAMPLES = int(os.environ.get("ALPHEUS_FUZZ_EXAMPLES", "0"))
"""How often each route is asked by each token; 0 for the few of the test suite."""
FEW = 3
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
SETTINGS = settings(
    max_examples=EXAMPLES or FEW, derandomize=not EXAMPLES, database=None, deadline=None,
    suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Servers, notices, a job and accounts of two organisations."""
    patch = pytest.MonkeyPatch()
    folder: Path = tmp_path_factory.mktemp("world")
    patch.setenv("ALPHEUS_CACHE", str(folder / "cache"))
    clock, much = Clock(), Rate(10_000_000, 10_000_000)
    with open_database(folder / "cases.db") as database:
        app = create_app(database, Settings(uploads=folder / "uploads"), clock=clock, rate=much)
        app.state.start_working_out = lambda _: None
        yield made_world(app, database, clock)
    patch.undo()


@pytest.fixture(scope="module")
def described(world: World) -> dict[str, Any]:
    """The document, in which numbers of the path are often those of something that is there."""
    found = copy.deepcopy(document(world.app))
    for path, item in found["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if known := _known(world, path, parameter):
                    parameter["schema"] = {"enum": [known, known, *_absent(known)]}
    return found


def _known(world: World, path: str, parameter: dict[str, Any]) -> Any:
    """Something that is there, for a parameter of a path."""
    if parameter["in"] != "path":
        return None
    values = {
        "number": world.values["own_server"], "server": world.values["own_server"],
        "key": OWN, "reference": world.values["own_notice"], "batch": 1,
        "answer": world.values["own_answer"], "account": world.values["account"],
        "name": "report.html",
    }  # fmt: skip
    if "/jobs/" in path:
        values["number"] = world.values["own_job"]
    if "/imports/" in path:
        values["number"] = 1
    return values.get(parameter["name"])


def _absent(known: Any) -> list[Any]:
    return [0, 2**53 - 1] if isinstance(known, int) else ["nobody", "~bm9ib2R5", "\u202e"]


def _token(world: World, role: Role) -> str:
    """A token for all that a role may, everywhere or of its organisation."""
    place = OWN if role is Role.CONSTITUENT else ""
    number = made(world.app, f"fuzzing {role}", Grant(role, place))
    person = world.app.state.accounts.person(number)
    scope = frozenset(one for one in Permission if person.may(one) and one not in {
        Permission.PUBLIC, Permission.SIGNED_IN})  # fmt: skip
    text: str = world.app.state.sessions.make_token(person, "fuzzing", scope, 30)
    return text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CONSTITUENT])
def test_whatever_is_asked_is_answered_as_the_document_says(
    world: World, described: dict[str, Any], role: Role
) -> None:
    """Never by a failure of ours, and always in a form that stands in the document."""
    schema = schemathesis.openapi.from_dict(described)
    schema.app = world.app
    headers = {"authorization": f"Bearer {_token(world, role)}"}
    found: list[str] = []
    with asgi.get_client(world.app) as client:
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr] # else it raises
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                @SETTINGS
                @given(case=operation.as_strategy(generation_mode=mode))
                def ask(case: Any) -> None:
                    answer = case.call(session=client, headers=headers)
                    case.validate_response(answer, checks=CHECKS)

                try:
                    ask()
                except Exception as error:  # each is told, after all were asked
                    found.append(f"{operation.label}: {error!r:.4000}")
    assert found == []
