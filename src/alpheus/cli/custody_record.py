"""What other commands take down in the custody log; where it cannot be written, that is said once.

    with recorded(options, "triage", inputs=paths) as record:
        …
        record.add(Package(…))

A command that must not go on without (`must`) is refused before it does anything.
"""

from __future__ import annotations

import argparse
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from alpheus.cli.output import say
from alpheus.errors import AlpheusError, EvidenceNotFoundError, OutputError, UsageError

if TYPE_CHECKING:
    from alpheus.custody.entries import Detail
    from alpheus.custody.log import CustodyLog
    from alpheus.evidence.place import Place
    from alpheus.job import TriageResult
    from alpheus.respond.model import Plan as CleanPlan
    from alpheus.respond.outcome import Outcome
    from alpheus.respond.verification import Verification as VerificationResult

_ELSEWHERE = "name another place by --custody FILE, or none by --custody -"
_LISTED = 1_000
"""Files that findings cite, of one package, that stand in the log one by one; the list of the
package beside it has all."""

_TOGETHER = 256


def add_custody_to(parser: argparse.ArgumentParser, *, who: bool = True) -> None:
    """Where it is taken down, and who does it."""
    parser.add_argument(
        "--custody", metavar="FILE",
        help="take down here what is done, or nowhere (-) (default: ALPHEUS_CUSTODY; else "
        "custody.log in this folder, if it is there; else the log of this account)",
    )  # fmt: skip
    if who:
        parser.add_argument(
            "--who", metavar="NAME", help="who does it (default: the account that runs this)"
        )


def named_person(options: argparse.Namespace) -> str:
    """Who does it, with the account beside the name where they differ.

    Raises UsageError for an empty name.
    """
    from alpheus.custody.who import account, with_account  # noqa: PLC0415 - keeps --help fast

    known = account()
    if options.who is None:
        return known
    if not options.who.strip():
        raise UsageError("--who is empty: name who does it, or leave it out for your account")
    return with_account(options.who.strip(), known)


@contextmanager
def recorded(
    options: argparse.Namespace,
    what: str,
    *,
    inputs: Iterable[object] = (),
    plan: str = "",
    outside: Iterable[Path] = (),
    must: bool = False,
) -> Iterator[Record]:
    """Take down that a command begins, what it does, and how it ends; say the head of the log.

    `outside`: folders in which nothing is written. Raises OutputError with `must` where it cannot
    be taken down, before anything else is done; UsageError for a log inside of `outside`.
    """
    from alpheus.custody.entries import RunFinished, RunStarted  # noqa: PLC0415 - as above

    record = Record(_log(options, outside, must=must), must=must)
    try:
        if must:
            record.check()
        record.add(RunStarted(what, tuple(map(_whole, inputs)), plan))
        record.flush(sync=must)
    except OutputError as error:
        message = f"nothing was done: {error}"
        raise OutputError(message) from error
    try:
        yield record
    except BaseException as error:
        record.must = False
        record.add(RunFinished(_reason(error)))
        record.end()
        raise
    record.add(RunFinished("done", record.verdicts, record.assessment, record.counts))
    record.end()


def recorded_plan(
    options: argparse.Namespace, plan: CleanPlan, what: str, *, must: bool = False
) -> AbstractContextManager[Record]:
    """Take down what is done by a clean-up plan; nothing is written onto the volumes but that."""
    roots = [Path(one.partition("=")[2]) for one in options.root]
    return recorded(
        options, f"clean {what}", inputs=[options.plan, *options.root], plan=plan.digest,
        outside=[one for one in roots if one.is_dir()], must=must,
    )  # fmt: skip


def _log(
    options: argparse.Namespace, outside: Iterable[Path], *, must: bool
) -> CustodyLog | None:  # fmt: skip
    from alpheus.custody.log import CustodyLog  # noqa: PLC0415 - keeps --help fast
    from alpheus.custody.place import place_of  # noqa: PLC0415 - as above

    try:
        path = place_of(options.custody, outside)
    except OutputError as error:
        message = f"no custody log is kept: {error}; {_ELSEWHERE}"
        if must:
            message = f"nothing was done: {message}"
            raise OutputError(message) from error
        say(message)
        return None
    return CustodyLog(path, named_person(options)) if path is not None else None


def _whole(one: object) -> str:
    """A path as it is noted; an address in a store shows no secret by itself."""
    return str(one.absolute()) if isinstance(one, Path) else str(one)


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, BrokenPipeError):
        return "ended: nobody read its output any more"
    return f"failed: {error if isinstance(error, AlpheusError) else type(error).__name__}"


