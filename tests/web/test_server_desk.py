"""What one may do with one server, and that it is taken down with who did it."""

from __future__ import annotations

import pytest

from alpheus.cases import secret_rows
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.secret_rows import Sealed
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Permission, Person, Role
from alpheus.web.server_desk import ServerDesk
from server_filling import filled


@pytest.fixture
def cases(database: Database) -> Cases:
    """Servers 1 and 5, of two organisations."""
    return filled(database)


def _desk(cases: Cases, *grants: Grant, number: int = 1) -> ServerDesk:
    return ServerDesk(cases, Person(1, "mia", grants or (Grant(Role.ANALYST),)), number)


def _log(cases: Cases) -> list[tuple[str, str, str]]:
    with cases.database.read() as connection:
        return [(one.who, one.action, one.object) for one in audit.entries(connection)]


def test_what_is_done_is_taken_down(cases: Cases) -> None:
    """With who did it to which server; what was refused is not."""
    desk = _desk(cases, number=4)
    assert desk.number == 1
    desk.act(ActKind.NOTE, why="called them")
    with pytest.raises(RefusedError, match="say why"):
        desk.act(ActKind.NOTE, why="")
    desk.split([2], why="two machines")
    desk.keep_apart([5], why="other people")
    assert _log(cases) == [
        ("mia", "servers kept apart", "server 1"), ("mia", "server split", "server 1"),
        ("mia", "server: note", "server 1"),
    ]  # fmt: skip
    assert audit.verify(cases.database).fault == ""


def test_merging_and_taking_back_lead_back(cases: Cases) -> None:
    """To the servers that there were."""
    desk = _desk(cases)
    assert desk.merge([5], why="same machine")["id"] == 1
    assert cases.row(5)["id"] == 1
    (decision,) = _desk(cases).identity().decisions
    _desk(cases).revoke(decision.id, why="was wrong")
    assert cases.row(5)["id"] == 5
    assert [action for _, action, _ in _log(cases)] == ["decision revoked", "servers merged"]


def test_nobody_decides_about_servers_of_others(cases: Cases) -> None:
    """Neither merges, nor keeps apart, nor takes back what others decided about both."""
    own = Grant(Role.ANALYST, str(cases.row(1)["organisation"]))
    for deed in ("merge", "keep_apart"):
        with pytest.raises(RefusedError, match="there is no server 5"):
            getattr(_desk(cases, own), deed)([5], why="so")
    _desk(cases).keep_apart([5], why="other people")
    (decision,) = _desk(cases).identity().decisions
    with pytest.raises(RefusedError, match="there is no decision"):
        _desk(cases, own).revoke(decision.id, why="so")
    with pytest.raises(RefusedError, match="there is no decision 999"):
        _desk(cases).revoke(999, why="so")


def test_a_viewer_changes_nothing_and_sees_no_secret(cases: Cases) -> None:
    """And a stranger sees nothing at all."""
    viewer = _desk(cases, Grant(Role.VIEWER))
    for deed in (
        lambda: viewer.act(ActKind.NOTE, why="x"), lambda: viewer.merge([5], why="x"),
        lambda: viewer.split([2], why="x"), lambda: viewer.keep_apart([5], why="x"),
        lambda: viewer.revoke(1, why="x"), lambda: viewer.look_at_secrets(1, (), why="x"),
        lambda: viewer.secrets(1),
    ):  # fmt: skip
        with pytest.raises(RefusedError, match="there is no server 1"):
            deed()
    assert len(list(viewer.every_observed())) == 4
    with pytest.raises(RefusedError, match="there is no server 1"):
        _desk(cases, Grant(Role.VIEWER, "elsewhere.example"))
    constituent = Person(0, "them", (Grant(Role.CONSTITUENT, str(cases.row(1)["organisation"])),))
    with pytest.raises(RefusedError, match="there is no server 1"):
        ServerDesk(cases, constituent, 1, Permission.SEE_SECRETS)
    assert _log(cases) == []


def test_a_look_at_secrets_needs_a_reason_and_is_taken_down(cases: Cases) -> None:
    """With what was looked at, in the transaction that gives it out."""
    desk = _desk(cases)
    marks = [f"[secret:0000000{number}]" for number in range(3)]
    with cases.database.write() as connection:
        secret_rows.add(connection, [Sealed(1, mark, "password", 7, b"x") for mark in marks])
    with pytest.raises(RefusedError, match="say why"):
        desk.look_at_secrets(1, (), why=" ")
    assert _log(cases) == []
    assert desk.secrets(1) == dict.fromkeys(marks, "password")
    found = desk.look_at_secrets(1, marks[1:], why="to warn others")
    assert [one.hash for one in found] == marks[1:]
    with cases.database.read() as connection:
        (entry,) = audit.entries(connection)
    assert (entry.action, entry.object, entry.detail) == (
        "secrets looked at", "server 1",
        {"why": "to warn others", "observation": "1", "hashes": " ".join(marks[1:])},
    )  # fmt: skip
    assert len(desk.look_at_secrets(1, (), why="all of them")) == 3


def test_secrets_are_not_for_programs_and_approvers(cases: Cases) -> None:
    """A token is refused whatever its scope; an approver sees none, an analyst does."""
    program = Person(1, "mia", (Grant(Role.ADMIN),), token="script")
    with pytest.raises(RefusedError, match="not to programs"):
        ServerDesk(cases, program, 1).look_at_secrets(1, (), why="x")
    with pytest.raises(RefusedError, match="there is no server 1"):
        _desk(cases, Grant(Role.APPROVER)).look_at_secrets(1, (), why="x")
    assert _log(cases) == []


def test_very_many_numbers_are_taken_down_in_part(cases: Cases) -> None:
    """The log stays readable."""
    with pytest.raises(RefusedError, match="has no observation"):
        _desk(cases).split(list(range(1, 500)), why="x")
    assert _log(cases) == []
