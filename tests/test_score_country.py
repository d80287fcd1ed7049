"""The score of a simulated country counts as it says: on truths made by hand, on a small one."""

from __future__ import annotations

import importlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.database import open_database
from alpheus.cases.observations_import import import_file
from alpheus.cases.rebuild import rebuild
from alpheus.lab.country import generate

ROOT = Path(__file__).resolve().parents[1]
AT_THE_END = datetime(2021, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tool() -> Callable[[str], ModuleType]:
    """Gives a module of the tool."""
    sys.path.insert(0, str(ROOT))
    return lambda name: importlib.import_module(f"tools.score_country.{name}")


def _slowly(told: list[tuple[int, str | None]]) -> tuple[int, int, int]:
    """Right, wrong and missed pairs, each pair looked at."""
    right = wrong = missed = 0
    for (group, truth), (other_group, other_truth) in combinations(told, 2):
        if truth is None and other_truth is None:
            continue
        joined, same = group == other_group, truth == other_truth
        right += joined and same
        wrong += joined and not same
        missed += same and not joined
    return right, wrong, missed


class TestPairs:
    """Pairs are counted by sizes."""

    def test_by_hand(self, tool) -> None:
        """Noise joined with anything real is wrong; noise with noise is nothing."""
        told = [(1, "a"), (1, "a"), (1, "b"), (2, "b"), (2, None), (2, None), (3, "a")]
        found = tool("pairs").compare(told)
        assert (found.right, found.wrong, found.missed) == (1, 4, 3)
        assert found.precision == 1 / 5
        assert found.recall == 1 / 4

    @given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", "c", None]))))
    def test_as_when_each_pair_is_looked_at(self, tool, told) -> None:
        """Whatever the groups."""
        found = tool("pairs").compare(told)
        assert (found.right, found.wrong, found.missed) == _slowly(told)

    def test_nothing(self, tool) -> None:
        """Nothing told is nothing told wrongly."""
        found = tool("pairs").compare([])
        assert found.precision == found.recall == 1


class World:
    """A country and what cases made of it, by hand: five servers, one pool, a honeypot."""

    def __init__(self, tool: Callable[[str], ModuleType]) -> None:
        self.truth, self.found = tool("truth"), tool("found")
        self.seen: list[Any] = []
        self.rows: dict[int, dict[str, Any]] = {}
        self.records: dict[tuple[str, int], Any] = {}
        self.states: dict[str, Any] = {}
        self.servers: dict[str, Any] = {}
        self.owners: dict[str, Any] = {}

    def owner(self, name: str, sector: str, *domains: str, network: object = None) -> None:
        """An organisation."""
        self.owners[name] = self.truth.Owner(name, name, sector, domains, network=network)

    def server(
        self, name: str, owner: str, *spans: tuple[str, str, str, str], unit: str = ""
    ) -> None:
        """A server and its month: from, to, patch, compromise."""
        self.servers[name] = self.truth.Server(name, unit or name, owner)
        self.states[name] = self.truth.States(
            name, unit or name, tuple(self.truth.Span(*span) for span in spans)
        )

    def row(self, server: int, **more: Any) -> None:
        """A server of cases."""
        self.rows[server] = {
            "id": server, "patch": "unknown", "compromise": "unknown", "service": 0,
            "organisation": "", "sector": "", **more,
        }  # fmt: skip

    def see(
        self, server: int, truth: str | None, *, unit: str | None = None, service: int = 0,
        claims: str = "exchange", noise: str = "", file: str = "shodan/a.json", day: str = "",
        build: str = "", names: bool = False, victim: bool | None = None,
    ) -> None:  # fmt: skip
        """An observation given to a server, and whom it is of."""
        number = len(self.seen) + 1
        unit = None if noise else unit or truth
        place = self.truth.Place(truth, unit)
        row = self.truth.Row(file, number, truth, unit, None, claims, noise)
        self.records[file, number] = row
        told = claims == "victim" if victim is None else victim
        self.seen.append(self.found.Seen(
            number, server, service or server, row, place, told, day, build, names
        ))  # fmt: skip

    def country(self, **summary: int) -> Any:
        """The country, with `registered.example` in its registers."""
        figures = {"organisations": 1, "servers": 1, "units": 1, "rows": 1, "victims_listed": 1,
                   "raw_victims": 1, **summary}  # fmt: skip
        return self.truth.Country(
            self.truth.Summary(**figures), self.records, {}, self.servers, self.states,
            self.owners, "www.registered.example",
        )  # fmt: skip

    def told(self) -> Any:
        """What was found."""
        return self.found.Found(self.seen, self.rows, 0, {})


@pytest.fixture
def world(tool) -> World:
    """An empty one."""
    return World(tool)


ALL_MONTH = ("2021-03-01", "2021-03-31")


def _figures(tool, world: World, **summary: int) -> Any:
    return tool("figures").figures(world.country(**summary), world.told(), {"bank": {"finance"}})


def test_victims(tool, world: World) -> None:
    """A service once, honeypots apart, what assessments alone say apart, members one by one."""
    for name, unit in (("S1", ""), ("P1-1", "P1"), ("P1-2", "P1"), ("S2", "")):
        world.server(name, "O1", (*ALL_MONTH, "fixed", "compromised"), unit=unit)
    world.owner("O1", "company", "a.example")
    for number, state, service in ((1, "reported", 0), (2, "reported", 0), (3, "reported", 0),
                                   (4, "reported", 1), (5, "reported", 0), (6, "compromised", 0),
                                   (7, "no-evidence", 0)):  # fmt: skip
        world.row(number, compromise=state, service=service)
    world.see(1, "S1", claims="victim")
    world.see(1, "S1", claims="victim")
    for server, member in ((2, "P1-1"), (3, "P1-2"), (4, None)):
        world.see(server, member, unit="P1", service=2, claims="victim")
    world.see(5, None, noise="honeypot", claims="victim")
    world.see(6, "S2", claims="victim", file="triage/b.json")
    world.see(7, "S1")
    victims = _figures(tool, world, raw_victims=6).victims
    assert (victims.raw, victims.true, victims.counted, victims.decoys) == (6, 2, 3, 1)
    assert (victims.true_assessed, victims.assessed, victims.servers) == (3, 4, 5)
    assert victims.error == 0
    world.row(8, compromise="reported")
    world.see(8, "S1", claims="victim")
    assert _figures(tool, world).victims.error == 0.5
    world.row(8, compromise="reported", service=1)
    assert _figures(tool, world).victims.error == 0


def test_patch_states(tool, world: World) -> None:
    """As at the end; what is gone counts as it was, and what changed since a look is told."""
    world.owner("O1", "company", "a.example")
    then, now = ("2021-03-01", "2021-03-10"), ("2021-03-11", "2021-03-31")
    vulnerable, fixed = (*then, "vulnerable", "none"), (*now, "fixed", "none")
    world.server("right", "O1", vulnerable, fixed)
    world.server("old", "O1", vulnerable, fixed)
    world.server("wrong", "O1", vulnerable, fixed)
    world.server("gone", "O1", vulnerable, (*now, "gone", "none"))
    world.server("open again", "O1", (*then, "fixed", "none"), (*now, "vulnerable", "none"))
    world.server("never seen", "O1", (*ALL_MONTH, "fixed", "none"))
    for number, (name, said, day, build) in enumerate((
        ("right", "not-affected", "2021-03-20", "15.1.2242.4"),
        ("old", "vulnerable", "2021-03-05", "15.1.2176.4"),
        ("wrong", "vulnerable", "2021-03-20", "15.1.2176.9"),
        ("gone", "vulnerable", "2021-03-05", ""), ("open again", "regressed", "2021-03-20", ""),
    ), start=1):  # fmt: skip
        world.row(number, patch=said)
        world.see(number, name, day=day, build=build)
    world.see(2, "old", day="2021-03-30", build="15.1.2176")
    found = _figures(tool, world)
    assert dict(found.patch) == {
        ("fixed", "fixed"): 1, ("fixed", "vulnerable"): 2, ("vulnerable", "vulnerable"): 2,
    }  # fmt: skip
    assert (found.patch_old, found.unseen) == (1, 1)


def test_compromise(tool, world: World) -> None:
    """Of those broken into of whom cases do not know, some are in no record at all."""
    world.owner("O1", "company", "a.example")
    for name, state in (("known", "cleaned"), ("missed", "compromised"), ("untold", "compromised"),
                        ("false", "none")):  # fmt: skip
        world.server(name, "O1", (*ALL_MONTH, "fixed", state))
    for number, (name, said, claims) in enumerate((
        ("known", "reported", "victim"), ("missed", "unknown", "victim"),
        ("untold", "unknown", "exchange"), ("false", "reported", "exchange"),
    ), start=1):  # fmt: skip
        world.row(number, compromise=said)
        world.see(number, name, claims=claims)
    found = _figures(tool, world)
    assert found.untold == 1
    assert dict(found.compromise) == {
        ("cleaned", "reported"): 1, ("compromised", "unknown"): 2, ("none", "reported"): 1,
    }  # fmt: skip


def test_owners_and_sectors(tool, world: World) -> None:
    """By whether a record or a network names the owner, and a register has it for the sector."""
    world.owner("Lake Bank", "bank", "registered.example")
    world.owner("Hill Bank", "bank", "hill.example", network="10.0.0.0/8")
    world.owner("Sea Works", "company", "sea.example")
    for number, (owner, names, organisation, sector) in enumerate((
        ("Lake Bank", True, "registered.example", "finance"),
        ("Lake Bank", True, "mail.registered.example", "bank"),
        ("Lake Bank", False, "", ""), ("Hill Bank", False, "hill-bank", "school"),
        ("Sea Works", True, "lake.example", "bank"),
    ), start=1):  # fmt: skip
        world.server(f"S{number}", owner, (*ALL_MONTH, "fixed", "none"))
        world.row(number, organisation=organisation, sector=sector)
        world.see(number, f"S{number}", names=names)
    found = _figures(tool, world)
    assert dict(found.owner) == {(True, "right"): 3, (True, "wrong"): 1, (False, "unknown"): 1}
    assert dict(found.sector) == {
        (True, "wider"): 1, (True, "right"): 1, (False, "unknown"): 1, (False, "wrong"): 1,
    }  # fmt: skip


def test_noise(tool, world: World) -> None:
    """Servers that are noise alone, and those that have some among theirs."""
    world.owner("O1", "company", "a.example")
    world.server("S1", "O1", (*ALL_MONTH, "fixed", "none"))
    for server, name, noise in ((1, "S1", ""), (1, None, "cloud"), (2, None, "cloud"),
                                (2, None, "cloud"), (3, None, "honeypot")):  # fmt: skip
        world.row(server)
        world.see(server, name, noise=noise)
    found = _figures(tool, world)
    assert dict(found.noise) == {"cloud": 1, "honeypot": 1}
    assert found.mixed == 1


def test_absent_records(tool) -> None:
    """What cannot be read, what another record says, and what is left is lost."""
    row = tool("truth").Row
    rows = [row("a", n, None, None, None, "", "unreadable" if n < 2 else "") for n in range(7)]
    absent = tool("found")._absent
    assert absent(rows, 3) == {"unreadable": 2, "said twice": 3, "lost": 2}
    assert absent(rows[2:], 9) == {"said twice": 5}
    assert absent([], 0) == {}


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small country and the database that it was imported into."""
    folder = tmp_path_factory.mktemp("scored")
    country, place = folder / "country", folder / "cases.db"
    generate(country, 60, seed=3)
    with open_database(str(place)) as database:
        for path in sorted(p for p in (country / "lists").rglob("*") if p.is_file()):
            import_file(database, path, "kim")
        rebuild(database, now=AT_THE_END)
    return country, place


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.score_country", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_small_country(scored: tuple[Path, Path], tmp_path: Path) -> None:
    """Every record that can be read is matched; what is printed fits a screen; a file has it."""
    country, place = scored
    done = _run(country, "--database", place, "--json", tmp_path / "score.json")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    found = json.loads((tmp_path / "score.json").read_text())
    summary = json.loads((country / "summary.json").read_text())
    assert found["strange"] == 0
    assert set(found["absent"]) <= {"unreadable", "said twice"}
    assert found["observations"] <= summary["observations"]
    assert found["victims"]["true"] == summary["victims_listed"]
    for kind in ("servers", "services"):
        assert f"{found['identity'][kind]['precision']:.2%}" in done.stdout
        assert found["identity"][kind]["precision"] >= 0.98
        assert found["identity"][kind]["recall"] >= 0.93


def test_a_false_truth_lowers_the_score(scored: tuple[Path, Path], tmp_path: Path) -> None:
    """Units dealt out anew at random: nearly every joined pair is wrong, and that is explained."""
    country, place = scored
    copy = tmp_path / "country"
    copy.mkdir()
    for path in country.iterdir():
        (copy / path.name).symlink_to(path)
    lines = [json.loads(line) for line in (country / "truth.jsonl").read_text().splitlines()]
    units = [line["unit"] for line in lines]
    random.Random(1).shuffle(units)
    (copy / "truth.jsonl").unlink()
    (copy / "truth.jsonl").write_text(
        "".join(
            json.dumps({**line, "unit": unit, "ports": {}}) + "\n"
            for line, unit in zip(lines, units, strict=True)
        )
    )
    done = _run(copy, "--database", place, "--json", tmp_path / "score.json", "--worst", "1")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "score.json").read_text())["identity"]["services"]
    assert found["precision"] < 0.2
    assert found["recall"] < 0.2
    assert "Wrongly joined" in done.stdout
    assert "the same" in done.stdout.split("Wrongly joined")[1].split("Not joined")[0]
    assert "Not joined" in done.stdout


def test_what_is_no_country(tmp_path: Path, scored: tuple[Path, Path]) -> None:
    """One line says so, and the status is not 0."""
    done = _run(tmp_path, "--database", scored[1])
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert _run(scored[0], "--database", tmp_path / "none.db").returncode == 3
