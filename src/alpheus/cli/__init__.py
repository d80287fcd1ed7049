"""The command line: parses arguments, calls the rooms, prints. Nothing heavy is imported here."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from alpheus import __version__
from alpheus.cli import (
    audit,
    baseline,
    build,
    campaign,
    case,
    clean,
    collect,
    custody,
    directory,
    engine,
    hunt,
    import_,
    indicators,
    lab,
    notify,
    pack,
    probe,
    retriage,
    rules,
    serve,
    share,
    triage,
    webshell,
)
from alpheus.cli.output import drop_output, mend_streams, say
from alpheus.cli.parser import Parser
from alpheus.errors import AlpheusError

COMMANDS = (
    triage, retriage, share, hunt, collect, clean, custody, webshell, baseline, rules, pack,
    indicators, build, probe, import_, directory, case, notify, campaign, engine, serve, audit, lab,
)  # fmt: skip
"""One module per command, in the order in which help lists them."""

INTERRUPTED = 130


def build_parser(word: str = "") -> argparse.ArgumentParser:
    """The whole command line; also the source of the reference in the documentation.

    Where `word` is the name of a command, only that one is in it: whoever asks for one waits for
    no other. All else that is said is the same.
    """
    parser = Parser(
        prog="alpheus",
        description="From the evidence of a mass compromise to a verdict that can be defended.",
        epilog="Start with: alpheus triage EVIDENCE",
    )
    parser.add_argument("--version", action="version", version=f"alpheus {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    named = [one for one in COMMANDS if one.__name__.rpartition(".")[2].rstrip("_") == word]
    for command in named or COMMANDS:
        command.add_to(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Every failure is one clear line on stderr."""
    mend_streams()
    words = sys.argv[1:] if arguments is None else arguments
    options = build_parser(words[0] if words else "").parse_args(words)
    # numpy would start threads for linear algebra, of which there is none here.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if arguments is None:  # the process is ours, and what it starts
        # Python would look for its modules in the current folder first, and that may be evidence.
        os.environ["PYTHONSAFEPATH"] = "1"
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except AlpheusError as error:
        say(error)
        return error.exit_status
    except KeyboardInterrupt:
        say("interrupted; nothing half-written was left behind")
        # CPython ends `python -m` by SIGINT, not with a status, if the interrupt passed through
        # an `exec` of text; the next one makes it forget that.
        exec("")  # noqa: S102 - of nothing
        return INTERRUPTED
    except BrokenPipeError:
        drop_output()
        return 0
    return status
