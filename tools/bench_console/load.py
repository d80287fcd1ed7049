"""People who ask: one by one, all at once, or so many questions a second."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tools.bench_console.addresses import OWN, Page
from tools.bench_console.browser import BrokenError, Browser
from tools.bench_console.figures import Times

Found = dict[str, Times]
"""What answers took, by the names of pages."""

_PATIENCE = 30.0
_LAST_OK = 399


@dataclass(slots=True)
class User:
    """Somebody with a connection: a person with an account, and an organisation with a code.

    Both are headers; `server` is one of the organisation's.
    """

    browser: Browser
    account: str
    owner: str
    server: int

    async def ask(self, page: Page, address: str, times: Times, since: float = 0.0) -> None:
        """Ask for an address, and take down what it took since then, or since now."""
        begin = since or time.perf_counter()
        headers = self.owner if page.by_owner else self.account
        address = address.replace(OWN, str(self.server))
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self.browser.get(address, headers)
        except (TimeoutError, BrokenError, OSError) as error:
            self.browser.close()
            times.errors.append(f"{address}: {error!r}")
            return
        if answer.status > _LAST_OK:
            times.errors.append(f"{address}: {answer.status}")
        times.seconds.append(time.perf_counter() - begin)


async def alone(users: Sequence[User], page: Page, times: Times, count: int) -> None:
    """One question after the other."""
    for number in range(count):
        address = page.addresses[number % len(page.addresses)]
        await users[number % len(users)].ask(page, address, times)


async def together(users: Sequence[User], pages: Sequence[Page], seconds: float) -> Found:
    """Everybody asks for one page after the other, without a pause, each page as often."""
    found: Found = defaultdict(Times)
    end = time.perf_counter() + seconds

    async def go(number: int, user: User) -> None:
        chance = random.Random(number)  # noqa: S311 - it is to be the same
        while True:
            order = list(pages)
            chance.shuffle(order)
            for page in order:
                if time.perf_counter() >= end:
                    return
                await user.ask(page, chance.choice(page.addresses), found[page.name])

    await asyncio.gather(*(go(number, user) for number, user in enumerate(users)))
    return found


async def steadily(
    users: Sequence[User],
    pages: Sequence[Page],
    seconds: float,
    rate: float,
    look: Callable[[float], Awaitable[None]] | None = None,
) -> Found:
    """So many questions a second, however long answers take; `look` is called every second.

    A question that finds nobody free waits, and that counts.
    """
    found: Found = defaultdict(Times)
    chance = random.Random(0)  # noqa: S311 - it is to be the same
    free: asyncio.Queue[User] = asyncio.Queue()
    for user in users:
        free.put_nowait(user)
    under_way: set[asyncio.Task[None]] = set()

    async def go(page: Page, due: float) -> None:
        user = await free.get()
        try:
            await user.ask(page, chance.choice(page.addresses), found[page.name], due)
        finally:
            free.put_nowait(user)

    begin = time.perf_counter()
    for number in range(int(seconds * rate)):
        due = begin + number / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        task = asyncio.create_task(go(chance.choice(pages), due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        if look is not None and number % max(int(rate), 1) == 0:
            await look(due - begin)
    await asyncio.gather(*under_way)
    return found
