"""The limit of `probe`: TLS handshakes alone, through Python's `ssl`, one after the other.

    python -m tools.bench_exposure.handshakes TARGETS PORT

Each is a connection with a handshake as ours begins it, and no request.
"""

from __future__ import annotations

import socket
import ssl
import sys
from pathlib import Path

from alpheus.exposure.tls import lax_context


def shake(address: str, port: int) -> None:
    """One connection and its handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with socket.create_connection((address, port), 10) as plain:
        tls = lax_context(wide=False).wrap_bio(incoming, outgoing)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                incoming.write(plain.recv(1 << 14))
                continue
            plain.sendall(outgoing.read())
            return


def main() -> None:
    """As many as there are targets."""
    for address in Path(sys.argv[1]).read_text("ascii").split():
        shake(address, int(sys.argv[2]))


if __name__ == "__main__":
    main()
