"""Whom a run asks: names looked up once, kept, and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.exposure.names import MailDomain, Resolver
from alpheus.exposure.space import keep, look_up, looked_up, read_kept
from alpheus.exposure.targets import read_targets
from exposure_probing import KnownNames, scope_of

HOSTS = {
    "mail.a.example": ("127.0.1.1",), "mail.b.example": ("127.0.2.9", "127.0.1.1"),
    "no.example": ("127.0.3.3",),
}  # fmt: skip
TARGETS = ["127.0.2.0/24", "mail.a.example", "mail.b.example", "gone.example", "192.0.2.1"]


def _resolver(hosts: dict[str, tuple[str, ...]] = HOSTS) -> Resolver:
    return KnownNames(hosts, {"mail.a.example": MailDomain("mail.a.example")})


def test_what_was_kept_says_the_same(tmp_path: Path) -> None:
    """Endpoints, names, denials and what is not asked: nobody has to be looked up again."""
    scope = scope_of(tmp_path, 443, "deny: [no.example]\n")
    space = look_up(read_targets(TARGETS), scope, _resolver())
    assert space.total == 256 + 1
    keep(tmp_path / "run" / "names.json", looked_up(space))
    kept = read_kept(tmp_path / "run" / "names.json")
    assert kept == looked_up(space)
    again = kept.space(read_targets(TARGETS), scope)
    assert again.named.endpoints == space.named.endpoints
    assert again.named.names_at == {("127.0.2.9", 443): ("mail.b.example",)}
    assert [one.target for one in again.named.observations] == ["gone.example"]
    assert (again.denied_at, again.total) == (space.denied_at, space.total)
    assert list(again.denied_at) == ["127.0.3.3"]
    assert [one.target for one in again.outside] == ["192.0.2.1"]


def test_what_names_lead_to_is_told_apart_and_the_moment_is_not(tmp_path: Path) -> None:
    """Two look-ups that lead to the same servers are one; another address is another."""
    scope, targets = scope_of(tmp_path, 443), read_targets(TARGETS)
    first = looked_up(look_up(targets, scope, _resolver()))
    other = {**HOSTS, "mail.a.example": ("127.0.1.7",)}
    assert first.digest == looked_up(look_up(targets, scope, _resolver())).digest
    assert first.digest != looked_up(look_up(targets, scope, _resolver(other))).digest


def test_a_file_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    """And one that is not there is nothing to go on with."""
    path = tmp_path / "names.json"
    assert read_kept(path) is None
    path.write_text("{", "utf-8")
    with pytest.raises(OutputError, match=r"names\.json does not say where names lead"):
        read_kept(path)
    found = looked_up(look_up(read_targets(["127.0.0.1"]), scope_of(tmp_path, 443), _resolver()))
    with pytest.raises(OutputError, match="name another folder"):
        keep(path / "below" / "names.json", found)
