"""`alpheus engine`: a cluster whose workers read packages, and its certificates."""

from __future__ import annotations

import argparse
import os

from alpheus.cli.arguments import bound, command_of, days, path
from alpheus.cli.campaign_engine import add_certs_to
from alpheus.cli.output import say
from alpheus.cli.tidying import tidy
from alpheus.errors import EngineError, OutputError

_DAYS = 90
_MEMORY = 4_096
_MISSING = (
    "a cluster needs Dask distributed, which is not installed; run: pip install 'alpheus[cluster]'"
)


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and those below it."""
    parser = commands.add_parser(
        "engine",
        help="let many machines read packages: certificates, scheduler, workers",
        description="A cluster of machines for alpheus campaign run: one scheduler, and workers "
        "that need the program and read access to the packages. Every connection is by mutual "
        "TLS; whoever has no certificate of the cluster's own authority is refused.",
    )
    below = parser.add_subparsers(dest="engine_command", metavar="COMMAND", required=True)
    certs = command_of(
        below, "certs", _certs, "make the certificates of a cluster",
        " FOLDER gets one folder for each role; give each machine that of its role, and keep the "
        "folder authority where nobody else comes.",
    )  # fmt: skip
    certs.add_argument("folder", type=path, metavar="FOLDER", help="a new folder")
    certs.add_argument(
        "--days", type=days, default=_DAYS, metavar="DAYS",
        help=f"how long they are valid (default: {_DAYS})",
    )  # fmt: skip
    certs.add_argument(
        "--renew", action="store_true",
        help="new certificates by the authority that is in FOLDER already",
    )  # fmt: skip
    scheduler = command_of(
        below, "scheduler", _scheduler, "be the scheduler of a cluster, until told to end"
    )
    scheduler.add_argument(
        "--listen", default="0.0.0.0:8786", metavar="ADDRESS",
        help="address and port (default: 0.0.0.0:8786)",
    )  # fmt: skip
    add_certs_to(scheduler, "scheduler")
    worker = command_of(
        below, "worker", _worker, "read packages for a cluster, until told to end",
        " A worker that loses its scheduler looks for it again.",
    )  # fmt: skip
    worker.add_argument(
        "scheduler", metavar="SCHEDULER", help="its address, such as tls://scheduler:8786"
    )
    worker.add_argument(
        "--seats", type=bound, default=None, metavar="N",
        help="packages that are read at once (default: one per processor)",
    )  # fmt: skip
    worker.add_argument(
        "--memory", type=bound, default=None, metavar="MB",
        help=f"memory for all of them (default: {_MEMORY:,} for each seat)",
    )  # fmt: skip
    add_certs_to(worker, "worker")


def _certs(options: argparse.Namespace) -> int:
    from alpheus.engine.certs import make  # noqa: PLC0415 - keeps --help fast

    try:
        made = make(options.folder, days=options.days, renew=options.renew)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{options.folder}: {reason}; name a folder that can be made") from None
    for one in made:
        say(f"{options.folder / one.role.value}: for each {one.role.value}")
    say(f"valid until {made[0].ends:%Y-%m-%d %H:%M} UTC; then: alpheus engine certs "
        f"{options.folder} --renew")  # fmt: skip
    say(f"keep {options.folder / 'authority'} where nobody else comes: who has it is let in")
    return 0


def _scheduler(options: argparse.Namespace) -> int:
    from alpheus.engine.address import host_and_port  # noqa: PLC0415 - keeps --help fast
    from alpheus.engine.certs import Role, read  # noqa: PLC0415 - as above

    host_and_port(options.listen)
    credentials = read(options.certs, Role.SCHEDULER)
    try:
        from alpheus.engine.services import run_scheduler  # noqa: PLC0415 - an extra
    except ImportError:
        raise EngineError(_MISSING) from None
    run_scheduler(options.listen, credentials, say)
    return 0


def _worker(options: argparse.Namespace) -> int:
    from alpheus.engine.address import scheduler_address  # noqa: PLC0415 - keeps --help fast
    from alpheus.engine.certs import Role, read  # noqa: PLC0415 - as above
    from alpheus.fleet.content import knowledge_version  # noqa: PLC0415 - as above

    address = scheduler_address(options.scheduler)
    credentials = read(options.certs, Role.WORKER)
    try:
        from alpheus.engine.services import run_worker  # noqa: PLC0415 - an extra
    except ImportError:
        raise EngineError(_MISSING) from None
    tidy()
    seats = options.seats or os.cpu_count() or 1
    memory = (options.memory or _MEMORY * seats) << 20
    run_worker(address, credentials, seats, memory, knowledge_version(), say)
    return 0
