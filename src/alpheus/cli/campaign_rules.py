"""`alpheus campaign rules`: Sigma and YARA made of the shell families of a fleet."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, path
from alpheus.cli.case_common import Below, add_command, open_place
from alpheus.cli.output import say
from alpheus.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TLP = ("clear", "green", "amber", "amber+strict", "red")
_LARGEST = 1 << 20
_MOST = 20_000


def add_to(below: Below[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    rules = add_command(
        below, "rules", _rules,
        "make YARA and Sigma rules of web shells that were found on several servers",
        " A family is pages of one structure. Its YARA rule quotes a few short pieces of code that "
        "all its pages share, its Sigma rule their names. Both are experimental: they name no "
        "victim and no secret, and say of how many servers they were made. Check them with "
        "alpheus rules check, and on clean pages of your own (--clean).",
    )  # fmt: skip
    rules.add_argument(
        "-o", "--output", type=path, required=True, metavar="FOLDER", help="where rules are put"
    )
    rules.add_argument(
        "--least", type=bound, default=2, metavar="N", help="on so many servers (default: 2)"
    )
    rules.add_argument(
        "--tlp", choices=TLP, default="amber",
        help="to whom they may be told, written into them (default: amber)",
    )  # fmt: skip
    rules.add_argument(
        "--clean", type=path, action="append", default=[], metavar="FOLDER",
        help="pages that no rule may match; what would is left to hashes (repeatable)",
    )  # fmt: skip
    rules.add_argument(
        "--password", action="append", default=[], metavar="WORD",
        help="for packages that are locked (repeatable)",
    )  # fmt: skip


def _rules(options: argparse.Namespace) -> int:
    from alpheus.fleet.families import families  # noqa: PLC0415 - keeps --help fast
    from alpheus.knowledge.shared.model import Tlp  # noqa: PLC0415 - as above
    from alpheus.sharing.family_rules import rules_of  # noqa: PLC0415 - as above

    tlp = Tlp.of(options.tlp) or Tlp.AMBER
    clean = [content for folder in options.clean for content in _contents(folder)]
    made = 0
    with open_place(options) as database:
        for found in families(database, least=options.least, passwords=options.password):
            rules = rules_of(found.family, tlp, datetime.now(UTC), clean)
            _write(options.output, f"{rules.name}.yar", rules.yara)
            if rules.sigma:
                _write(options.output, f"{rules.name}.yml", rules.sigma)
            made += 1
            say(_told(rules.name, found.family.servers, rules.pieces, sigma=bool(rules.sigma)))
            for one in found.unread[:3]:
                say(f"{rules.name}: not read again: {one}")
    if not made:
        say(f"no web shell was found on {options.least} servers or more")
        return 0
    say(f"written: {options.output}; check them: alpheus rules check {options.output}")
    return 0


def _told(name: str, servers: int, pieces: Sequence[str], *, sigma: bool) -> str:
    by = f"by {len(pieces)} pieces of code" if pieces else "by hashes alone"
    return f"{name}: {servers:,} servers; YARA {by}; {'Sigma by names' if sigma else 'no Sigma'}"


def _contents(folder: Path) -> Iterator[bytes]:
    """The files below a folder, as far as pages are as large."""
    files = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    for file in files[:_MOST]:
        with file.open("rb") as stream:
            yield stream.read(_LARGEST)


def _write(folder: Path, name: str, text: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{folder / name}: cannot be written: {why}") from None
