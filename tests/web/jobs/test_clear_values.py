"""Clear values go from the file of a triage into the sealed table, by server."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from alpheus.cases import secret_rows
from alpheus.cases.database import Database
from alpheus.cases.secret_key import secret_key
from alpheus.web.jobs import clear_values
from cases_filling import fill, seen
from exposure_runs import OPEN

ONE, TWO, FOREIGN = "[secret:00000001]", "[secret:00000002]", "[secret:deadbeef]"


def _task(folder: Path) -> Any:
    return cast("Any", SimpleNamespace(reports=str(folder), key=str(folder), job=7))


def _write(folder: Path, *lines: tuple[str, str]) -> None:
    text = "".join(
        json.dumps({"hash": mark, "kind": "password", "value": value, "found": []}) + "\n"
        for mark, value in lines
    )
    (folder / clear_values.FILE).write_text(text)


def test_each_server_has_the_secrets_that_stand_in_its_assessment(
    database: Database, tmp_path: Path
) -> None:
    """Not those of others, none for a server that is not in cases, and none without a value."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    servers = [{"headline": f"{ONE} {FOREIGN}"}, {"headline": f"{ONE} {TWO}"}, {"headline": TWO}]
    document = json.dumps({"servers": servers}).encode()
    _write(tmp_path, (ONE, "orange7"), (TWO, "apple8"))
    assert clear_values.keep(_task(tmp_path), database, document, [1, 2, 0]) == 3
    key = secret_key(tmp_path)
    with database.read() as connection:
        assert secret_rows.kinds_of(connection, 1) == {ONE: "password"}
        found = secret_rows.read(connection, 2, [ONE, TWO])
    assert [key.open(2, one.hash, one.sealed) for one in found] == [("orange7",), ("apple8",)]
    assert not (tmp_path / clear_values.FILE).exists()


def test_two_secrets_of_one_hash_are_both_kept(database: Database, tmp_path: Path) -> None:
    """A hash in a report has 32 bits only."""
    fill(database, [seen(1, OPEN, 1)])
    _write(tmp_path, (ONE, "orange7"), (ONE, "apple8"))
    document = json.dumps({"servers": [{"headline": ONE}]}).encode()
    clear_values.keep(_task(tmp_path), database, document, [1])
    with database.read() as connection:
        (found,) = secret_rows.read(connection, 1, [ONE])
    assert secret_key(tmp_path).open(1, ONE, found.sealed) == ("orange7", "apple8")


def test_without_a_file_there_is_nothing_to_keep(database: Database, tmp_path: Path) -> None:
    """An earlier try has done it."""
    assert clear_values.keep(_task(tmp_path), database, b"{}", []) == 0
