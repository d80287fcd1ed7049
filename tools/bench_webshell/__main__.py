"""`make bench-webshell CORPUS=…`: what is found, what is a false alarm, how fast; one table.

The corpora lie outside the repository. Their files are read, never run, copied or shown.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.bench.race import FailedError, alpheus, cores, note
from tools.bench.table import processor
from tools.bench_webshell import clusters, corpus, ours, rules, selfcheck, speed, table
from tools.bench_webshell.corpus import Corpus, Page, Side

from alpheus import __version__

ROOT = Path(__file__).resolve().parents[2]
LISTS = ROOT / "bench" / "webshell-lists.tsv"
INTERRUPTED = 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench_webshell", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, help="holds shells/REPOSITORY/ and benign/REPOSITORY/"
    )
    parser.add_argument("--shells", type=Path, nargs="+", default=[], help="a repository each")
    parser.add_argument("--benign", type=Path, nargs="+", default=[], help="a repository each")
    parser.add_argument("--rules", type=Path, nargs="+", default=[], help="folders of YARA rules")
    parser.add_argument("--program", help="another program than ours, which answers alike")
    parser.add_argument("--rounds", type=int, default=3, help="of which speed takes the median")
    parser.add_argument("--no-speed", action="store_true", help="measure only what is found")
    parser.add_argument("--lists", type=Path, default=LISTS, help="paths of what went wrong")
    parser.add_argument("--self-check", action="store_true", help="of the measuring itself")
    options = parser.parse_args(arguments)
    if not options.self_check:
        _check(parser, options)
    return options


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Put the repositories of a corpus among those that are named; refuse what cannot be."""
    if options.corpus:
        for side in ("shells", "benign"):
            if not (options.corpus / side).is_dir():
                parser.error(f"{options.corpus} has no folder {side}/; see docs/benchmarks.md")
            getattr(options, side).extend(corpus.repositories(options.corpus / side))
    if not options.shells or not options.benign:
        parser.error("name a corpus: make bench-webshell CORPUS=FOLDER, or --shells and --benign")
    for path in [*options.shells, *options.benign, *options.rules]:
        if not path.exists():
            parser.error(f"{path} does not exist")
    for path in [*options.shells, *options.benign]:
        if path.resolve().is_relative_to(ROOT):
            parser.error(f"{path} lies in the repository; shells are kept outside of it")
    if options.rounds < 1:
        parser.error("--rounds begins at 1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the lists go to a file."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options(arguments)
    try:
        return selfcheck.run(main) if options.self_check else _measure(options)
    except FailedError as error:
        note(str(error))
        return 1
    except KeyboardInterrupt:
        note("stopped; nothing was written")
        return INTERRUPTED


def _measure(options: argparse.Namespace) -> int:
    program = shlex.split(options.program) if options.program else alpheus("webshell")
    note("reading the corpora")
    files = corpus.read(options.shells, options.benign)
    shells, benign = files.shells.pages, files.benign.pages
    note("looking for near-duplicates")
    found = clusters.cluster(
        [clusters.shingles(corpus.decoded(page.path.read_bytes())) for page in shells]
    )
    material = table.Material(
        shells, benign, {page.path: number for page, number in zip(shells, found, strict=True)}
    )
    note("ours")
    bad, _ = ours.ask(program, files.shells.folders)
    good, _ = ours.ask(program, files.benign.folders)
    detectors = [_ours(bad, good, material)]
    folders = [rules.load(folder) for folder in options.rules]
    for folder in folders:
        note(f"yara-x, {folder.name}")
        detectors.append(
            table.Detector(
                folder.name,
                frozenset(folder.matched(shells)),
                frozenset(folder.matched(benign)),
            )
        )
    print(_facts(files, len(set(found)), bad, good))
    for folder in folders:
        print(f"{folder.name}: {folder.rules:,} rules in {folder.files:,} files.\n")
        for line in folder.skipped:
            print(f"Left out: {line}\n")
    print(table.render(table.HEAD, table.rows(material, detectors)))
    if not options.no_speed:
        print(table.render(speed.HEAD, speed.rows(program, files.benign, folders, options.rounds)))
    _write_lists(options.lists, files, detectors, bad, good)
    note(f"missed shells and false alarms, by path: {options.lists}")
    return 0


def _ours(bad: ours.Answers, good: ours.Answers, material: table.Material) -> table.Detector:
    return table.Detector(
        "ours",
        frozenset(page.path for page in material.shells if bad.of(page) in ours.FOUND),
        frozenset(page.path for page in material.benign if good.of(page) in ours.ALARM),
    )


def _facts(files: Corpus, number: int, bad: ours.Answers, good: ours.Answers) -> str:
    """What was measured, what was not, and how ours judged."""
    shells, benign = files.shells, files.benign
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, Alpheus {__version__}, {cores()} cores, {processor()}.",
        f"Shells: {_kept(shells)}, in {number:,} clusters. Benign pages: {_kept(benign)}.",
        f"Ours said of shells: {_judged(bad, shells.pages)}.",
        f"Ours said of benign pages: {_judged(good, benign.pages)}.",
    ]
    return "\n\n".join(lines) + "\n"


def _kept(side: Side) -> str:
    dropped = [f"{count:,} {reason}" for reason, count in sorted(side.dropped.items()) if count]
    return f"{len(side.pages):,} (dropped: {', '.join(dropped) or 'none'})"


def _judged(answers: ours.Answers, pages: Sequence[Page]) -> str:
    said = [f"{count:,} {name}" for name, count in answers.counted(pages).most_common()]
    return ", ".join(said) + (
        f" ({answers.unreadable:,} lines could not be read)" if answers.unreadable else ""
    )


def _write_lists(
    place: Path,
    files: Corpus,
    detectors: Iterable[table.Detector],
    bad: ours.Answers,
    good: ours.Answers,
) -> None:
    """Paths alone: kind, detector, what ours said, path."""
    lines = [("in both", "", "", name) for name in files.both]
    for detector in detectors:
        lines += [
            ("missed", detector.name, bad.of(page), page.name)
            for page in files.shells.pages
            if page.path not in detector.found
        ]
        lines += [
            ("false alarm", detector.name, good.of(page), page.name)
            for page in files.benign.pages
            if page.path in detector.alarms
        ]
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        for line in lines:
            stream.write("\t".join(" ".join(cell.split()) for cell in line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
