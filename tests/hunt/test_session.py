"""A question reads timelines and can do nothing else."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import EvidenceFormatError, LimitError, UsageError
from alpheus.hunt.session import Bounds, Session


@pytest.fixture(scope="module")
def session(small: Path) -> Iterator[Session]:
    """Over the one timeline."""
    with Session([small / "EX01.parquet"], Bounds(memory=256, seconds=3_600, threads=1)) as opened:
        yield opened


def test_a_select_is_answered(session: Session) -> None:
    """Also with a common table, a join, a sub-query, and values that are given apart."""
    session.check(
        "WITH a AS (SELECT * FROM timeline) SELECT count(*) FROM a JOIN timeline t USING (url)"
    )
    columns, rows = session.ask("SELECT url, status FROM timeline WHERE client = $who ORDER BY 2",
                                {"who": "203.0.113.9"})  # fmt: skip
    assert columns == ["url", "status"]
    assert list(rows) == [("/owa/", 200), ("/owa/=cmd()", 404)]
    for harmless in (
        "SELECT unnest(map_keys(fields)) AS name, count(*) FROM timeline GROUP BY 1",
        "SELECT * FROM timeline, unnest([1, 2]) u(n), range(3) r(m)",
        "FROM timeline SELECT server WHERE url IN (SELECT url FROM timeline)", "DESCRIBE timeline",
        "SELECT source, row_number() OVER (PARTITION BY client ORDER BY time) FROM timeline",
    ):  # fmt: skip
        session.check(harmless)
        list(session.ask(harmless)[1])


@pytest.mark.parametrize(
    "question",
    [
        "COPY (SELECT 1) TO '{out}'", "COPY timeline TO '{out}'", "EXPORT DATABASE '{out}'",
        "ATTACH '{out}'", "ATTACH '{out}' AS x", "DETACH memory", "USE memory",
        "CREATE TABLE x (a INT)", "CREATE TEMP TABLE x AS SELECT 1", "CREATE MACRO f() AS 1",
        "CREATE OR REPLACE VIEW timeline AS SELECT 1", "DROP VIEW timeline",
        "INSERT INTO timeline VALUES (1)", "UPDATE timeline SET url = ''", "DELETE FROM timeline",
        "ALTER VIEW timeline RENAME TO x", "TRUNCATE timeline", "CREATE SECRET s (TYPE s3)",
        "INSTALL httpfs", "LOAD httpfs", "LOAD '{out}'",
        "FORCE INSTALL httpfs FROM 'http://127.0.0.1'",
        "SET threads = 1", "SET lock_configuration = false", "SET enable_external_access = true",
        "SET VARIABLE x = 1", "RESET lock_configuration", "PRAGMA threads=1",
        "PRAGMA enable_profiling",
        "PRAGMA database_list", "CALL pragma_version()", "CALL enable_logging()", "CHECKPOINT",
        "VACUUM", "BEGIN", "PREPARE v AS SELECT 1", "EXECUTE v", "EXPLAIN ANALYZE SELECT 1",
        "IMPORT DATABASE '{out}'", "SELECT 1; SELECT 2", "SELECT 1; DROP VIEW timeline", "", ";",
        "--",
        "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_csv_auto('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM READ_PARQUET('/etc/passwd')", "SELECT * FROM parquet_metadata('{timeline}')",
        "SELECT * FROM read_parquet('{timeline}')", "SELECT * FROM read_json('http://127.0.0.1/')",
        "SELECT * FROM parquet_scan('s3://bucket/key')", "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM '{timeline}'", "SELECT * FROM \"/etc/passwd\"", "FROM 'x.csv'",
        "SELECT * FROM timeline WHERE url IN (SELECT content FROM read_text('/etc/passwd'))",
        "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM timeline UNION ALL SELECT * FROM read_parquet('/x')",
        "SELECT * FROM timeline t, LATERAL (SELECT * FROM glob('/' || t.url))",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
        "SELECT * FROM query_table('duckdb_settings')", "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_settings", "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM pragma_version()",
        "SELECT * FROM information_schema.tables", "SELECT * FROM main.duckdb_views",
        "SELECT * FROM sqlite_master",
        "SELECT getenv('HOME')", "SELECT url FROM timeline ORDER BY getenv('HOME')",
        "SELECT current_setting('allowed_paths')", "SELECT write_log('x')",
        "SELECT * FROM arrow_scan(1, 2, 3)",
        "SELECT * FROM pandas_scan(1)", "SELECT * FROM json_execute_serialized_sql('{{}}')",
        "SELECT * FROM duckdb_logs()", "SELECT * FROM seq_scan('timeline')",
        "SELECT * FROM session",
        "PIVOT timeline ON source USING count(*)", "kill 1",
        "SELECT * FROM postgres_scan('', '', '')",
        "SELECT url FROM timeline; ", "SELECT /* */ 1 -- ; \n; COPY (SELECT 1) TO '{out}'",
    ],
)  # fmt: skip
def test_everything_else_is_refused(
    session: Session, small: Path, tmp_path: Path, question: str
) -> None:
    """What writes, reads other files, reaches a network, loads code, or changes how it works.

    Nothing is left of it, and the session goes on as before.
    """
    if question == "SELECT url FROM timeline; ":
        session.check(question)
        return
    asked = question.format(out=tmp_path / "out", timeline=small / "EX01.parquet")
    with pytest.raises(UsageError):
        session.check(asked)
        list(session.ask(asked)[1])
    assert list(tmp_path.iterdir()) == []
    assert list(session.ask("SELECT count(*) FROM timeline")[1]) == [(4,)]


@pytest.mark.parametrize(
    "question",
    ["SELECT * FROM read_text('/etc/passwd')", "COPY (SELECT 1) TO '{out}'", "LOAD httpfs",
     "SET lock_configuration = false", "SET enable_external_access = true", "ATTACH '{out}'",
     "SELECT * FROM '/etc/passwd'", "SELECT * FROM session",
     "SELECT * FROM read_parquet('{other}')"],
)  # fmt: skip
def test_the_database_itself_refuses_what_the_check_would_miss(
    session: Session, tmp_path: Path, question: str
) -> None:
    """Two walls: it is shut, and its configuration is locked."""
    other = tmp_path / "other.parquet"
    other.write_bytes(b"PAR1")
    with pytest.raises((UsageError, LimitError)):
        list(session.ask(question.format(out=tmp_path / "out", other=other))[1])
    assert [path.name for path in tmp_path.iterdir()] == ["other.parquet"]


def test_time_and_memory_are_bounded(small: Path) -> None:
    """A question without an end is ended; seconds are those of all that a session is asked."""
    with Session([small / "EX01.parquet"], Bounds(memory=64, seconds=1, threads=1)) as bounded:
        with pytest.raises(LimitError, match="no answer in 1 seconds"):
            list(bounded.ask("SELECT count(*) FROM range(1000000000000) r, timeline")[1])
        with pytest.raises(LimitError, match="no answer in 1 seconds"):
            list(bounded.ask("SELECT count(*) FROM range(1000000000000) r, timeline")[1])
    with Session([small / "EX01.parquet"], Bounds(memory=64, seconds=600, threads=1)) as bounded:
        with pytest.raises(LimitError, match="64 MiB"):
            list(bounded.ask("SELECT list(r.range::VARCHAR) FROM range(20000000) r")[1])
        assert list(bounded.ask("SELECT count(*) FROM timeline")[1]) == [(4,)]


def test_time_is_bounded_while_rows_are_looked_at(small: Path) -> None:
    """By whoever takes them, and however large they are."""
    query = "SELECT repeat('x', 1000000) FROM range(1000)"
    with Session([small / "EX01.parquet"], Bounds(memory=256, seconds=1, threads=1)) as bounded:
        seen = 0
        with pytest.raises(LimitError, match="no answer in 1 seconds"):
            for _ in bounded.ask(query)[1]:
                seen += 1
                time.sleep(0.01)
        assert seen < 1_000


def test_large_rows_are_fetched_a_few_at_a_time(session: Session) -> None:
    """So that no more of them are held than one answer has."""
    _, rows = session.ask("SELECT repeat('x', 4000000) FROM range(50)")
    tracemalloc.start()
    try:
        assert sum(len(row[0]) for row in rows) == 200_000_000
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_nothing_is_printed_beside_the_answer(session: Session) -> None:
    """The library has a bar of its own for questions that take long."""
    query = "SELECT current_setting('enable_progress_bar')"
    assert list(session.ask(query)[1]) == [(False,)]


def test_a_timeline_that_is_damaged_inside_is_named(small: Path, tmp_path: Path) -> None:
    """Among those that are whole, and not the question: which one it is must not be guessed."""
    whole = (small / "EX01.parquet").read_bytes()
    paths = [tmp_path / f"EX0{number}.parquet" for number in (1, 2, 3)]
    for path in paths:
        path.write_bytes(whole)
    inside = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    paths[1].write_bytes(whole[:4] + b"\x5a" * (inside - 4) + whole[inside:])
    bounds = Bounds(memory=256, seconds=60, threads=1)
    with Session(paths, bounds) as opened:
        rows = opened.ask("SELECT count(*) FROM timeline")[1]
        assert next(rows)[0] > 3, "what stands at its end is whole"
        with pytest.raises(EvidenceFormatError, match=r"EX02\.parquet: is damaged: ") as told:
            list(opened.ask("SELECT max(url), max(time), max(query) FROM timeline")[1])
    assert "more" not in str(told.value)
    paths[2].write_bytes(paths[1].read_bytes())
    with Session(paths, bounds) as opened, pytest.raises(EvidenceFormatError, match="are 1 more"):
        list(opened.ask("SELECT max(url), max(time), max(query) FROM timeline")[1])


def test_what_makes_no_sense_is_told_in_one_line(session: Session) -> None:
    """With the names that there are."""
    with pytest.raises(UsageError, match='"nonsense" not found') as told:
        session.ask("SELECT nonsense FROM timeline")
    assert "\n" not in str(told.value)
    with pytest.raises(UsageError, match="cannot be read"):
        session.check("SELECT FROM WHERE")
