"""Files may come in any order, in parts, twice, broken or half: the servers are the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alpheus.cases.database import Database, open_database
from alpheus.cases.derived_store import current
from alpheus.cases.observations_import import import_file
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import imports, losses, observations
from alpheus.errors import EvidenceError
from alpheus.lab.country import generate

NOW = datetime(2021, 4, 1, tzinfo=UTC)
SAME = ("name", "organisation", "sector", "region", "network", "product", "build", "address",
        "patch", "patch_since", "compromise", "compromise_since", "work", "first_seen", "last_seen",
        "priority", "observations", "service")  # fmt: skip
"""What of a server does not tell when its observations came."""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The lists of a small country."""
    folder = tmp_path_factory.mktemp("country") / "one"
    generate(folder, 80, seed=11, days=9)
    return sorted(path for path in (folder / "lists").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def expected(lists: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Counter[Any]:
    """The servers, when each file comes whole and once."""
    with open_database(str(tmp_path_factory.mktemp("cases") / "cases.db")) as database:
        return _servers(database, lists)


def _servers(database: Database, files: Iterable[Path]) -> Counter[Any]:
    """The servers that files give, each as what is known of it."""
    for path in files:
        import_file(database, path, "kim")
    rebuild(database, now=NOW)
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        query = select(*(tables.servers.c[name] for name in SAME))
        return Counter(tuple(row) for row in connection.execute(query))


def _in_parts(path: Path, folder: Path, chance: random.Random) -> list[Path]:
    """The rows of a list as two lists; whole where it is no list of lines."""
    if path.suffix not in {".csv", ".jsonl"}:
        return [path]
    lines = path.read_bytes().splitlines(keepends=True)
    heading, rows = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
    cut = chance.randrange(len(rows) + 1)
    parts = []
    for number, part in enumerate((rows[:cut], rows[cut:])):
        if part:
            made = folder / str(number) / path.parent.name / path.name
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(b"".join(heading + part))
            parts.append(made)
    return parts


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order(
    database: Database, lists: list[Path], expected: Counter[Any], seed: int
) -> None:
    """Whatever comes first, and however often."""
    files = [*lists, *lists[::7]]
    random.Random(seed).shuffle(files)
    assert _servers(database, files) == expected


def test_in_parts(
    database: Database, lists: list[Path], expected: Counter[Any], tmp_path: Path
) -> None:
    """A list that comes in two files, in any order."""
    chance = random.Random(5)
    parts = [part for path in lists for part in _in_parts(path, tmp_path, chance)]
    chance.shuffle(parts)
    assert len(parts) > len(lists)
    assert _servers(database, parts) == expected


def test_one_list_after_the_other(
    database: Database, lists: list[Path], expected: Counter[Any]
) -> None:
    """Servers that were worked out in between do not change what comes of it."""
    half = len(lists) // 2
    before = _servers(database, lists[half:])
    assert before != expected
    assert _servers(database, lists[:half]) == expected


def test_interrupted(
    database: Database,
    lists: Sequence[Path],
    expected: Counter[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An import that ends after any batch goes on where it was."""
    monkeypatch.setattr("alpheus.cases.observations_import.BATCH", 7)
    chance = random.Random(9)
    interrupted = 0

    def stop(_: int) -> None:
        if chance.random() < 0.2:
            raise KeyboardInterrupt

    for path in lists:
        try:
            import_file(database, path, "kim", tell=stop)
        except KeyboardInterrupt:
            interrupted += 1
    assert interrupted > 5
    assert _servers(database, lists) == expected


def test_broken_lists_among_them(
    database: Database, lists: list[Path], expected: Counter[Any], tmp_path: Path
) -> None:
    """Rows that cannot be read are told, and change nothing; nor do files that are nothing."""
    broken = []
    for number, path in enumerate(path for path in lists if "compromised_website" in path.name):
        made = tmp_path / f"broken-{number}-{path.name}"
        heading, *_ = path.read_bytes().splitlines(keepends=True)
        hostile = [b'"2021-03-03 00:00:00","\x00=cmd()"\n', b"\xff\xfe\xfd\n", b'"' + b"x" * 5000]
        made.write_bytes(b"".join([heading, *hostile]))
        broken.append(made)
    noise = tmp_path / "noise.jsonl"
    noise.write_bytes(b'{"target": "x", "address": "192.0.2.1", "status": 5, "cves": {}}\n{\n\n')
    with pytest.raises(EvidenceError):
        import_file(database, noise, "kim")
    files = [*lists[:9], *broken, *lists[9:]]
    assert _servers(database, files) == expected
    with database.read() as connection:
        lost = connection.execute(
            select(imports.c.file, imports.c.lost).where(imports.c.file.like("%broken-0-%"))
        ).all()
        assert [number for _, number in lost] == [len(hostile)]
        told = select(losses.c.reason).join(imports, imports.c.id == losses.c.import_id)
        assert all(connection.execute(told).scalars())
        total = connection.execute(select(observations.c.id)).scalars().all()
    assert len(total) == sum(row[SAME.index("observations")] * n for row, n in expected.items())
