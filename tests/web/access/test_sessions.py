"""Sessions and tokens: how long they hold, and for what."""

import pytest

from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Grant, Permission, Person, Role
from alpheus.web.access.sessions import Sessions
from console import PASSWORD, Clock


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    """Sessions with a clock of the test's own."""
    return Sessions(database, clock)


@pytest.fixture
def mia(database: Database, clock: Clock) -> Person:
    """Somebody with an account."""
    accounts = Accounts(database, clock)
    number = accounts.accept(accounts.make("mia", [Grant(Role.ADMIN)], who="t"), PASSWORD)
    found = accounts.person(number)
    assert found is not None
    return found


def test_a_session_is_found_by_its_secret_until_it_ends(sessions: Sessions, mia: Person) -> None:
    """And by nothing else."""
    session = sessions.begin(mia.account)
    found = sessions.find(session.secret)
    assert found is not None
    assert (found.person, found.csrf, found.secret) == (mia, session.csrf, "")
    assert sessions.find(session.secret + "x") is None
    sessions.end(session.secret)
    assert sessions.find(session.secret) is None


def test_a_session_ends_without_use_and_after_a_day(
    sessions: Sessions, clock: Clock, mia: Person
) -> None:
    """Two hours unused; a day in any case; what is over is forgotten."""
    idle, busy = sessions.begin(mia.account), sessions.begin(mia.account)
    for _ in range(23):
        clock.pass_by(hours=1)
        assert sessions.find(busy.secret)
    assert sessions.find(idle.secret) is None
    clock.pass_by(hours=1)
    assert sessions.find(busy.secret) is None
    assert sessions.clear() == 2


def test_sessions_of_a_disabled_account_are_over(
    sessions: Sessions, database: Database, clock: Clock, mia: Person
) -> None:
    """At once."""
    accounts = Accounts(database, clock)
    other = accounts.accept(accounts.make("noa", [Grant(Role.VIEWER)], who="t"), PASSWORD)
    session = sessions.begin(other)
    accounts.disable(other, who=mia.name)
    assert sessions.find(session.secret) is None
    with pytest.raises(RefusedError):
        sessions.begin(other)


@pytest.mark.parametrize("organisation", ["a.example", ""])
def test_an_organisation_sees_its_own_and_never_all(sessions: Sessions, organisation: str) -> None:
    """Also where the notice names no organisation: an empty key would be everybody's."""
    session = sessions.begin_for(organisation, "A-4F7K2Q", "notice A-4F7K2Q")
    found = sessions.find(session.secret)
    assert found is not None
    assert found.person.scope(Permission.OWN) == frozenset({organisation or "notice:A-4F7K2Q"})
    assert not found.person.may(Permission.OWN, "b.example")
    assert not found.person.may(Permission.SEE)


def test_a_token_is_for_its_scope_and_its_time(
    sessions: Sessions, clock: Clock, mia: Person
) -> None:
    """Its text is shown once; it ends on its day."""
    text = sessions.make_token(mia, "nightly", frozenset({Permission.SEE}), 30)
    found = sessions.find_token(text)
    assert found is not None
    assert (found[0].name, found[0].token, found[1]) == (
        "mia", "nightly", frozenset({Permission.SEE}),
    )  # fmt: skip
    assert sessions.find_token(text.upper()) is None
    assert text not in str(sessions.tokens_of(mia.account))
    clock.pass_by(days=30)
    assert sessions.find_token(text) is None


def test_a_token_that_was_revoked_holds_no_more(sessions: Sessions, mia: Person) -> None:
    """And nobody revokes that of another account."""
    text = sessions.make_token(mia, "nightly", frozenset({Permission.SEE}), 30)
    number = sessions.number_of(text)
    assert number == sessions.tokens_of(mia.account)[0]["id"]
    assert sessions.number_of(f"{text}x") == 0
    with pytest.raises(RefusedError, match="no token"):
        sessions.revoke_token(mia.account + 1, number, who="noa")
    sessions.revoke_token(mia.account, number, who="mia")
    assert sessions.find_token(text) is None


@pytest.mark.parametrize(
    ("name", "scope", "days"),
    [
        ("", {Permission.SEE}, 30),
        ("n", set(), 30),
        ("n", {Permission.OWN}, 30),
        ("n", {Permission.SEE}, 0),
        ("n", {Permission.SEE}, 367),
    ],
)
def test_tokens_that_would_allow_too_much_are_not_made(
    sessions: Sessions, mia: Person, name: str, scope: set[Permission], days: int
) -> None:
    """Nothing that the account may not do, not nameless, not for ever."""
    with pytest.raises(RefusedError):
        sessions.make_token(mia, name, frozenset(scope), days)
