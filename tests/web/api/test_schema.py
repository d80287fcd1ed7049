"""The whole document, asked by schemathesis: whatever fits it, and much that does not.

`ALPHEUS_FUZZ_EXAMPLES=300 make fuzz-api` asks more often, each time otherwise.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
from argon2 import PasswordHasher
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
from alpheus.web.access import passwords
from alpheus.web.access.guard import COOKIE, HEADER
from alpheus.web.access.roles import Grant, Permission, Role
from alpheus.web.access.throttle import Rate
from alpheus.web.api.document import document
from alpheus.web.app import create_app
from alpheus.web.jobs.model import Kind
from alpheus.web.settings import Settings
from console import Clock, made
from web.access_matrix import OWN, World, made_world

EXAMPLES = int(os.environ.get("ALPHEUS_FUZZ_EXAMPLES", "0"))
"""How often each route is asked by each token in each way; 0 for the few of the test suite."""
FEW = 3
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
NEVER = frozenset({Permission.PUBLIC, Permission.SIGNED_IN})


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples, derandomize=not EXAMPLES, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
        phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
    )  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"] if EXAMPLES else ["sqlite"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Servers, notices, a job and accounts of two organisations."""
    patch = pytest.MonkeyPatch()
    folder: Path = tmp_path_factory.mktemp("world")
    patch.setenv("ALPHEUS_CACHE", str(folder / "cache"))
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(passwords, "_hasher", lambda: cheap)
    clock, much = Clock(), Rate(10_000_000, 10_000_000)
    place: str | Path = folder / "cases.db"
    if request.param == "postgresql":
        place = request.getfixturevalue("postgresql").new()
    with open_database(place) as database:
        app = create_app(database, Settings(uploads=folder / "uploads"), clock=clock, rate=much)
        app.state.start_working_out = lambda _: None
        yield made_world(app, database, clock)
    patch.undo()


class Asker(NamedTuple):
    """Who asks: the headers that say so, what they may, and something of theirs."""

    name: str
    headers: dict[str, str]
    may: frozenset[Permission]
    upload: str = "0" * 32


def _described(world: World, asker: Asker) -> dict[str, Any]:
    """The document, in which numbers of the path are those of something that is there."""
    found = copy.deepcopy(document())
    for path, item in found["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and (known := _known(world, asker, path)):
                    name = parameter["name"]
                    parameter["schema"] = {"enum": known[name]} if name in known else (
                        parameter["schema"])  # fmt: skip
    return found


def _known(world: World, asker: Asker, path: str) -> dict[str, list[Any]]:
    """What is there, by the names of parameters of paths."""
    own = world.values["own_server"]
    number = next((number for part, number in (("/jobs/", world.values["own_job"]),
                                               ("/imports/", 1)) if part in path), own)  # fmt: skip
    return {
        "number": [number], "server": [own], "place": [0, 1], "key": [OWN], "batch": [1],
        "reference": [world.values["own_notice"]], "answer": [world.values["own_answer"]],
        "account": [world.values["account"]], "name": ["report.html"], "upload": [asker.upload],
    }  # fmt: skip


def _with_token(world: World, role: Role) -> Asker:
    """With a token for all that a role may, everywhere or in its organisation."""
    state, place = world.app.state, OWN if role is Role.CONSTITUENT else ""
    number = made(world.app, f"fuzzing {role}", Grant(role, place))
    person = state.accounts.person(number)
    scope = frozenset(one for one in Permission if one not in NEVER and person.may(one))
    text = state.sessions.make_token(person, "fuzzing", scope, 30)
    upload = state.jobs.announce(person, Kind.TRIAGE, "a.zip", 1_000, place)
    headers = {"authorization": f"Bearer {text}"}
    return Asker(str(role), headers, scope | NEVER, upload.id)


def _with_session(world: World) -> Asker:
    """In a browser, which alone makes tokens."""
    session = world.app.state.sessions.begin(made(world.app, "fuzzing", Grant(Role.VIEWER)))
    headers = {"cookie": f"{COOKIE}={session.secret}", HEADER: session.csrf}
    return Asker("session", headers, NEVER)


@pytest.mark.parametrize("kind", [Role.ADMIN, Role.CONSTITUENT, "session"])
def test_whatever_is_asked_is_answered_as_the_document_says(world: World, kind: str) -> None:
    """Never by a failure of ours, and always in a form that stands in the document."""
    asker = _with_session(world) if kind == "session" else _with_token(world, Role(kind))
    schema = schemathesis.openapi.from_dict(_described(world, asker))
    schema.app = world.app
    found: list[str] = []
    with asgi.get_client(world.app) as client:
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr] # else it raises
            may = operation.definition.raw["x-permission"] in asker.may
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                @_settings((EXAMPLES or FEW) if may else 1)
                @given(case=operation.as_strategy(generation_mode=mode))
                def ask(case: Any) -> None:
                    answer = case.call(session=client, headers=asker.headers)
                    case.validate_response(answer, checks=CHECKS)

                try:
                    ask()
                except Exception as error:  # each is told, after all were asked
                    found.append(f"{operation.label}: {error!r:.4000}")
    assert found == []
