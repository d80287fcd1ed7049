"""`alpheus indicators`: what is understood of indicators that others share; fetching them."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import add_shared_to, instant, path, shared_paths
from alpheus.cli.output import say, standard_output, visible
from alpheus.errors import OutputError, UsageError

if TYPE_CHECKING:
    from alpheus.knowledge.shared.model import SharedFile
    from alpheus.knowledge.shared.warnings import Warnings


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "indicators", help="check indicators that others share, or fetch them from TAXII",
        description="Indicators that others share: what is understood of a file before it is used, "
        "and fetching a collection from a TAXII 2.1 server. A triage takes them with --indicators.",
    )  # fmt: skip
    below = parser.add_subparsers(dest="do", metavar="COMMAND", required=True)
    check = below.add_parser(
        "check", help="say what is understood of files, and what is left out",
        description="Say of each file which form it is of, how many indicators of which kind it "
        "holds, how many many people use, and what is left out, and why.",
    )  # fmt: skip
    add_shared_to(check)
    check.add_argument("paths", nargs="*", type=path, metavar="PATH", help="files or folders")
    check.set_defaults(run=_check)
    fetch = below.add_parser(
        "fetch", help="write a collection of a TAXII 2.1 server into a file",
        description="Write a collection of a TAXII 2.1 server into a file, as a STIX bundle. Name "
        "and password come from ALPHEUS_TAXII_USER and ALPHEUS_TAXII_PASSWORD, a token from "
        "ALPHEUS_TAXII_TOKEN.",
    )  # fmt: skip
    fetch.add_argument("url", metavar="https://…/collections/ID/", help="the collection")
    fetch.add_argument(
        "--added-after", type=instant, metavar="TIME", help="only what was added since (UTC)"
    )
    fetch.add_argument("-o", "--output", required=True, type=path, metavar="FILE", help="the file")
    fetch.set_defaults(run=_fetch)


def _check(options: argparse.Namespace) -> int:
    from alpheus.knowledge.shared.reading import files_of, read_file  # noqa: PLC0415 - heavy
    from alpheus.knowledge.shared.warnings import Warnings  # noqa: PLC0415 - as above

    options.indicators = [*options.paths, *options.indicators]
    paths = shared_paths(options)
    if not paths.indicators:
        raise UsageError("name a file or folder of indicators")
    warnings = Warnings.load(paths.warning_lists)
    now = datetime.now(UTC)
    with standard_output(exact=False) as stream:
        for one in warnings.lists:
            line = f"{one.path}: warning list ({one.kind}), {one.count:,} values"
            print(visible(line), file=stream)
        for file in map(read_file, files_of(paths.indicators)):
            line = f"{file.path}: {file.form}, {len(file.content.indicators):,} indicators"
            print(visible(line), file=stream)
            for words, number in _understood(file.content, warnings, now):
                print(visible(f"  {number:>9,}  {words}"), file=stream)
    return 0


def _understood(
    content: SharedFile, warnings: Warnings, now: datetime
) -> Iterator[tuple[str, int]]:
    """What a file comes to, line by line, each with how many there are."""
    found = content.indicators
    yield from Counter(one.type for one in found).most_common()
    ended = sum(one.until is not None and one.until < now for one in found)
    if ended:
        yield "have ended: they count for what happened before", ended
    yield from content.remarks.most_common()
    many = Counter(what for one in found if (what := warnings.what(one)))
    yield from ((f"decide nothing alone: {name}", number) for name, number in many.most_common())
    yield from ((f"left out: {reason}", number) for reason, number in content.losses())


def _fetch(options: argparse.Namespace) -> int:
    from alpheus.knowledge.shared.taxii import bundle_of, fetch_collection  # noqa: PLC0415 - heavy
    from alpheus.report.files import refuse_device  # noqa: PLC0415 - as above

    since = options.added_after.isoformat().replace("+00:00", "Z") if options.added_after else ""
    target: Path = options.output
    refuse_device(target)
    draft: Path | None = None
    count = 0
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            draft = Path(file.name)
            for piece in bundle_of(fetch_collection(options.url, since)):
                count += 1
                file.write(piece)
        draft.replace(target)
        draft = None
    except OSError as error:
        message = f"{target}: {error.strerror or error}; choose another place with -o"
        raise OutputError(message) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    say(f"{target}: {count - 2:,} objects; alpheus indicators check {target} says what they are")
    return 0
