"""`alpheus lab internet`: simulated servers to probe, on the loopback device."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "internet"
_PORT = 8443
_HOSTS = 1000


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the test internet."""
    group = parser.add_argument_group(
        "a test internet (alpheus lab internet)",
        "Stands for thousands of mail servers on the loopback device, for the probe to ask; "
        "nothing outside this machine can reach it. Runs until it is interrupted.",
    )
    group.add_argument("--port", type=int, metavar="N", help=f"default: {_PORT}; 0: a free one")
    group.add_argument("--mix", metavar="NAME", help="what it is made of (default: march-2021)")
    group.add_argument(
        "--day", type=int, metavar="N",
        help="the same servers so many days later: most patched, some gone, new or open again",
    )  # fmt: skip
    group.add_argument(
        "--hosts", type=int, metavar="N", help=f"how many (default: {_HOSTS}, or one of every kind)"
    )
    group.add_argument("--targets", type=Path, metavar="FILE", help="write the addresses there")
    group.add_argument("--truth", type=Path, metavar="FILE", help="write what is true, JSON lines")
    group.add_argument(
        "--scope-file", type=Path, metavar="FILE", help="write a scope that allows to ask them"
    )
    group.add_argument(
        "--access-log", type=Path, metavar="FILE", help="write what is asked, JSON lines"
    )
    group.add_argument("--back-end-port", type=int, metavar="N", help="back ends listen there")
    group.add_argument("--smtp-port", type=int, metavar="N", help="mail ports listen there")
    group.add_argument("--workers", type=int, metavar="N", help="processes (default: 1)")


def run(options: argparse.Namespace) -> int:
    """Write the files, say that it is ready, and answer until a signal comes."""
    from alpheus.errors import UsageError  # noqa: PLC0415 - keeps --help fast
    from alpheus.lab.internet import Server, files, mix_on, workers  # noqa: PLC0415 - as above
    from alpheus.lab.internet.transports import Credentials  # noqa: PLC0415 - as above
    from alpheus.lab.internet.turns import Turns  # noqa: PLC0415 - as above

    mix = mix_on(options.mix or "march-2021", options.day or 0)
    count = 1 if options.workers is None else options.workers
    if count < 1:
        raise UsageError("--workers needs a number of 1 or more")
    hosts = options.hosts
    if hosts is None:
        hosts = len(mix.turn) if mix.in_turn else _HOSTS
    port = _PORT if options.port is None else options.port
    if count > 1 and 0 in {port, options.back_end_port, options.smtp_port}:
        raise UsageError("a port of 0 gives each of several workers another one")
    if options.truth:
        files.write_truth(options.truth, mix, hosts, options.seed)
    turns, credentials = Turns(), Credentials(options.seed)
    credentials.prepare(mix)

    def make() -> Server:
        return Server(
            port,
            mix,
            options.seed,
            back_end_port=options.back_end_port,
            smtp_port=options.smtp_port,
            access_log=options.access_log,
            shared=count > 1,
            credentials=credentials,
            turns=turns,
        )

    def ready(server: Server) -> None:
        ports = {"web": server.port, "back_end": server.back_end_port, "smtp": server.smtp_port}
        if options.targets:
            files.write_targets(options.targets, mix, hosts)
        if options.scope_file:
            files.write_scope(options.scope_file, ports)
        for remark in server.remarks:
            print(remark, file=sys.stderr)
        name = f"{mix.name}, day {mix.day}" if mix.day else mix.name
        print(f"ready: {name}, {hosts:,} hosts, port {server.port}", flush=True)

    workers.run_until_signal(make, count, ready)
    return 0
