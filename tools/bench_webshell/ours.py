"""Our program, called as anybody calls it: a whole process over folders, which are not changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tools.bench.race import failure
from tools.bench_webshell.corpus import Page, Side

ARGUMENTS = ("--format", "jsonl", "--all")
FOUND = frozenset({"malicious"})
ALARM = frozenset({"malicious", "suspicious"})
NO_ANSWER = "no answer"
_WORST_FIRST = ("malicious", "suspicious", "unknown", "benign", "known-good")


@dataclass(slots=True)
class Answers:
    """What was said: by hash, each path with its judgement.

    `records` counts lines of answer, `bytes` what they say to be the sizes of files; `unsized` are
    the hashes of files of which none is said.
    """

    said: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    records: int = 0
    bytes: int = 0
    unsized: list[str] = field(default_factory=list)
    unreadable: int = 0

    def of(self, page: Page) -> str:
        """The judgement of a page.

        Where the same content lies in several places, that of this place counts, or the worst.
        """
        answers = self.said.get(page.sha256, [])
        here = [judgement for path, judgement in answers if _same_place(path, page)]
        judgements = here or [judgement for _, judgement in answers]
        return min(judgements, key=_rank, default=NO_ANSWER)

    def counted(self, pages: Iterable[Page]) -> Counter[str]:
        """How many pages have each judgement."""
        return Counter(self.of(page) for page in pages)

    def size(self, side: Side) -> int:
        """Bytes of all that was answered for."""
        return self.bytes + sum(side.sizes.get(sha256, 0) for sha256 in self.unsized)


def _rank(judgement: str) -> int:
    return _WORST_FIRST.index(judgement) if judgement in _WORST_FIRST else len(_WORST_FIRST)


def _same_place(said: str, page: Page) -> bool:
    """Paths are told from the folder on, or whole: one is the end of the other."""
    told = "/" + said.replace("\\", "/").lstrip("/")
    real = page.path.absolute().as_posix().replace("\\", "/")
    return real.endswith(told) or told.endswith(f"/{page.name}")


def ask(program: Sequence[str], paths: Sequence[Path]) -> tuple[Answers, float]:
    """Judgements of every page in some folders, and the seconds of the whole process.

    Nothing is remembered from one call to the next. Raises FailedError if the program says nothing.
    """
    arguments = [*program, *ARGUMENTS, *map(str, paths)]
    with (
        tempfile.TemporaryDirectory() as cache,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
    ):
        start = time.perf_counter()
        code = _call(arguments, {**os.environ, "ALPHEUS_CACHE": cache}, told, said)
        seconds = time.perf_counter() - start
        if code and not os.fstat(told.fileno()).st_size:
            raise failure(arguments, code, said)
        told.seek(0)
        return _answers(told), seconds


def _call(
    arguments: Sequence[str], environment: dict[str, str], told: IO[str], said: IO[str]
) -> int:
    """The exit status; however this ends, no process of the program stays behind."""
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["ALPHEUS_CUSTODY"] = "-"
    process = subprocess.Popen(  # noqa: S603 - the operator names the program
        arguments, stdin=subprocess.DEVNULL, stdout=told, stderr=said, env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(lines: Iterable[str]) -> Answers:
    answers = Answers()
    for line in lines:
        try:
            record = json.loads(line)
            sha256, path, judgement = record["sha256"], record["path"], record["judgement"]
        except (ValueError, TypeError, KeyError):
            answers.unreadable += bool(line.strip())
            continue
        answers.records += 1
        if isinstance(record.get("size"), int):
            answers.bytes += record["size"]
        else:
            answers.unsized.append(str(sha256).lower())
        answers.said.setdefault(str(sha256).lower(), []).append((str(path), str(judgement)))
    return answers
