"""`alpheus campaign run`, `status` and `retry`: many packages at once."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli import campaign_report
from alpheus.cli.arguments import add_reading_to, add_rules_to, add_whole_to, bound, place
from alpheus.cli.campaign_common import (
    NAMED,
    NOT_ALL,
    add_later_to,
    ended_as_interrupted,
    interrupted,
    line_of_progress,
    name_parked,
    recover,
    work_out_unless_later,
)
from alpheus.cli.campaign_engine import add_engine_to, check_engine, engine_of
from alpheus.cli.case_common import (
    Below,
    add_command,
    add_person_to,
    open_place,
    who_does_it,
)
from alpheus.cli.output import say, standard_output
from alpheus.cli.tidying import tidy
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from alpheus.cases.database import Database
    from alpheus.fleet.driver import Summary
    from alpheus.fleet.ledger import Ledger
    from alpheus.fleet.model import Parameters, Recipe
    from alpheus.fleet.reading import Triaging
    from alpheus.fleet.register import Registered

FORMATS = ("text", "json")
_LINE = 78
"""Characters of a terminal of 80 beside what turns."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    run = add_command(
        below, "run", _run,
        "judge every package below some folders, and take what is found into the cases",
        " Each folder, archive or disk image directly below FOLDER is one package. What is done "
        "is remembered: the same command goes on where it was, however it ended, and does nothing "
        "where nothing is left. Exit status: 3 where packages are parked or could not be read.",
    )  # fmt: skip
    run.add_argument(
        "folders",
        nargs="+",
        type=place,
        metavar="FOLDER",
        help="a folder that holds packages, or a prefix in a store: s3://BUCKET/PREFIX/",
    )
    _add_work_to(run)
    _add_reading_to(run)
    status = add_command(below, "status", _status, "say how far a campaign run is")
    status.add_argument("--format", choices=FORMATS, default="text", help="how (default: text)")
    campaign_report.add_to(below)
    retry = add_command(below, "retry", _retry, "let parked units wait again for the next run")
    retry.add_argument(
        "units", nargs="*", type=bound, metavar="UNIT", help="their numbers (default: all)"
    )
    retry.add_argument(
        "--without-file", action="store_true",
        help="leave out the file that each was parked for; it is listed as a loss",
    )  # fmt: skip


def _add_work_to(parser: argparse.ArgumentParser) -> None:
    add_person_to(parser, why=False)
    parser.add_argument(
        "--lane", type=_lane, default="common", metavar="NAME",
        help="the lane that these packages wait in (default: common)",
    )  # fmt: skip
    parser.add_argument(
        "--budget", type=_budget, action="append", default=[], metavar="LANE=N",
        help="so many packages of a lane at once, on all machines; 0 for no bound (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--results", default="", metavar="PLACE",
        help="also write the assessment and the timeline of each package here, a folder or a "
        "prefix in a store (s3://BUCKET/PREFIX/), for alpheus hunt; packages that were judged "
        "without it are judged again",
    )  # fmt: skip
    add_later_to(parser)
    add_engine_to(parser)


def _add_reading_to(parser: argparse.ArgumentParser) -> None:
    add_rules_to(parser)
    add_reading_to(parser)
    add_whole_to(parser)


def _lane(text: str) -> str:
    if not _NAME.fullmatch(text):
        message = f"'{text}' is no name of a lane: small letters, digits, - and _, 40 at most"
        raise argparse.ArgumentTypeError(message)
    if text.startswith("probe-") or text == "notify":
        message = f"'{text}' is a lane of alpheus campaign {text.partition('-')[0]}; use another"
        raise argparse.ArgumentTypeError(message)
    return text


