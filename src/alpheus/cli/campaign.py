"""`alpheus campaign`: how far all of it is, who is left, and why."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from alpheus.cli import campaign_notify, campaign_probe, campaign_rules, campaign_run
from alpheus.cli.arguments import days, path
from alpheus.cli.case_common import add_command, add_filters_to, filters_of, open_place, service
from alpheus.cli.output import say, standard_output

if TYPE_CHECKING:
    from pathlib import Path

    from alpheus.campaign.service import Campaign, Overview
    from alpheus.cases.service_listing import Filters

FORMATS = ("text", "json", "csv")
BY = ("sector", "network", "region", "product", "build", "day")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "campaign",
        help="judge very many packages; say how far all of it is, who is left, and why",
        description="Judge the evidence of very many servers, count servers and not lists, follow "
        "them to zero, and tell who is left, why, and what to do next.",
    )
    below = parser.add_subparsers(dest="campaign", metavar="COMMAND", required=True)
    text = "counts, days, pace, who is left and why, which way reached them"
    stats = add_command(below, "stats", _stats, text)
    _add_what(stats)
    add_filters_to(stats)
    campaign_run.add_to(below)
    campaign_probe.add_to(below)
    campaign_notify.add_to(below)
    campaign_rules.add_to(below)
    text = "work out ahead who is left and why, for the console, which shows it at once"
    add_command(below, "prepare", _prepare, text)


def _prepare(options: argparse.Namespace) -> int:
    from alpheus.campaign.prepared import prepare  # noqa: PLC0415 - keeps --help fast

    if hasattr(os, "nice"):
        os.nice(10)
    with open_place(options) as database:
        made = prepare(database)
    say(f"{made.remaining.left:,} of {made.remaining.ever:,} servers are left, as of {made.made}")
    return 0


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", choices=BY, default=None, help="one table, by this")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how (default: text)")
    parser.add_argument(
        "--svg", type=path, default=None, metavar="FILE", help="a picture for print, as SVG"
    )
    parser.add_argument("--png", type=path, default=None, metavar="FILE", help="the same as PNG")
    parser.add_argument(
        "--html", type=path, default=None, metavar="FILE", help="a page of its own, for print too"
    )
    parser.add_argument(
        "--window", type=days, default=14, metavar="DAYS",
        help="days over which the decline is measured (default: 14)",
    )  # fmt: skip
    parser.add_argument(
        "--within", type=days, default=14, metavar="DAYS",
        help="days within which a fix counts for a notice (default: 14)",
    )  # fmt: skip


def _stats(options: argparse.Namespace) -> int:
    from alpheus.campaign.service import Campaign  # noqa: PLC0415 - keeps --help fast
    from alpheus.cases.expiry import Expiry  # noqa: PLC0415 - as above

    with open_place(options) as database:
        Expiry(database)(service(database).now)
        _write(Campaign(database), filters_of(options), options)
    return 0


def _write(campaign: Campaign, filters: Filters, options: argparse.Namespace) -> None:
    """One table, or all of it; pictures and pages beside."""
    pictures = [one for one in (options.svg, options.png, options.html) if one is not None]
    whole = None
    if pictures or (options.by is None and options.format != "csv"):
        whole = campaign.overview(filters, window=options.window, within=options.within)
    if whole is not None:
        _write_files(whole, options)
    if options.by is None and options.format != "csv":
        _print_whole(whole, options.format)
    else:
        _print_table(campaign, filters, options.by or "", options.format)


def _print_whole(whole: Overview | None, form: str) -> None:
    import msgspec  # noqa: PLC0415 - keeps --help fast

    from alpheus.campaign.text import overview_lines  # noqa: PLC0415 - as above

    if whole is None:
        return
    with standard_output(exact=form == "json") as stream:
        if form == "json":
            stream.write(msgspec.json.format(msgspec.json.encode(whole)).decode() + "\n")
            return
        for line in overview_lines(whole):
            stream.write(line + "\n")


def _print_table(campaign: Campaign, filters: Filters, by: str, form: str) -> None:
    import msgspec  # noqa: PLC0415 - keeps --help fast

    from alpheus.campaign import tables, text  # noqa: PLC0415 - as above

    with standard_output(exact=form != "text") as stream:
        if by == "day":
            series = campaign.series(filters)
            if form == "csv":
                tables.write_series(series, stream)
                return
            found: object = series
            lines = text.series_lines(series)
        else:
            counts = campaign.counts(by, filters)
            if form == "csv":
                tables.write_counts(counts, stream)
                return
            found, lines = counts, text.counts_lines(counts)
        if form == "json":
            stream.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
            return
        for line in lines:
            stream.write(line + "\n")


def _write_files(whole: Overview, options: argparse.Namespace) -> None:
    from alpheus.campaign.files import (  # noqa: PLC0415 - keeps --help fast
        write_html,
        write_png,
        write_svg,
    )

    for write, place in (
        (write_svg, options.svg), (write_png, options.png), (write_html, options.html),
    ):  # fmt: skip
        if place is not None:
            write(whole, place)
            _tell(place)


def _tell(place: Path) -> None:
    say(f"written: {place}")
