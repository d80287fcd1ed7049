"""Where the units of a campaign run are done: on this machine, or on the workers of a cluster."""

from __future__ import annotations

import argparse
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import bound, path
from alpheus.cli.output import say
from alpheus.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alpheus.engine import Engine
    from alpheus.fleet.model import Result, Unit
    from alpheus.fleet.reading import Triaging

LOCAL = "local"
CERTS = "ALPHEUS_CERTS"
_FOLDER = "alpheus-certs"
_MEMORY = 4_096
_SECONDS = 4 * 3_600


def add_engine_to(parser: argparse.ArgumentParser) -> None:
    """Where, and how much a unit may take there."""
    where = parser.add_argument_group("where packages are read")
    where.add_argument(
        "--engine", default=LOCAL, metavar="WHERE",
        help="local, or the scheduler of a cluster, such as tls://scheduler:8786 (default: local)",
    )  # fmt: skip
    where.add_argument(
        "--workers", type=bound, default=None, metavar="N",
        help="processes of this machine that read (default: one per processor)",
    )  # fmt: skip
    add_certs_to(where, "driver")
    limits = parser.add_argument_group("limits of each package")
    limits.add_argument(
        "--max-memory", type=bound, default=_MEMORY, metavar="MB",
        help=f"memory of a process that reads (default: {_MEMORY:,})",
    )  # fmt: skip
    limits.add_argument(
        "--max-cpu", type=bound, default=_SECONDS, metavar="SECONDS",
        help=f"of a processor (default: {_SECONDS:,})",
    )  # fmt: skip
    limits.add_argument(
        "--max-seconds", type=bound, default=2 * _SECONDS, metavar="SECONDS",
        help=f"by the clock (default: {2 * _SECONDS:,})",
    )  # fmt: skip


def add_certs_to(parser: argparse._ActionsContainer, role: str) -> None:
    """The certificates of a role on a cluster."""
    parser.add_argument(
        "--certs", type=path, metavar="FOLDER", default=Path(os.environ.get(CERTS, "") or _FOLDER),
        help=f"certificates of a {role}, made by alpheus engine certs (default: {CERTS}, or "
        f"{_FOLDER} in this folder)",
    )  # fmt: skip


@contextmanager
def engine_of(options: argparse.Namespace, triaging: Triaging) -> Iterator[Engine[Unit, Result]]:
    """The engine that was asked for. Raises UsageError, EngineError, KnowledgeError."""
    from alpheus.engine import Bounds  # noqa: PLC0415 - keeps --help fast

    bounds = Bounds(options.max_memory << 20, options.max_cpu, options.max_seconds)
    if options.engine == LOCAL:
        from functools import partial  # noqa: PLC0415 - as above

        from alpheus.engine import LocalEngine  # noqa: PLC0415 - as above

        ready = partial(triaging.reader, triaging.prepared())
        yield LocalEngine(triaging, options.workers or os.cpu_count() or 1, ready, bounds)
        return
    from alpheus.engine.certs import Role, read  # noqa: PLC0415 - as above
    from alpheus.engine.cluster import DaskEngine  # noqa: PLC0415 - as above
    from alpheus.fleet.content import knowledge_version  # noqa: PLC0415 - as above
    from alpheus.fleet.remote import TriageOrder  # noqa: PLC0415 - as above

    order = TriageOrder(triaging, knowledge_version(), bounds.memory)
    certificates = read(options.certs, Role.DRIVER)
    with DaskEngine(options.engine, certificates, order, bounds, say=say) as engine:
        yield engine


def check_engine(options: argparse.Namespace) -> None:
    """Before anything is read: whether the engine can be meant. Raises UsageError."""
    if options.engine == LOCAL:
        return
    from alpheus.engine.address import scheduler_address  # noqa: PLC0415 - keeps --help fast

    options.engine = scheduler_address(options.engine)
    if options.workers:
        raise UsageError(
            "--workers is of this machine; on a cluster each worker says how many seats it has"
        )
