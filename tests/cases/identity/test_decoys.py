"""What is taken for a decoy, and what is not."""

from __future__ import annotations

from dataclasses import replace

from alpheus.cases.identity.decoys import COPIES, contradicts_itself
from alpheus.cases.identity.model import Cluster, Sighting
from alpheus.cases.identity.resolve import Resolver
from cases.identity.identity_build import host_certificate, own_certificate, seen

SPAN = {"first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-30T00:00:00Z"}


def _copies(count: int, **more: object) -> list[Sighting]:
    return [
        seen(n, f"192.0.2.{n}", servers=("EXCH01",), hosts=("mail.trap.example",),
             **SPAN, **own_certificate("0123456789abcdef"[n], "EXCH01", "corp.local"), **more)
        for n in range(1, count + 1)
    ]  # fmt: skip


def _aside(*rows: Sighting) -> list[str]:
    return [one.aside for one in Resolver(rows).clusters()]


def test_many_that_say_that_they_are_one_computer_are_decoys() -> None:
    """One name leads to all, and each has a key of its own; the reason is told."""
    clusters = Resolver(_copies(12)).clusters()
    assert [one.aside for one in clusters] == ["decoy"] * 12
    assert "mail.trap.example leads to 12 addresses at once" in clusters[0].aside_why
    assert "EXCH01 in corp.local" in clusters[0].aside_why
    assert set(_aside(*_copies(COPIES))) == {"decoy"}


def test_fewer_or_with_names_of_their_own_are_servers() -> None:
    """A name that thousands give their computer is no sign, nor is an image that was cloned."""
    assert set(_aside(*_copies(COPIES - 1))) == {""}
    others = [replace(one, hosts=(f"mail.org{one.id}.example",)) for one in _copies(COPIES)]
    assert set(_aside(*others)) == {""}
    one_certificate = host_certificate("a", "mail.trap.example")
    pool = [seen(n, f"192.0.2.{n}", hosts=("mail.trap.example",), **SPAN, **one_certificate)
            for n in range(1, COPIES + 1)]  # fmt: skip
    assert "decoy" not in _aside(*pool)


def test_one_after_the_other_is_a_server_that_moves() -> None:
    """A server that is set up anew at each address shows a new key each time."""
    moving = [replace(one, **dict.fromkeys(SPAN, f"2021-03-{2 + 4 * one.id:02}T00:00:00Z"))
              for one in _copies(COPIES)]  # fmt: skip
    assert "decoy" not in _aside(*moving)


def _asked(implausible: int, plausible: int) -> Cluster:
    rows = [seen(n, "192.0.2.1", n, implausible=n <= implausible, build="15.1.2176.9")
            for n in range(1, implausible + plausible + 1)]  # fmt: skip
    (one,) = Resolver(rows).clusters()
    return one


def test_what_says_again_and_again_what_no_server_is() -> None:
    """Once may be a server that is updated while it is asked."""
    assert _asked(3, 1).aside == "decoy"
    assert "3 answers say what no server is" in _asked(3, 1).aside_why
    assert _asked(1, 0).aside == _asked(2, 2).aside == ""
    assert contradicts_itself(0, 0) == ""
