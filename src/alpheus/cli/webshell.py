"""`alpheus webshell`: which server pages are web shells, and why."""

from __future__ import annotations

import argparse
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import add_password_to, end_instant, instant, path
from alpheus.cli.custody_record import add_custody_to, recorded
from alpheus.cli.output import console, say, standard_output
from alpheus.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from alpheus.detect.webshell.model import PageJudgement
    from alpheus.detect.webshell.walk import Walk
    from alpheus.model import Skipped
    from alpheus.report.webshell_views import PageResult, WebshellResults

FORMATS = ("text", "jsonl", "html", "sarif")
JUDGEMENTS = ("malicious", "suspicious", "unknown", "benign", "known-good")
EXIT_STATUS = {"malicious": 10, "suspicious": 11}
NOT_DETERMINABLE = 13
"""Nothing worse was found, and not everything was looked at."""

COULD_NOT_OPEN = 3
NOT_JUDGED = "not-judged"
"""The kind of reason of a page whose content broke the judge."""

_KEY_BYTES = 32
_LISTED = {"jsonl": "known-good"}
"""The mildest judgement that a format lists, where it is not `suspicious`."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "webshell",
        help="judge server pages: which are web shells, and why",
        description="Judge every server page, web configuration file and assembly: by what its "
        "code does with what a visitor sends, and by where it lies, what it is called and how old "
        "it is. Every judgement comes with reasons that a person can check.",
        epilog="Exit status: 0 the job ran; 2 wrong usage; 3 a PATH could not be opened at all. "
        "With --exit-code: 10 a page is malicious, 11 one is suspicious, 13 neither, but something "
        "could not be read or judged, 0 otherwise.",
    )
    parser.add_argument(
        "paths", nargs="*", type=path, metavar="PATH",
        help="a folder, a page, an archive or a disk image",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=FORMATS, default="text",
        help="what is written (default: text); jsonl is one object for every file read",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", type=path, metavar="FILE",
        help="write it to this file; a summary is still printed",
    )  # fmt: skip
    parser.add_argument(
        "--explain", metavar="FILE",
        help="show one page, as named in a result, with every reason and the lines around it",
    )  # fmt: skip
    parser.add_argument(
        "--baseline", action="append", type=path, default=[], metavar="FILE",
        help="pages known to be good, from `alpheus baseline make` (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--rules", action="append", type=path, default=[], metavar="PATH",
        help="also use the YARA rules of this folder or file (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--window", type=_window, metavar="FROM..TO",
        help="when the attack took place (UTC), such as 2021-02-27..2021-03-12",
    )  # fmt: skip
    parser.add_argument("--all", action="store_true", help="list every page, whatever it is")
    parser.add_argument(
        "--min", choices=JUDGEMENTS, metavar="JUDGEMENT",
        help="list pages of this judgement and worse: malicious, suspicious (default), unknown, "
        "benign, known-good (default for jsonl)",
    )  # fmt: skip
    add_password_to(parser)
    add_custody_to(parser)
    parser.add_argument(
        "--exit-code", action="store_true",
        help="exit with 10 if a page is malicious, with 11 if one is suspicious, with 13 if "
        "neither but something could not be read or judged",
    )  # fmt: skip
    parser.set_defaults(run=run)


def _window(text: str) -> tuple[datetime, datetime]:
    """Two times with `..` between them."""
    start, found, end = text.partition("..")
    if not found:
        message = f"'{text}' is not FROM..TO, such as 2021-02-27..2021-03-12"
        raise argparse.ArgumentTypeError(message)
    window = instant(start), end_instant(end)
    if window[0] > window[1]:
        raise argparse.ArgumentTypeError(f"'{text}' ends before it begins")
    return window


def run(options: argparse.Namespace) -> int:
    """Judge, print, write; see `EXIT_STATUS` for `--exit-code`."""
    if not options.paths and options.explain is None:
        raise UsageError("webshell needs something to look at: alpheus webshell PATH")
    if options.explain is not None and options.output is not None:
        raise UsageError("--explain is for people and only printed: leave out -o")
    _refuse_output_in_evidence(options)
    job = _Job(options)
    if options.explain is not None:
        return job.explain(options.explain)
    outside = [given for given in options.paths if given.is_dir()]
    with recorded(options, "webshell", inputs=options.paths, outside=outside) as record:
        status = job.report()
        record.counts = dict(job.counts)
        if options.output is not None:
            record.wrote("webshell", options.output)
    return status


def _refuse_output_in_evidence(options: argparse.Namespace) -> None:
    """Nothing is ever written into evidence. Raises UsageError."""
    if options.output is None:
        return
    output = options.output.resolve()
    for given in options.paths:
        if output == given.resolve():
            raise UsageError(f"{options.output} is itself what is looked at; choose another file")
        if given.is_dir() and output.is_relative_to(given.resolve()):
            message = f"{options.output} lies inside {given}; choose a place outside it"
            raise UsageError(message)


class _Job:
    """One run of the command."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._key = secrets.token_bytes(_KEY_BYTES)
        self.counts: Counter[str] = Counter()
        self._losses: list[Skipped] = []
        self._unopened = 0
        self._unread = False
        self._read = 0
        least = "known-good" if options.all else options.min
        least = least or _LISTED.get(options.format, "suspicious")
        self._listed = frozenset(JUDGEMENTS[: JUDGEMENTS.index(least) + 1])

    def report(self) -> int:
        """Judge everything and write the result."""
        options = self._options
        if options.output is not None:
            pages = list(self._pages())
            self._save(options.output, pages)
            self._summary(pages)
        elif options.format == "jsonl":
            from alpheus.report.webshell_jsonl import write_webshell_jsonl  # noqa: PLC0415

            with standard_output(exact=True) as stream:
                write_webshell_jsonl(self._pages(), stream, self._key)
        elif options.format == "text":
            self._summary(list(self._pages()))
        else:
            pages = list(self._pages())
            with standard_output(exact=True) as stream:
                self._writer(pages)(stream)
        self._say_losses()
        return self._status()

    def explain(self, wanted: str) -> int:
        """Show one page, alone or as it lies among what was handed in."""
        found = None
        with self._walk(wanted) as walk:
            for judgement in self._judgements(walk, self._options.paths or [Path(wanted)]):
                if judgement.path == Path(wanted).as_posix():
                    found = judgement
        if found is None or walk.kept is None:
            if self._unopened:
                return COULD_NOT_OPEN
            message = f"{wanted}: no page of that name was judged; name it as the result does"
            raise UsageError(message)
        from alpheus.detect.webshell.decoding import page_text  # noqa: PLC0415 - keeps --help fast
        from alpheus.report.webshell_text import print_webshell_page  # noqa: PLC0415 - likewise

        page = _result(found)
        with standard_output(exact=False):
            print_webshell_page(
                page, page_text(walk.kept).text, console(), self._key, _words_of_calls()
            )
        return self._status()

    def _pages(self) -> Iterator[PageResult]:
        """Every page that is listed, as it comes."""
        with self._walk(None) as walk:
            for judgement in self._judgements(walk, self._options.paths):
                if judgement.judgement.value in self._listed:
                    yield _result(judgement)

    def _walk(self, keep: str | None) -> _Walking:
        return _Walking(self._options, keep, self._lose)

    def _judgements(self, walk: Walk, paths: list[Path]) -> Iterator[PageJudgement]:
        """Every judgement; counts them, and says what was lost."""
        from alpheus.model import Skipped  # noqa: PLC0415 - keeps --help fast

        for given in dict.fromkeys(paths):
            try:
                for item in walk.package(given):
                    if isinstance(item, Skipped):
                        self._lose(item)
                        continue
                    self.counts[item.judgement.value] += 1
                    self._unread |= any(reason.kind == NOT_JUDGED for reason in item.reasons)
                    yield item
            except EvidenceError as error:
                self._unopened += 1
                say(error)
        self._read = walk.bytes

    def _lose(self, loss: Skipped) -> None:
        self._losses.append(loss)
        self._unread |= bool(loss.evidence)  # a rule that is not used is of no evidence
        say(f"{loss.path}: {loss.reason}")

    def _say_losses(self) -> None:
        lost = sum(loss.count for loss in self._losses)
        if lost:
            judged = sum(self.counts.values())
            say(f"{judged:,} files judged; {lost:,} files or parts lost, named above")

    def _results(self, pages: list[PageResult]) -> WebshellResults:
        from alpheus import __version__  # noqa: PLC0415 - one import with the next
        from alpheus.report.webshell_views import WebshellResults  # noqa: PLC0415 - as above

        return WebshellResults(
            pages, self.counts, self._losses, __version__, self._unopened, self._read
        )

    def _summary(self, pages: list[PageResult]) -> None:
        from alpheus.report.webshell_text import print_webshell_summary  # noqa: PLC0415 - as above

        if self._options.output is not None and not self._options.all:
            pages = [page for page in pages if page.judgement in EXIT_STATUS]
        if not self.counts and self._unopened:
            return
        with standard_output(exact=False):
            print_webshell_summary(self._results(pages), console(), self._key)

    def _save(self, output: Path, pages: list[PageResult]) -> None:
        from alpheus.report.files import write_files  # noqa: PLC0415 - only when asked for

        write_files(output.parent, {output.name: self._writer(pages)})

    def _writer(self, pages: list[PageResult]) -> Callable[[TextIO], None]:
        from alpheus.report import webshell_html, webshell_jsonl, webshell_sarif  # noqa: PLC0415

        form, key, results = self._options.format, self._key, self._results(pages)
        if form == "jsonl":
            return lambda stream: webshell_jsonl.write_webshell_jsonl(pages, stream, key)
        if form == "html":
            return lambda stream: webshell_html.write_webshell_html(results, stream, key)
        if form == "sarif":
            return lambda stream: webshell_sarif.write_webshell_sarif(results, stream, key)
        return lambda stream: self._text(results, stream)

    def _text(self, results: WebshellResults, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - only for people

        from alpheus.report.webshell_text import print_webshell_summary  # noqa: PLC0415 - as above

        print_webshell_summary(results, Console(file=stream, width=80), self._key)

    def _status(self) -> int:
        if self._unopened:
            return COULD_NOT_OPEN
        if self._options.exit_code:
            worst = (status for name, status in EXIT_STATUS.items() if self.counts[name])
            return next(worst, NOT_DETERMINABLE if self._unread else 0)
        return 0


class _Walking:
    """A walk with its knowledge loaded and its progress shown."""

    def __init__(
        self, options: argparse.Namespace, keep: str | None, lose: Callable[[Skipped], None]
    ) -> None:
        self._options = options
        self._keep = keep
        self._lose = lose

    def __enter__(self) -> Walk:
        from alpheus.cli.progress import progress_line  # noqa: PLC0415 - keeps --help fast
        from alpheus.detect.webshell.baseline_file import read_baseline  # noqa: PLC0415 - likewise
        from alpheus.detect.webshell.judges import load_judges  # noqa: PLC0415 - likewise
        from alpheus.detect.webshell.walk import Walk, WalkSettings  # noqa: PLC0415 - likewise
        from alpheus.evidence.base import OpenOptions  # noqa: PLC0415 - likewise

        options = self._options
        settings = WalkSettings(
            tuple(read_baseline(one) for one in options.baseline),
            options.window,
            OpenOptions(passwords=tuple(options.password)),
            None if self._keep is None else Path(self._keep).as_posix(),
        )
        judges = load_judges(options.rules)
        for loss in judges.rejected:
            self._lose(loss)
        self._progress = progress_line()
        show = self._progress.__enter__()
        note = None if show is None else lambda doing, read: show(doing, read, 0)
        return Walk(judges, settings, note)

    def __exit__(self, *_: object) -> None:
        self._progress.__exit__(None, None, None)


def _words_of_calls() -> frozenset[str]:
    """What calls that matter are called, and their parts: no secrets where a page quotes them."""
    from alpheus.detect.webshell.sinks import CLASS_IDS, NATIVE, results, sinks  # noqa: PLC0415

    calls = {*sinks(), *results(), *results().values(), *CLASS_IDS.values(), *NATIVE}
    return frozenset({*calls, *(part for call in calls for part in call.split("."))})


def _result(judgement: PageJudgement) -> PageResult:
    from alpheus.report.webshell_views import PageReason, PageResult  # noqa: PLC0415 - as above

    return PageResult(
        judgement.path,
        judgement.sha256,
        judgement.size,
        judgement.judgement.value,
        judgement.score,
        judgement.family,
        tuple(PageReason(one.kind, one.line, one.text, one.points) for one in judgement.reasons),
    )
