"""Sockets that listen on the loopback device, and nowhere else."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from alpheus.errors import UsageError
from alpheus.lab.internet.mix import Mix
from alpheus.lab.internet.packet_filter import attach, program

_SO_BINDTODEVICE = 25
_BACKLOG = 4096


@dataclass(frozen=True, slots=True)
class Listeners:
    """Open sockets, the port they share, and remarks on what this system could not do."""

    sockets: tuple[socket.socket, ...]
    port: int
    remarks: tuple[str, ...]


def is_loopback(address: str) -> bool:
    """Whether a peer is this machine."""
    return address.startswith(("127.", "::ffff:127.")) or address == "::1"


def listen(port: int, seed: int, mix: Mix, *, shared: bool = False) -> Listeners:
    """Listen on all of 127.0.0.0/8 and on ::1; port 0 means a free one.

    `shared` lets several processes listen on the same port. Raises UsageError if it is taken.
    """
    remarks: list[str] = []
    first = _socket(socket.AF_INET, shared=shared)
    try:
        first.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, b"lo\0")
        everywhere = "0.0.0.0"  # noqa: S104 - of the loopback device, to which it is bound
    except (OSError, AttributeError):
        everywhere = "127.0.0.1"
        remarks.append("only 127.0.0.1 answers: this system binds no socket to a device")
    if not attach(first, program(seed, mix)):
        remarks.append("black holes accept and stay silent: this system filters no packets")
    try:
        first.bind((everywhere, port))
    except OSError as error:
        first.close()
        raise UsageError(f"cannot listen on port {port}: {error.strerror}") from error
    first.listen(_BACKLOG)
    port = first.getsockname()[1]
    sockets = [first]
    second = _listen_on_six(port, shared=shared)
    if second is None:
        remarks.append("::1 does not answer: no IPv6 here, or the port is taken")
    else:
        sockets.append(second)
    return Listeners(tuple(sockets), port, tuple(remarks))


def _listen_on_six(port: int, *, shared: bool) -> socket.socket | None:
    try:
        listener = _socket(socket.AF_INET6, shared=shared)
    except OSError:
        return None
    try:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(("::1", port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        return None
    return listener


def _socket(family: socket.AddressFamily, *, shared: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.settimeout(0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Passed on to what is accepted: an answer does not wait for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return listener
