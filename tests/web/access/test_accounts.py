"""Accounts: links, passwords, lock-outs."""

import pytest

from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access import audit
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


def test_an_account_is_taken_up_whole_or_not_at_all(accounts: Accounts, mia: int) -> None:
    """Where its name is taken, or what lets it be made is refused, nothing is made."""

    def refused(_: object) -> str:
        raise RefusedError("no")

    for name, password, why in (("mia", PASSWORD, "already"), ("lou", "short", "password")):
        with pytest.raises(RefusedError, match=why):
            accounts.take_up(name, password, lambda _: "a.example", who="notice A")
    with pytest.raises(RefusedError, match="no"):
        accounts.take_up("lou", PASSWORD, refused, who="notice A")
    assert [one["name"] for one in accounts.every()] == ["mia"]
    lou = accounts.take_up("lou", PASSWORD, lambda _: "a.example", who="notice A")
    assert accounts.sign_in("lou", PASSWORD) == lou != mia
    person = accounts.person(lou)
    assert person is not None
    assert person.grants == (Grant(Role.CONSTITUENT, "a.example"),)


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


def _locked(accounts: Accounts) -> None:
    for _ in range(TRIES):
        assert accounts.sign_in("mia", "guessed") is None


def test_a_browser_that_has_signed_in_is_not_locked_out_by_others(
    accounts: Accounts, clock: Clock, mia: int
) -> None:
    """Whoever guesses locks the account for strangers; its owner goes on working."""
    mark = accounts.mark_of(mia)
    _locked(accounts)
    assert accounts.sign_in("mia", PASSWORD) is None
    assert accounts.sign_in("mia", PASSWORD, mark) == mia
    _locked(accounts)
    clock.pass_by(days=179)
    assert accounts.sign_in("mia", PASSWORD, mark) == mia


def test_a_marked_browser_has_few_tries_and_locks_nobody_out(accounts: Accounts, mia: int) -> None:
    """A stolen mark is no way to guess, and a colleague's slip no lock-out."""
    mark = accounts.mark_of(mia)
    for _ in range(4):
        assert accounts.sign_in("mia", "slip", mark) is None
    assert accounts.sign_in("mia", PASSWORD) == mia
    _locked(accounts)
    accounts.sign_in("mia", "slip", mark)
    assert accounts.sign_in("mia", PASSWORD, mark) is None


@pytest.mark.parametrize("what", ["other", "changed", "password", "old", "long", "", "..."])
def test_a_mark_is_of_one_account_and_its_password(
    accounts: Accounts, clock: Clock, mia: int, what: str
) -> None:
    """Of another account, changed, after a new password, after half a year: none."""
    noa = accounts.accept(accounts.make("noa", [Grant(Role.ADMIN)], who="test"), PASSWORD)
    mark, right = accounts.mark_of(noa if what == "other" else mia), PASSWORD
    if what == "changed":
        mark = mark[:-1] + ("0" if mark[-1] != "0" else "1")
    elif what == "password":
        right = PASSWORD + "!"
        accounts.change_password(mia, PASSWORD, right)
    elif what == "old":
        clock.pass_by(days=181)
    elif what == "long":
        mark = mark * 1_000
    elif what != "other":
        mark = what
    _locked(accounts)
    assert accounts.sign_in("mia", right, mark) is None


def test_a_new_link_ends_a_lock_out(accounts: Accounts, mia: int) -> None:
    """Where somebody has no browser that is known."""
    _locked(accounts)
    accounts.accept(accounts.invite(mia, who="test"), PASSWORD)
    assert accounts.sign_in("mia", PASSWORD) == mia


def test_a_name_that_is_none_is_taken_down_without_it(
    accounts: Accounts, database: Database, mia: int
) -> None:
    """It may be a password in the wrong field; an entry costs the same time as for a known name."""
    assert mia
    accounts.sign_in("my secret password", "mia")
    with database.read() as connection:
        newest = audit.entries(connection, size=1)[0]
    assert (newest.who, newest.action, newest.detail) == ("", "sign-in refused", {"why": "name"})


def test_a_constituent_is_never_of_all_organisations(accounts: Accounts) -> None:
    """All organisations are nobody's own."""
    with pytest.raises(RefusedError, match="belongs to an organisation"):
        accounts.make("eve", [Grant(Role.CONSTITUENT)], who="test")


def test_what_others_remember_is_forgotten_with_every_change(database: Database) -> None:
    """Of roles, of being let in, of the password."""
    seen: list[str] = []
    accounts = Accounts(database, Clock(), changed=lambda: seen.append(""))
    mia = accounts.accept(accounts.make("mia", [Grant(Role.ADMIN)], who="t"), PASSWORD)
    noa = accounts.accept(accounts.make("noa", [Grant(Role.ADMIN)], who="t"), PASSWORD)
    for change in (
        lambda: accounts.regrant(noa, [Grant(Role.VIEWER)], who="t"),
        lambda: accounts.disable(noa, who="t"),
        lambda: accounts.enable(noa, who="t"),
        lambda: accounts.change_password(mia, PASSWORD, PASSWORD + "!"),
        lambda: accounts.prefer(mia, language="de", theme="dark"),
        lambda: accounts.bind(mia, "sub", who="t"),
    ):
        seen.clear()
        change()
        assert seen