def _budget(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise argparse.ArgumentTypeError(f"'{text}' is not LANE=NUMBER, such as urgent=4")
    return _lane(name), int(number)


def _run(options: argparse.Namespace) -> int:
    from alpheus.fleet.content import find_packages  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.ledger import Ledger  # noqa: PLC0415 - as above
    from alpheus.fleet.register import register  # noqa: PLC0415 - as above

    if options.since and options.until and options.since > options.until:
        raise UsageError("--since is after --until: no time is left to look at")
    check_engine(options)
    tidy()
    found = find_packages(options.folders)
    for other in found.others[:NAMED]:
        why = "a link, which is not followed"
        if not other.is_symlink():
            why = "no package (neither folder, archive nor disk image)"
        say(f"{other}: is {why}; passed over")
    if len(found.others) > NAMED:
        say(f"and {len(found.others) - NAMED:,} more are passed over")
    if options.results:
        from alpheus.fleet.results import check_results, results_place  # noqa: PLC0415 - as above

        options.results = results_place(options.results)
        check_results(options.results)
    with open_place(options, create=True) as database, database.drive(), ended_as_interrupted():
        ledger = Ledger(database)
        triaging, recipe = _asked(options, database)
        recover(ledger)
        ledger.budget(dict(options.budget))
        try:
            with line_of_progress() as show:
                done = register(ledger, found, recipe, lane=options.lane,
                                tell=lambda so_far: show(_registering(so_far)))  # fmt: skip
            _say_registered(done, options.folders)
            summary = _drive(options, ledger, recipe, triaging)
        except KeyboardInterrupt:
            return interrupted()
        there = [one for one in ledger.parked(recipe) if "://" in one or Path(one).exists()]
        return _ending(options, database, summary, len(there))


def _asked(options: argparse.Namespace, database: Database) -> tuple[Triaging, Recipe]:
    from alpheus.cases.secret_key import secret_key  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.content import knowledge_version  # noqa: PLC0415 - as above
    from alpheus.fleet.model import Recipe, UnitKind  # noqa: PLC0415 - as above
    from alpheus.fleet.reading import Triaging  # noqa: PLC0415 - as above

    parameters = _parameters(options)
    key = secret_key(_private_folder(database)).for_marks()
    triaging = Triaging(parameters, key, tuple(options.password))
    version = knowledge_version(Path(one) for one in parameters.rules)
    return triaging, Recipe(UnitKind.TRIAGE, parameters, version)


def _parameters(options: argparse.Namespace) -> Parameters:
    from alpheus.fleet.model import Parameters  # noqa: PLC0415 - keeps --help fast

    def told(moment: datetime | None) -> str:
        return moment.isoformat() if moment else ""

    return Parameters(
        tuple(sorted(set(options.pack or ()))), tuple(str(one.resolve()) for one in options.rules),
        str(options.timezone or ""), told(options.since), told(options.until),
        options.results, options.whole,
    )  # fmt: skip


def _private_folder(database: Database) -> Path:
    """Where the key of secrets is that all packages share: never in the database itself."""
    if database.is_sqlite:
        return Path(f"{database.place}.keys")
    return Path.home() / ".alpheus"


def _drive(
    options: argparse.Namespace, ledger: Ledger, recipe: Recipe, triaging: Triaging
) -> Summary:
    from alpheus.fleet.driver import Driver, Manner, Summary  # noqa: PLC0415 - keeps --help fast

    if ledger.left(recipe) == (0, 0):
        return Summary()
    of = sum(ledger.left(recipe)), ledger.bytes_left(recipe)
    with engine_of(options, triaging) as engine, line_of_progress() as show:
        manner = Manner(
            who_does_it(options), say=say,
            tell=lambda done, doing, read: show(line_of_reading(done, of, doing, read)),
        )  # fmt: skip
        return Driver(ledger, engine, recipe, manner).run()


def _ending(options: argparse.Namespace, database: Database, summary: Summary, parked: int) -> int:
    if not (summary.done or summary.parts or summary.parked):
        say("nothing was left to do")
    else:
        packages = f"{summary.done:,} package{'' if summary.done == 1 else 's'}"
        say(f"{packages} judged now, {summary.read / 1e6:,.0f} MB read")
    name_parked(summary)
    if parked:
        are = "package is" if parked == 1 else "packages are"
        say(f"{parked:,} {are} parked and not judged; why: alpheus campaign status; again: "
            "alpheus campaign retry")  # fmt: skip
    if summary.done:
        work_out_unless_later(options, database)
    say("what was found: alpheus campaign report")
    return NOT_ALL if parked else 0


def _say_registered(done: Registered, folders: Sequence[object]) -> None:
    if not done.packages:
        where = ", ".join(map(str, folders))
        say(f"no package lies directly below {where}: a folder, an archive or a disk image is one")
    else:
        packages = f"{done.packages:,} package{'' if done.packages == 1 else 's'}"
        say(f"{packages} ({done.bytes / 1e6:,.0f} MB), {done.new:,} of them new")
    if done.same:
        has = "has" if done.same == 1 else "have"
        say(f"{done.same:,} {has} the same content as another, and counts once")
    if done.passed:
        are = "object is no package" if done.passed == 1 else "objects are no packages"
        say(f"{done.passed:,} {are} (neither archive nor disk image); passed over")
    for lost in list(done.lost.values())[:NAMED]:
        say(lost)
    if len(done.lost) > NAMED:
        say(f"and {len(done.lost) - NAMED:,} more could not be read")


def _registering(done: Registered) -> str:
    return f"{done.packages:,} packages found, {done.bytes / 1e6:,.0f} MB"


def line_of_reading(done: Summary, of: tuple[int, int], doing: str, read: int) -> str:
    """How far a run is, in a line for a terminal: `of` are all units and their bytes.

    Time left is reckoned by both: small packages take theirs whatever their size.
    """
    from alpheus.fleet.text import sizes, span  # noqa: PLC0415 - keeps --help fast

    units = done.done + done.parts + len(done.parked)
    many, size = max(of[0], units), max(of[1], done.size)
    said = f"{units:,} of {many:,}"
    if size:
        said += f", {sizes(done.size, size)}"
    pace = (done.read + read) / 1e6 / max(done.seconds, 0.1)
    said += f", {pace:,.0f} MB/s" if pace >= 10 else f", {pace:,.2f} MB/s"
    if units and many > units:
        part = (units / many + (done.size / size if size else units / many)) / 2
        said += f", {span(done.seconds / part * (1 - part))} left"
    room = _LINE - len(said) - 2
    shown = doing if len(doing) <= room else f"…{doing[len(doing) - room + 1 :]}"
    return f"{said}  {shown}".rstrip()


def _status(options: argparse.Namespace) -> int:
    from alpheus.fleet.progress import progress  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.text import progress_lines  # noqa: PLC0415 - as above

    with open_place(options) as database:
        found = progress(database)
    _print(options.format, found, lambda: progress_lines(found))
    return 0


def _retry(options: argparse.Namespace) -> int:
    from alpheus.fleet.ledger import Ledger  # noqa: PLC0415 - keeps --help fast
    from alpheus.fleet.progress import progress  # noqa: PLC0415 - as above
    from alpheus.fleet.text import commands_of  # noqa: PLC0415 - as above

    with open_place(options) as database:
        again = Ledger(database).retry(options.units or None, without_file=options.without_file)
        commands = commands_of(progress(database)) or ["alpheus campaign run"]
    if missing := sorted(set(options.units) - set(again)):
        say(f"unit {missing[0]} is not parked; alpheus campaign status lists those that are")
    if not again:
        say("nothing that is parked was named" if options.units else "nothing is parked")
        return UsageError.exit_status if missing else 0
    are = "unit waits" if len(again) == 1 else "units wait"
    say(f"{len(again):,} {are} again; run: {' or '.join(commands)}, with what was named before")
    return UsageError.exit_status if missing else 0


def _print(form: str, found: object, lines: Callable[[], Iterator[str]]) -> None:
    import msgspec  # noqa: PLC0415 - keeps --help fast

    with standard_output(exact=form == "json") as stream:
        if form == "json":
            stream.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
            return
        for line in lines():
            stream.write(line + "\n")
