"""A test internet for tests: it runs in a thread, on a free port of the loopback device."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alpheus.lab.internet import Behaviour, Server, Truth, address_of, behaviour_of, mix_on, truth


class Internet:
    """A running one. `server.log` has what was asked; `port` is where."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.port = server.port

    def address(self, kind: str, turn: int = 0) -> str:
        """Where a kind stands (mix `every-kind`)."""
        return address_of(kind, self.server.mix, turn=turn)

    def behaviour(self, address: str) -> Behaviour:
        """Which server an address is."""
        return behaviour_of(address, self.server.seed, self.server.mix)

    def truth(self, address: str) -> Truth:
        """What is true of it."""
        return truth(self.behaviour(address))

    def addresses(self, hosts: int | None = None) -> list[str]:
        """So many addresses; without a number each kind once (mix `every-kind`)."""
        return list(self.server.mix.addresses(hosts or len(self.server.mix.turn)))


@contextmanager
def running(
    mix: str = "every-kind",
    seed: int = 1,
    *,
    back_end: bool = False,
    smtp: bool = False,
    access_log: Path | None = None,
    day: int = 0,
) -> Iterator[Internet]:
    """Run one while the block lasts; `back_end` and `smtp` open the two other ports."""
    server = Server(
        0,
        mix_on(mix, day),
        seed,
        back_end_port=0 if back_end else None,
        smtp_port=0 if smtp else None,
        access_log=access_log,
        keep_heads=True,
    )
    thread = threading.Thread(target=server.run, name="internet", daemon=True)
    thread.start()
    try:
        yield Internet(server)
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()
