"""`alpheus serve`: the console and its HTTP API, in a browser."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from alpheus.cli.arguments import bound, path
from alpheus.cli.case_common import add_database_to
from alpheus.cli.output import say

PORT = 8443
_LAST_PORT = 65_535


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "serve",
        help="the console: a clean-up on one screen, in a browser",
        description="Serve the console and its HTTP API. Only this machine reaches it unless "
        "--host says otherwise, and then it demands TLS or a named proxy. The first start prints "
        "a link that makes an administrator, once.",
    )
    parser.set_defaults(run=_run)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=_port, default=PORT, help=f"port to listen at (default: {PORT}; 0: any)"
    )
    add_database_to(parser, "; made where there is none")
    _add_safety(parser)
    parser.add_argument(
        "--uploads", type=path, default=Path("alpheus-uploads"), metavar="FOLDER",
        help="where evidence lies while it is read (default: alpheus-uploads in this folder)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=bound, default=1, metavar="N", help="processes that serve (default: 1)"
    )
    notify = os.environ.get("ALPHEUS_NOTIFY", "")
    parser.add_argument(
        "--notify", type=path, metavar="FILE", default=Path(notify) if notify else None,
        help="who writes notices, and how (default: ALPHEUS_NOTIFY; else no notices are planned)",
    )  # fmt: skip
    parser.add_argument(
        "--oidc", type=path, metavar="FILE",
        help="let people sign in at a provider of identities that this file names (YAML: issuer, "
        "client, roles); the client's secret is in ALPHEUS_OIDC_SECRET",
    )  # fmt: skip


def _add_safety(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--certificate", type=path, metavar="FILE", help="serve by TLS with this certificate (PEM)"
    )
    parser.add_argument("--key", type=path, metavar="FILE", help="its private key (PEM)")
    parser.add_argument(
        "--proxy", action="append", default=[], metavar="NETWORK",
        help="address or network of a proxy in front that speaks TLS; it alone is answered, and "
        "its X-Forwarded-For and X-Forwarded-Proto are believed (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--public-url", default="", metavar="URL",
        help="where browsers find the console; what asks for another name is refused",
    )  # fmt: skip


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"'{text}' is not a port from 0 to {_LAST_PORT}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    from alpheus.web.oidc_file import read_oidc  # noqa: PLC0415 - keeps --help fast
    from alpheus.web.serving import serve  # noqa: PLC0415 - as above
    from alpheus.web.settings import Settings  # noqa: PLC0415 - as above

    serve(
        options.database,
        Settings(
            host=options.host, port=options.port, certificate=options.certificate, key=options.key,
            proxies=tuple(options.proxy), public_url=options.public_url, uploads=options.uploads,
            notify=options.notify, workers=options.workers,
            oidc=read_oidc(options.oidc) if options.oidc else None,
        ),
        say,
    )  # fmt: skip
    return 0