class Record:
    """What one command takes down. `kept` is False where there is no log, or none any more.

    `verdicts`, `assessment` and `counts` stand in the entry of its end; `packs` in all that rest on
    knowledge.
    """

    def __init__(self, log: CustodyLog | None, *, must: bool = False) -> None:
        self._log = log
        self.must = must
        self.verdicts: dict[str, str] = {}
        self.assessment = ""
        self.counts: dict[str, int] = {}
        self.packs: Mapping[str, str] = {}
        self._waiting: list[Detail] = []

    @property
    def kept(self) -> bool:
        """Whether anything is taken down at all."""
        return self._log is not None

    def add(self, *details: Detail) -> None:
        """Take down; it is written together with what follows, or by `flush`."""
        if self._log is not None:
            self._waiting += details
            if len(self._waiting) >= _TOGETHER:
                self.flush(sync=False)

    def check(self) -> None:
        """Whether the log holds as far as it goes. Raises OutputError where it does not."""
        with self._writing() as log:
            if log is not None:
                log.check()

    def flush(self, *, sync: bool) -> None:
        """Write what waits. Raises OutputError where it must be written and cannot be."""
        with self._writing() as log:
            if log is not None:
                waiting, self._waiting = self._waiting, []
                log.write(waiting, packs=self.packs, sync=sync)

    def end(self) -> None:
        """Write the rest, and say how the log ends now."""
        self.flush(sync=True)
        if self._log is not None:
            say_head(self._log)

    @contextmanager
    def _writing(self) -> Iterator[CustodyLog | None]:
        try:
            yield self._log
        except OutputError as error:
            message = f"no custody log is kept: {str(error).removesuffix('.')}; {_ELSEWHERE}"
            if self.must:
                raise OutputError(message) from error
            self._log = None
            say(message)

    def wrote(self, what: str, *paths: Path) -> None:
        """Take down files that were written, as they are now."""
        from alpheus.custody.entries import Export  # noqa: PLC0415 - keeps --help fast

        for path in paths if self._log is not None else ():
            try:
                sha256, size = hash_of(path)
            except EvidenceNotFoundError as error:
                say(f"not taken down in the custody log: {error}")
                continue
            self.add(Export(what, str(path.absolute()), sha256, size))
            if path.name == "assessment.json":
                self.assessment = sha256

    @contextmanager
    def printing(self, what: str, stream: TextIO) -> Iterator[TextIO]:
        """Take down what is printed, if it is read to its end; gives the stream for it."""
        from alpheus.custody.entries import Export  # noqa: PLC0415 - keeps --help fast

        heard = _Heard(stream.write)
        yield cast("TextIO", heard)
        sha256 = heard.hash.hexdigest()
        self.add(Export(what, "-", sha256, heard.size))
        if what.endswith("json"):
            self.assessment = self.assessment or sha256

    def triaged(self, result: TriageResult, places: Sequence[Place]) -> None:
        """Take down what was read; the list of each package's files is kept beside the log."""
        from alpheus.custody.entries import File, Package  # noqa: PLC0415 - keeps --help fast

        if self._log is None:
            return
        found = result.assessment
        self.packs = {pack.id: pack.version for pack in found.run.packs}
        lists = {one.evidence: one for one in result.manifests}
        for package in found.evidence:
            place, listed = places[int(package.id[1:]) - 1], lists.get(package.id)
            if listed is not None:
                self._keep_list(listed.sha256, listed.packed)
            self.add(Package(
                package.id, _whole(place), package.sha256 or "", package.bytes,
                listed.files if listed else 0, listed.sha256 if listed else "",
                package.store.etag if package.store else "",
                package.store.identity if package.store else "",
            ))  # fmt: skip
            for name, sha256, size in listed.cited[:_LISTED] if listed else ():
                self.add(File(package.id, name, sha256, size))
        self.counts["files read"] = found.run.files_read
        self.counts["bytes read"] = found.run.bytes_read
        self.counts["losses"] = sum(loss.count for loss in found.skipped)
        self.counts["packages that could not be opened"] = len(result.unopened)
        self.verdicts = {one.name: one.verdict.value for one in found.servers}

    def planned(self, plan: CleanPlan) -> None:
        """Take down a plan."""
        from alpheus.custody.entries import Plan  # noqa: PLC0415 - keeps --help fast

        self.packs = plan.packs
        self.add(Plan(plan.server, plan.digest, plan.assessment, sum(1 for _ in plan.files())))

    def actions(
        self, plan: CleanPlan, what: str, outcomes: Iterable[Outcome]
    ) -> Iterator[Outcome]:  # fmt: skip
        """Take down what came of each file of a plan, as it comes. Raises as `flush` does."""
        from alpheus.custody.entries import Action  # noqa: PLC0415 - keeps --help fast

        for one in outcomes:
            result, file = str(one.result), one.action
            self.counts[result] = self.counts.get(result, 0) + 1
            self.add(Action(plan.digest, what, file.path, file.sha256, result, one.why))
            yield one

    def verified(self, found: VerificationResult) -> None:
        """Take down how new evidence compares with an assessment, and what is somebody's word."""
        from alpheus.custody.entries import Note, Verification  # noqa: PLC0415 - keeps --help fast
        from alpheus.respond.verification_text import by_word  # noqa: PLC0415 - as above

        for one in by_word(found):
            self.add(Note(f"{found.server}: {one}"))
        fates = Counter(str(one.fate) for one in found.items)
        self.add(Verification(
            found.server, found.assessment, found.since, str(found.outcome), dict(fates)
        ))  # fmt: skip

    def _keep_list(self, sha256: str, packed: bytes) -> None:
        from alpheus.evidence.listing import unpacked  # noqa: PLC0415 - keeps --help fast

        with self._writing() as log:
            if log is not None:
                log.keep_manifest(sha256, unpacked(packed))


class _Heard(io.TextIOBase):
    """Passes text on, and knows its hash as it is printed in UTF-8."""

    def __init__(self, write: Callable[[str], int]) -> None:
        self._write = write
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> int:
        """Pass it on."""
        content = text.encode("utf-8", "backslashreplace")
        self.hash.update(content)
        self.size += len(content)
        return self._write(text)


def say_head(log: CustodyLog) -> None:
    """How a log ends now: noted elsewhere, it shows later that no end was cut off."""
    say(f"custody: {log.path} has {lines(log.lines)}; note its head: {log.head}")


def lines(count: int) -> str:
    """How many lines, in words."""
    return "1 line" if count == 1 else f"{count:,} lines"


def hash_of(path: Path) -> tuple[str, int]:
    """SHA-256 and bytes of a file. Raises EvidenceNotFoundError where it cannot be read."""
    try:
        with path.open("rb", buffering=0) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            return found, stream.tell()
    except OSError as error:
        message = f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        raise EvidenceNotFoundError(message) from error
