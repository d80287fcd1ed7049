"""`alpheus collect`: what to bring from a server, why, and as a definition for collectors."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from alpheus.cli.arguments import path
from alpheus.cli.output import say, standard_output
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from alpheus.collect.chosen import Chosen
    from alpheus.knowledge.collection import Collection
    from alpheus.knowledge.model import Pack

FORMATS = ("text", "json", "csv")
FORMS = ("kape", "velociraptor", "acquire", "list", "robocopy")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand `collect`."""
    parser = commands.add_parser(
        "collect", help="say what to bring from a server, and make it a definition for collectors",
        description="What a verdict needs, where it lies on a server and why it matters; and ready "
        "definitions of it for KAPE, Velociraptor, acquire, robocopy and people.",
    )  # fmt: skip
    below = parser.add_subparsers(dest="collect", metavar="COMMAND", required=True)
    _add_list(below)
    _add_write(below)


def _add_list(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = below.add_parser(
        "list", help="explain each entry, what decides first",
        description="Explain each entry: what it is, where it lies, why it matters, what it "
        "decides and how long it is usually kept. What decides a verdict comes first.",
    )  # fmt: skip
    parser.add_argument(
        "--missing", type=path, metavar="ASSESSMENT",
        help="only what this assessment lacks: the JSON of alpheus triage, or the folder of its "
        "report",
    )  # fmt: skip
    parser.add_argument(
        "--server", default="", metavar="NAME", help="which, where the assessment is of several"
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="how it is printed (default: text)"
    )
    _add_choice(parser)
    parser.set_defaults(run=_list)


def _add_write(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = below.add_parser(
        "write", help="write a definition for a collector",
        description="Write a definition for a collector. It is checked against the published "
        "format and says so at its head; it was not run with the collector.",
    )  # fmt: skip
    parser.add_argument(
        "form", choices=FORMS,
        help="kape: targets; velociraptor: an artifact; acquire: a file of arguments; list: paths "
        "with remarks; robocopy: a command file",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", required=True, metavar="PATH",
        help="a file, or a folder (one that is there, or with / at its end)",
    )  # fmt: skip
    _add_choice(parser)
    parser.set_defaults(run=_write)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--product", default="", metavar="NAME",
        help="only what such a server has: exchange, iis, or a product that a pack names",
    )  # fmt: skip
    parser.add_argument(
        "--place", action="append", default=[], metavar="NAME=PATH",
        help="where something lies on your servers, such as ExchangeInstallPath=D:\\Exchange, "
        "IisLogs=E:\\Logs, WebRoot=D:\\Web, Volume=D: (repeatable, for one name too)",
    )  # fmt: skip
    parser.add_argument(
        "--rules", action="append", type=path, default=[], metavar="PATH",
        help="folder of a pack of your own that adds entries (repeatable)",
    )  # fmt: skip


def _list(options: argparse.Namespace) -> int:
    from alpheus.collect import listing  # noqa: PLC0415 - keeps --help fast

    table, packs, places = _table(options)
    chosen = _chosen(options, table, packs, places)
    missing: Mapping[str, str] = {}
    if options.missing is not None:
        told = _missing(options, chosen)
        say(f"left out: {sum(one is None for one in told.values())} of which an assessment does "
            "not tell (pages, tasks and the like)")  # fmt: skip
        missing = {entry: text for entry, text in told.items() if text}
        chosen = [one for one in chosen if one.entry.id in missing]
        if not chosen:
            say(f"{options.missing}: nothing of the table is missing")
    rows = listing.rows_of(table, chosen, packs, places, missing)
    write = {"json": listing.write_json, "csv": listing.write_csv}
    with standard_output(exact=options.format != "text") as stream:
        write.get(options.format, listing.write_text)(rows, stream)
    return 0


def _write(options: argparse.Namespace) -> int:
    from alpheus.collect.writing import files_of  # noqa: PLC0415 - keeps --help fast
    from alpheus.knowledge.collection_file import formats  # noqa: PLC0415 - as above
    from alpheus.report.files import write_files  # noqa: PLC0415 - as above

    table, packs, places = _table(options)
    output = str(options.output)
    if not output:
        raise UsageError("-o: an empty path names nothing")
    is_folder = output.endswith(("/", os.sep)) or Path(output).is_dir()
    folder, name = (Path(output), "") if is_folder else (Path(output).parent, Path(output).name)
    files = files_of(options.form, _chosen(options, table, packs, places), name)
    for written in write_files(
        folder, {name: partial(_put, text) for name, text in files.items()}
    ).values():
        say(f"{written}: written")
    say(formats()[options.form].label)
    return 0


def _put(text: str, stream: TextIO) -> None:
    stream.write(text)


def _table(
    options: argparse.Namespace,
) -> tuple[Collection, Sequence[Pack], Mapping[str, Sequence[str]]]:
    from alpheus.collect.chosen import read_places, table_of  # noqa: PLC0415 - keeps --help fast
    from alpheus.knowledge.packs import load_packs  # noqa: PLC0415 - as above

    packs = load_packs(extra=options.rules)
    table = table_of(packs)
    return table, packs, read_places(table, options.place)


def _chosen(
    options: argparse.Namespace,
    table: Collection,
    packs: Sequence[Pack],
    places: Mapping[str, Sequence[str]],
) -> list[Chosen]:
    from alpheus.collect.chosen import choose, deciding_first  # noqa: PLC0415 - keeps --help fast

    entries = deciding_first(table.of_product(options.product.lower()), packs)
    return list(choose(table, entries, places))


def _missing(options: argparse.Namespace, chosen: Sequence[Chosen]) -> dict[str, str | None]:
    """What is missing of each entry; nothing of products that the server has not."""
    from alpheus.collect.lacking import lacks, products_of  # noqa: PLC0415 - keeps --help fast
    from alpheus.report.assessment_file import read_assessment  # noqa: PLC0415 - as above

    server = read_assessment(options.missing).server(options.server)
    products = products_of(server)
    return {
        one.entry.id: lacks(one.entry, server)
        for one in chosen
        if products & set(one.entry.products)
    }
