"""A database that holds one view of timelines, and lets nothing else be done.

It reads the files it was given and no other, writes none, loads nothing, and cannot be told
otherwise. A question is one SELECT; of functions that give tables it has only those that make them
of what the question itself says. Memory and time are bounded.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from alpheus.errors import EvidenceFormatError, LimitError, UsageError
from alpheus.hunt.sizes import weight_of
from alpheus.timeline import duck

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

VIEW = "timeline"
_FETCHED = 1_000
"""Rows that are fetched at once; of large ones fewer."""
_FETCHED_BYTES = 8 << 20
_SAMPLE = 32
"""Of so many rows one is weighed, since a hunt looks at very many."""
_AGAIN = 0.1
_TABLES = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})
"""Functions that give tables and reach nothing."""
_OF_A_FILE = ("failed to read file", "parquet", "corrupt")
"""What errors say that may be a file's fault and not the question's."""
_NOT_ASKED = frozenset({"getenv", "write_log", "current_setting", "nextval", "currval"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a hunt may take: MiB of memory, seconds by the clock, processors (0: all).

    Seconds are those of all that a session is asked; what is given of answers may take as much
    memory again as the database.
    """

    memory: int = 2_048
    seconds: int = 600
    threads: int = 0


class Session:
    """A connection to some timelines. Raises UsageError where DuckDB is not installed."""

    def __init__(self, paths: Sequence[Path], bounds: Bounds) -> None:
        duck.require()
        import duckdb  # noqa: PLC0415 - an extra

        self._bounds, self._paths = bounds, tuple(paths)
        config: dict[str, Any] = {
            **duck.SHUT, "memory_limit": f"{bounds.memory}MiB", "temp_directory": "",
            "preserve_insertion_order": False,
        }  # fmt: skip
        if bounds.threads:
            config["threads"] = bounds.threads
        self._connection: DuckDBPyConnection = duckdb.connect(":memory:", config=config)
        allowed = ", ".join(duck.quoted(path) for path in paths)
        for statement in (
            f"SET allowed_paths = [{allowed}]",
            "SET enable_external_access = false",
            "SET python_enable_replacements = false",
            "SET enable_progress_bar = false",
            f"CREATE VIEW {VIEW} AS SELECT * FROM {reading(paths)}",  # noqa: S608 - paths alone
            "SET lock_configuration = true",
        ):
            self._connection.execute(statement)
        self._late = False
        self._end = time.monotonic() + bounds.seconds

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._connection.close()

    def check(self, question: str) -> None:
        """Refuse what is no single question. Raises UsageError with the reason."""
        import duckdb  # noqa: PLC0415 - an extra

        try:
            statements = self._connection.extract_statements(question)
        except duckdb.Error as error:
            raise UsageError(f"the question cannot be read: {first_line(error)}") from None
        kinds = [str(one.type).rpartition(".")[2] for one in statements]
        if kinds != ["SELECT"]:
            what = "nothing" if not kinds else " and ".join(kinds)
            raise UsageError(f"a hunt asks one SELECT and changes nothing; this is {what}")
        refused = _refused(self._tree(statements[0].query))
        if refused:
            raise UsageError(f"a hunt reads timelines and nothing else; {refused} is not for it")

    def _tree(self, question: str) -> object:
        """The question as it was understood. What cannot be looked into is refused."""
        import duckdb  # noqa: PLC0415 - an extra

        try:
            row = self._connection.execute("SELECT json_serialize_sql($1)", [question]).fetchone()
            tree = json.loads(row[0]) if row is not None else {}
        except (duckdb.Error, ValueError, RecursionError) as error:
            raise UsageError(f"the question cannot be looked into: {first_line(error)}") from None
        if not isinstance(tree, dict) or tree.get("error") is not False:
            why = tree.get("error_message", "") if isinstance(tree, dict) else ""
            raise UsageError(f"a hunt asks one SELECT: {why or 'this is another kind of it'}")
        return tree

    def ask(
        self, question: str, given: Mapping[str, str] | None = None
    ) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """The columns and rows of an answer; `given` are values of `$names` in the question.

        Raises UsageError for a question that makes no sense, LimitError beyond a bound,
        EvidenceFormatError for timelines that are damaged; rows may raise them as well.
        """
        rows = self._rows(question, given)
        return [str(name) for name in next(rows)], rows

    def _rows(self, question: str, given: Mapping[str, str] | None) -> Iterator[tuple[Any, ...]]:
        import duckdb  # noqa: PLC0415 - an extra

        self._late = False
        answered = threading.Event()
        threading.Thread(target=self._watch, args=(answered,), daemon=True).start()
        try:
            answer = self._connection.execute(question, dict(given) if given else None)
            yield tuple(one[0] for one in answer.description or ())
            count = 1
            while some := answer.fetchmany(count):
                yield from some
                if time.monotonic() > self._end:
                    raise self._no_answer()
                each = max(weight_of(row, _FETCHED_BYTES) for row in some[::_SAMPLE])
                count = min(max(_FETCHED_BYTES // each, 1), _FETCHED)
        except duckdb.InterruptException:
            if not self._late:
                raise KeyboardInterrupt from None
            raise self._no_answer() from None
        except (duckdb.OutOfMemoryException, MemoryError):
            raise LimitError(
                f"the answer takes more than {self._bounds.memory:,} MiB; ask for less, or allow "
                "--max-memory"
            ) from None
        except duckdb.Error as error:
            kinds = (duckdb.Error, duckdb.IOException, duckdb.SerializationException)
            if type(error) in kinds or any(one in str(error).lower() for one in _OF_A_FILE):
                self._look_for_damage()
            raise UsageError(f"the question cannot be answered: {first_line(error)}") from None
        finally:
            answered.set()

    def _no_answer(self) -> LimitError:
        seconds = f"{self._bounds.seconds:,} seconds"
        return LimitError(
            f"no answer in {seconds}; ask for less (a source, a time), or allow --max-seconds"
        )

    def _look_for_damage(self) -> None:
        """Read each timeline to its end. Raises EvidenceFormatError that names those that fail."""
        import duckdb  # noqa: PLC0415 - an extra

        damaged: list[tuple[Path, str]] = []
        for path in self._paths:
            query = f"SELECT max(hash(one)) FROM {reading([path])} one"  # noqa: S608 - a path alone
            try:
                self._connection.execute(query).fetchall()
            except (duckdb.InterruptException, duckdb.OutOfMemoryException):
                break  # no time, or no room, to find more of them
            except duckdb.Error as error:
                damaged.append((path, first_line(error)))
        if damaged:
            path, why = damaged[0]
            more = f"; so are {len(damaged) - 1:,} more" if len(damaged) > 1 else ""
            raise EvidenceFormatError(
                f"{path}: is damaged: {why}{more}; nothing was answered: move it away, ask again"
            )

    def _watch(self, answered: threading.Event) -> None:
        """Interrupt what takes too long; again, since it may be between two of its steps."""
        wait = self._end - time.monotonic()
        while not answered.wait(max(wait, 0)):
            self._late = True
            self._connection.interrupt()
            wait = _AGAIN


def reading(paths: Sequence[Path]) -> str:
    """What reads some timelines."""
    return f"read_parquet([{', '.join(duck.quoted(path) for path in paths)}])"


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split("\n\n")[0].split())


def _refused(tree: object) -> str:
    """The first thing in a question that it must not hold; '' for none."""
    parts = list(_parts(tree))
    known = {VIEW} | {str(one["key"]).lower() for one in parts if {"key", "value"} <= one.keys()}
    for one in parts:
        kind = one.get("type")
        if kind == "TABLE_FUNCTION":
            name = str(one.get("function", {}).get("function_name", "")).lower()
            if name not in _TABLES:
                return f"{name}()"
        elif kind == "BASE_TABLE":
            name = str(one.get("table_name", ""))
            if name.lower() not in known or one.get("schema_name") or one.get("catalog_name"):
                return name
        elif str(one.get("function_name", "")).lower() in _NOT_ASKED:
            return f"{one['function_name']}()"
    return ""


def _parts(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object of a question as it was understood."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            yield one
            waiting += one.values()
