"""Show the console: `python -m tools.demo_console FOLDER --database FILE --notify FILE`.

FOLDER is made anew; the database is copied into it, so that the one of the campaign stays as it is.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tools.demo_console.filling import Person, copy, fill, told, work_out

from alpheus.cases.database import open_database
from alpheus.errors import AlpheusError
from alpheus.notify.settings import read_settings

HOST = "127.0.0.1"
_ADDRESS = re.compile(r"the console is at (\S+)")


def main() -> int:
    """Serve until somebody says to stop; 3 where it cannot begin, else the status of the server."""
    options = _options()
    folder: Path = options.folder
    place = folder / "cases.db"
    try:
        settings = read_settings(options.notify)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        copy(options.database, place)
        with open_database(place) as database:
            work_out(database, options.database.with_name("directory"))
            print("Planning notices …", flush=True)
            people = fill(database, settings)
    except (AlpheusError, OSError) as error:
        print(f"demo_console: {error}", file=sys.stderr)
        return 3
    command = [
        sys.executable, "-m", "tools.demo_console.serve", "--host", HOST,
        "--port", str(free(options.port)), "--database", str(place),
        "--notify", str(options.notify), "--uploads", str(folder / "uploads"),
    ]  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with subprocess.Popen(  # noqa: S603 - this program
        command, stderr=subprocess.PIPE, text=True, process_group=0
    ) as server:
        try:
            _attend(server.stderr or (), people, folder / "console.log")
        except KeyboardInterrupt:
            server.terminate()
            print("\nThe console has ended.")
        return server.wait()


def free(port: int) -> int:
    """The port where nobody listens, else 0: any."""
    with closing(socket.socket()) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, port))
        except OSError:
            return 0
    return port


def _attend(said: Iterable[str], people: tuple[Person, ...], log: Path) -> None:
    """Say where it is once it is there; what it says goes into a file, until then here as well."""
    is_there = False
    with log.open("w", encoding="utf-8") as kept:
        for line in said:
            print(line, end="", file=kept, flush=True)
            if match := _ADDRESS.search(line):
                is_there = True
                print("", *told(match.group(1), people), sep="\n", flush=True)
            elif not is_there:
                print(line, end="", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo_console", description=__doc__)
    parser.add_argument("folder", type=Path, help="where it all lies; made anew")
    parser.add_argument("--database", type=Path, required=True, help="a campaign (SQLite)")
    parser.add_argument("--notify", type=Path, required=True, help="who writes notices, and how")
    parser.add_argument("--port", type=int, default=8443, help="another, where it is taken")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
