"""The simulated server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from alpheus.lab.server import Build, Server, make_server

_PATCHED = datetime(2021, 3, 4, 20, tzinfo=UTC)


def test_spellings_of_a_build() -> None:
    """Headers pad the numbers, URLs leave the last one out."""
    build = Build("15.1.2106.2")
    assert build.padded == "15.01.2106.002"
    assert build.folder == "15.1.2106"
    assert build.parts == (15, 1, 2106, 2)


def test_update_switches_the_build(server: Server) -> None:
    """From the hour of the update on the new build runs."""
    patched = replace(server, patched_at=_PATCHED)
    assert patched.build_at(_PATCHED.replace(hour=19)) == server.build_before
    assert patched.build_at(_PATCHED) == server.build_after
    assert patched.last_build() == server.build_after
    assert server.last_build() == server.build_before


def test_names_belong_together(server: Server) -> None:
    """The full name, the account and the domain agree."""
    assert server.fqdn == f"{server.name}.{server.domain}"
    assert server.account == f"{server.netbios}\\{server.name}$"


def test_every_seed_is_another_server() -> None:
    """Servers of different seeds share neither name nor domain."""
    made = [make_server(Random(seed)) for seed in range(30)]
    assert len({one.fqdn for one in made}) == 30
