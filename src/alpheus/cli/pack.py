"""`alpheus pack`: packs of knowledge, one for each campaign."""

from __future__ import annotations

import argparse

from alpheus.cli import pack_author, pack_bundle


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "pack",
        help="packs of knowledge: write and check them, install them out of signed bundles",
        description="A pack is a folder of data: what a campaign is, its rules and what to do.",
    )
    below = parser.add_subparsers(dest="do", metavar="COMMAND", required=True)
    pack_author.add_to(below)
    pack_bundle.add_to(below)
