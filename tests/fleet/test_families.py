"""Shell families of a fleet, and their pages read again."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from alpheus.detect.webshell.judge import structure_of
from alpheus.fleet.families import _agents, families
from alpheus.lab.fleet import generate_fleet
from strand_filling import seen, trait


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fleet and the database of its campaign run."""
    place = tmp_path_factory.mktemp("fleet")
    generate_fleet(place, 8, seed=2)
    words = [
        "campaign",
        "run",
        str(place / "packages"),
        "--database",
        str(place / "c.db"),
        "--later",
    ]
    assert main(words) == 0
    return place


def test_pages_of_one_structure_are_read_again_and_are_those(judged: Path) -> None:
    """By their hashes; with what they are called, and what victims are called."""
    with open_database(judged / "c.db", create=False) as database:
        found = [one.family for one in families(database)]
    assert found
    for family in found:
        assert family.servers >= 2
        assert family.pages
        for page in family.pages:
            assert hashlib.sha256(page).hexdigest() in family.hashes
            assert structure_of(page, "x.aspx") == family.name
        assert family.names
        assert len(family.hidden) >= family.servers
    with open_database(judged / "c.db", create=False) as database:
        assert list(families(database, least=100)) == []


def test_programs_are_those_that_half_of_the_servers_saw_and_few_others_have() -> None:
    """Public ones are everybody's."""
    own, public = trait("agent", "quiet harvest 1.0"), trait("agent", "curl/7.64")
    once = trait("agent", "came once")
    several = [seen(1, own, public, once), seen(2, own, public), seen(3, public)]
    assert list(_agents(several)) == ["quiet harvest 1.0"]


def test_a_package_that_is_gone_leaves_its_hashes(judged: Path, tmp_path: Path) -> None:
    """And is told."""
    away = tmp_path / "away"
    shutil.move(judged / "packages", away)
    try:
        with open_database(judged / "c.db", create=False) as database:
            found = list(families(database))
    finally:
        shutil.move(away, judged / "packages")
    assert found
    for one in found:
        assert one.family.hashes
        assert one.family.pages == ()
        assert any("p0000" in text for text in one.unread)
