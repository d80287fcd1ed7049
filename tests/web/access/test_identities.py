"""Who is behind a cookie, remembered for seconds, and not longer than they may be."""

from __future__ import annotations

import pytest

from alpheus.cases.database import Database
from alpheus.web.access import identities as module
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.identities import SECONDS, Identities
from alpheus.web.access.roles import Grant, Permission, Role
from alpheus.web.access.sessions import Sessions
from console import PASSWORD, Clock


class _Counted(Sessions):
    looks = 0

    def find(self, secret: str):
        self.looks += 1
        return super().find(secret)


@pytest.fixture
def sessions(database: Database, clock: Clock) -> _Counted:
    """Sessions that count how often they are looked for."""
    return _Counted(database, clock)


@pytest.fixture
def identities(sessions: _Counted, clock: Clock) -> Identities:
    """Wired as the application wires them."""
    made = Identities(sessions, clock)
    sessions.changed = made.forget
    return made


@pytest.fixture
def accounts(database: Database, clock: Clock, identities: Identities) -> Accounts:
    """Accounts of the same process."""
    return Accounts(database, clock, changed=identities.forget)


@pytest.fixture
def mia(accounts: Accounts) -> int:
    """Somebody who may be disabled: there is another administrator."""
    accounts.accept(accounts.make("ada", [Grant(Role.ADMIN)], who="t"), PASSWORD)
    return accounts.accept(accounts.make("mia", [Grant(Role.ANALYST)], who="t"), PASSWORD)


def test_a_session_is_looked_for_once_in_a_while(
    sessions: _Counted, identities: Identities, clock: Clock, mia: int
) -> None:
    """And again after some seconds; one that does not hold is never remembered."""
    secret = sessions.begin(mia).secret
    assert identities.known_session(secret) is None
    for _ in range(10):
        assert identities.session(secret, anew=False) is not None
    assert sessions.looks == 1
    clock.pass_by(seconds=SECONDS)
    assert identities.known_session(secret) is None
    assert identities.session(secret, anew=False) is not None
    assert sessions.looks == 2
    for _ in range(3):
        assert identities.session("guessed", anew=False) is None
    assert sessions.looks == 5


def test_what_is_taken_away_here_is_gone_at_once(
    sessions: _Counted, identities: Identities, accounts: Accounts, mia: int
) -> None:
    """Roles, the account, the session, the token."""
    secret = sessions.begin(mia).secret
    assert identities.session(secret, anew=False)
    accounts.regrant(mia, [Grant(Role.VIEWER)], who="t")
    found = identities.session(secret, anew=False)
    assert found is not None
    assert found.person.grants == (Grant(Role.VIEWER),)
    token = sessions.make_token(found.person, "t", frozenset({Permission.SEE}), 1)
    assert identities.token(token, anew=False)
    assert identities.known_token(token)
    sessions.revoke_token(mia, 1, who="t")
    assert identities.token(token, anew=False) is None
    sessions.end(secret)
    assert identities.session(secret, anew=False) is None
    again = sessions.begin(mia).secret
    assert identities.session(again, anew=False)
    accounts.disable(mia, who="t")
    assert identities.session(again, anew=False) is None


def test_what_another_process_takes_away_is_gone_within_seconds(
    database: Database, sessions: _Counted, identities: Identities, clock: Clock, mia: int
) -> None:
    """For looking; changes look anew, and are refused at once."""
    secret = sessions.begin(mia).secret
    assert identities.session(secret, anew=False)
    Accounts(database, clock).disable(mia, who="another process")
    assert identities.session(secret, anew=False) is not None
    assert identities.session(secret, anew=True) is None
    assert identities.session(secret, anew=False) is None
    clock.pass_by(seconds=SECONDS)
    assert identities.known_session(secret) is None


def test_what_was_taken_away_while_it_was_looked_for_is_not_remembered(
    sessions: _Counted, identities: Identities, mia: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look began before, and ended after."""
    secret = sessions.begin(mia).secret
    found = sessions.find(secret)

    def slow(_: str):
        identities.forget()
        return found

    monkeypatch.setattr(identities, "_find", slow)
    assert identities.session(secret, anew=False) is found
    assert identities.known_session(secret) is None


def test_a_clock_that_goes_back_and_many_sessions_are_no_trouble(
    sessions: _Counted, identities: Identities, clock: Clock, mia: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What is remembered is bounded, and never older than it looks."""
    monkeypatch.setattr(module, "MOST", 2)
    secrets = [sessions.begin(mia).secret for _ in range(3)]
    for secret in secrets:
        identities.session(secret, anew=False)
    assert [identities.known_session(one) is None for one in secrets] == [True, False, False]
    clock.pass_by(seconds=-60)
    assert identities.known_session(secrets[2]) is None
