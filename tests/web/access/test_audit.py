"""The audit log holds, and says where it does not."""

import pytest
from sqlalchemy import delete, update

from alpheus.cases.console_schema import audit as table
from alpheus.cases.database import Database
from alpheus.web.access import audit

COUNT = 5


@pytest.fixture
def filled(database: Database) -> Database:
    """A log of some entries."""
    for number in range(1, COUNT + 1):
        with database.write() as connection:
            audit.note(connection, time="2021-03-12T09:00:00Z", who="mia", action="looked",
                       object_=f"server {number}", why="ﬁrst\n\x1b[2J")  # fmt: skip
    return database


def test_a_log_that_nobody_touched_holds(filled: Database) -> None:
    """All entries, and the hash of the last to be noted elsewhere."""
    found = audit.verify(filled)
    assert (found.entries, found.fault) == (COUNT, "")
    assert len(found.head) == 64


@pytest.mark.parametrize(
    "column", ["time", "who", "action", "object", "detail", "previous", "hash"]
)
@pytest.mark.parametrize("number", [1, 3, COUNT])
def test_any_change_of_any_field_shows(filled: Database, column: str, number: int) -> None:
    """The chain holds up to the entry before, and names the one that was changed."""
    with filled.write() as connection:
        changed = update(table).where(table.c.id == number)
        connection.execute(changed.values({column: table.c[column] + " "}))
    found = audit.verify(filled)
    assert found.entries == number - 1
    assert found.fault == f"entry {number} is not what was taken down"


def test_an_entry_that_was_left_out_shows(filled: Database) -> None:
    """A gap in the numbers."""
    with filled.write() as connection:
        connection.execute(delete(table).where(table.c.id == 2))
    assert audit.verify(filled).fault == "entry 2 is not there"


def test_entries_that_changed_places_show(filled: Database) -> None:
    """Reordering breaks the chain at the first of them."""
    with filled.write() as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(update(table).where(table.c.id == old).values(id=new))
    assert audit.verify(filled).entries == 1


def test_a_log_without_its_end_has_another_head(filled: Database) -> None:
    """Cutting off shows only against a head that was noted elsewhere."""
    head = audit.verify(filled).head
    with filled.write() as connection:
        connection.execute(delete(table).where(table.c.id == COUNT))
    assert audit.verify(filled).head != head


def test_the_newest_come_first_and_a_page_goes_on(filled: Database) -> None:
    """Pages by the number of the last entry before."""
    with filled.read() as connection:
        first = audit.entries(connection, size=2)
        second = audit.entries(connection, size=2, before=first[-1].id)
    assert [one.id for one in (*first, *second)] == [5, 4, 3, 2]
    assert first[0].detail == {"why": "ﬁrst\n\x1b[2J"}


def test_entries_that_are_shown_are_checked_among_themselves(filled: Database) -> None:
    """A page of the log says whether what is on it holds, first page and any other."""
    with filled.read() as connection:
        newest = audit.entries(connection, size=3)
        rest = audit.entries(connection, size=3, before=newest[-1].id)
        assert audit.hold(connection, newest)
        assert audit.hold(connection, rest)
        assert audit.hold(connection, [])
    with filled.write() as connection:
        connection.execute(update(table).where(table.c.id == 4).values(who="noa"))
    with filled.read() as connection:
        assert not audit.hold(connection, newest)
        assert audit.hold(connection, rest)


def test_a_head_that_was_noted_is_still_there(filled: Database) -> None:
    """Or the end was cut off, or it is another log."""
    head = audit.verify(filled).head
    assert audit.verify(filled, head=head).fault == ""
    with filled.write() as connection:
        connection.execute(delete(table).where(table.c.id == COUNT))
    assert audit.verify(filled, head=head).fault == f"the head {head} is not in it"


def test_who_and_what_there_is_to_filter_by(filled: Database) -> None:
    """Each once."""
    with filled.read() as connection:
        assert audit.words(connection) == (["mia"], ["looked"])


def test_entries_are_found_by_all_their_words(filled: Database) -> None:
    """In small letters, wherever they stand, the newest first; no more than is asked for."""
    with filled.write() as connection:
        audit.note(connection, time="2021-03-13T09:00:00Z", who="noa", action="Looked",
                   object_="SERVER 1", why="again")  # fmt: skip
    with filled.read() as connection:
        found = audit.saying(connection, ["looked", "server 1"], of=9, size=9)
        assert [one.id for one in found] == [6, 1]
        assert found[0].detail == {"why": "again"}
        assert [one.id for one in audit.saying(connection, ["again"], of=9, size=9)] == [6]
        assert [one.id for one in audit.saying(connection, ["looked"], of=9, size=2)] == [6, 5]
        assert audit.saying(connection, ["server 1"], of=1, size=9)[0].id == 6
        assert audit.saying(connection, ["mia", "again"], of=9, size=9) == []
