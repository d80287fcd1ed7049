"""Files that came in, and the rows that did not."""

from __future__ import annotations

from pathlib import Path

from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import import_file, record
from alpheus.web.jobs import ledger


def test_what_came_in_and_what_did_not(database: Database, tmp_path: Path) -> None:
    """Entries by hand are no files; losses come page by page in their order."""
    record(database, [hand_entry(time="2021-03-10T00:00:00Z", names=("x.example",))], "mia")
    path = tmp_path / "list.csv"
    path.write_text("ip,port,hostname\n" + "none,x,\n" * 7 + "192.0.2.1,443,a.example\n")
    done = import_file(database, path, "mia", name="list.csv")
    (found,) = ledger.newest(database, 5)
    assert (found.file, found.lost, found.added) == ("list.csv", done.lost, 1)
    assert ledger.one(database, found.id) == found
    assert ledger.one(database, 999) is None
    first = ledger.losses_of(database, found.id, after=0, size=4)
    rest = ledger.losses_of(database, found.id, after=first[-1].id, size=10)
    assert [one.line for one in (*first, *rest)] == list(range(2, 9))
    assert list(ledger.every_loss(database, found.id)) == [*first, *rest]
