"""Accounts: links, passwords, lock-outs."""

import pytest

from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access.accounts import TRIES, Accounts
from alpheus.web.access.roles import Grant, Role
from console import PASSWORD, Clock


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    """Accounts with a clock of the test's own."""
    return Accounts(database, clock)


@pytest.fixture
def mia(accounts: Accounts) -> int:
    """An account with a password."""
    return accounts.accept(accounts.make("mia", [Grant(Role.ADMIN)], who="test"), PASSWORD)


def test_a_link_sets_a_password_once(accounts: Accounts) -> None:
    """The second time, and after three days, it is refused."""
    secret = accounts.make("mia", [Grant(Role.ADMIN)], who="test")
    number = accounts.accept(secret, PASSWORD)
    assert accounts.sign_in("mia", PASSWORD) == number
    with pytest.raises(RefusedError, match="link"):
        accounts.accept(secret, PASSWORD)


def test_an_old_link_is_refused(accounts: Accounts, clock: Clock) -> None:
    """Three days after it was made."""
    secret = accounts.make("mia", [Grant(Role.ADMIN)], who="test")
    clock.pass_by(days=3, seconds=1)
    with pytest.raises(RefusedError, match="too old"):
        accounts.accept(secret, PASSWORD)


def test_a_new_link_ends_the_earlier_one(accounts: Accounts, mia: int) -> None:
    """Whoever found the old link has nothing."""
    first = accounts.invite(mia, who="test")
    second = accounts.invite(mia, who="test")
    with pytest.raises(RefusedError):
        accounts.accept(first, PASSWORD)
    assert accounts.accept(second, PASSWORD) == mia


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 81])
def test_a_name_is_a_name(accounts: Accounts, name: str) -> None:
    """Something that can be seen, and not too long."""
    with pytest.raises(RefusedError, match="name"):
        accounts.make(name, [], who="test")


def test_a_name_is_taken_once(accounts: Accounts, mia: int) -> None:
    """Whoever signs in by it must be one person."""
    assert mia
    with pytest.raises(RefusedError, match="already"):
        accounts.make("mia", [], who="test")


def test_failures_lock_an_account_for_longer_each_time(
    accounts: Accounts, clock: Clock, mia: int
) -> None:
    """After five a minute, then two, up to an hour; the right password does not help meanwhile."""
    for _ in range(TRIES):
        assert accounts.sign_in("mia", "wrong") is None
    assert accounts.sign_in("mia", PASSWORD) is None
    clock.pass_by(seconds=61)
    assert accounts.sign_in("mia", "wrong") is None
    clock.pass_by(seconds=61)
    assert accounts.sign_in("mia", PASSWORD) is None
    clock.pass_by(seconds=61)
    assert accounts.sign_in("mia", PASSWORD) == mia
    assert accounts.sign_in("mia", "wrong") is None
    assert accounts.sign_in("mia", PASSWORD) == mia


def test_nobody_is_let_in_by_an_unknown_name(accounts: Accounts, mia: int) -> None:
    """Nor by an empty password."""
    assert mia
    assert accounts.sign_in("noa", PASSWORD) is None
    assert accounts.sign_in("mia", "") is None


def test_a_disabled_account_lets_nobody_in_until_it_is_enabled(
    accounts: Accounts, mia: int
) -> None:
    """Not by the right password either."""
    other = accounts.accept(accounts.make("noa", [Grant(Role.ADMIN)], who="mia"), PASSWORD)
    accounts.disable(other, who="mia")
    assert accounts.sign_in("noa", PASSWORD) is None
    assert accounts.person(other) is None
    accounts.enable(other, who="mia")
    assert accounts.sign_in("noa", PASSWORD) == other
    assert mia != other


def test_the_last_administrator_stays(accounts: Accounts, mia: int) -> None:
    """Neither disabled nor with weaker roles: nobody could help afterwards."""
    with pytest.raises(RefusedError, match="last administrator"):
        accounts.disable(mia, who="mia")
    with pytest.raises(RefusedError, match="last administrator"):
        accounts.regrant(mia, [Grant(Role.VIEWER)], who="mia")
    person = accounts.person(mia)
    assert person is not None
    assert person.grants == (Grant(Role.ADMIN),)


def test_a_password_is_changed_by_who_knows_the_old_one(accounts: Accounts, mia: int) -> None:
    """Otherwise it stays."""
    with pytest.raises(RefusedError, match="old password"):
        accounts.change_password(mia, "wrong", PASSWORD + "!")
    accounts.change_password(mia, PASSWORD, PASSWORD + "!")
    assert accounts.sign_in("mia", PASSWORD) is None
    assert accounts.sign_in("mia", PASSWORD + "!") == mia


def test_what_is_kept_of_taste_and_of_the_last_look(
    accounts: Accounts, clock: Clock, mia: int
) -> None:
    """Language, theme, and since when the campaign may have changed."""
    accounts.prefer(mia, language="de", theme="dark")
    person = accounts.person(mia)
    assert person is not None
    assert (person.language, person.theme) == ("de", "dark")
    assert accounts.looked(mia) == ""
    clock.pass_by(hours=1)
    assert accounts.looked(mia) == "2021-03-12T09:00:00Z"


def test_all_accounts_are_listed_with_their_roles(accounts: Accounts, mia: int) -> None:
    """By name, without anything of a password."""
    accounts.make("ada", [Grant(Role.VIEWER, "a.example")], who="mia")
    found = accounts.every()
    assert accounts.are_there()
    assert [(one["name"], one["has_password"]) for one in found] == [("ada", False), ("mia", True)]
    assert found[0]["grants"] == (Grant(Role.VIEWER, "a.example"),)
    assert found[1]["id"] == mia
    assert "password" not in found[0]
