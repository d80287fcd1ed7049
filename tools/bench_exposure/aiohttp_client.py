"""The peer of `probe`: an aiohttp client that does the GETs of a plan, and nothing else.

    python aiohttp_client.py PLAN LIMIT

PLAN is JSON: per host the connections, each a list of URLs. Ends with an
error if an answer is missing. Runs under an interpreter that has aiohttp; imports nothing of ours.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import warnings
from pathlib import Path

import aiohttp


def lax() -> ssl.SSLContext:
    """A context that trusts everybody and speaks old TLS too."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


async def get_all(plan: list[list[list[str]]], limit: int) -> int:
    """Every connection of every host, the hosts side by side; how many answers came."""
    context = lax()
    timeout = aiohttp.ClientTimeout(total=30)
    hosts = iter(plan)
    answers = 0
    # A connection for one GET is closed after it; the others are kept for the next GET.
    one = aiohttp.TCPConnector(limit=0, ssl=context, force_close=True)
    several = aiohttp.TCPConnector(limit=0, ssl=context, keepalive_timeout=1)
    async with (
        aiohttp.ClientSession(connector=one, timeout=timeout) as single,
        aiohttp.ClientSession(connector=several, timeout=timeout) as kept,
    ):

        async def work() -> None:
            nonlocal answers
            for connections in hosts:
                for urls in connections:
                    session = single if len(urls) == 1 else kept
                    for url in urls:
                        try:
                            async with session.get(url, allow_redirects=False) as response:
                                await response.read()
                                answers += 1
                        except (TimeoutError, aiohttp.ClientError):
                            break

        await asyncio.gather(*(work() for _ in range(limit)))
    return answers


def main() -> None:
    """Do the plan."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    wanted = sum(len(urls) for connections in plan for urls in connections)
    answers = asyncio.run(get_all(plan, int(sys.argv[2])))
    if answers < wanted:
        sys.exit(f"{answers:,} answers of {wanted:,}: nothing to compare with")


if __name__ == "__main__":
    main()
