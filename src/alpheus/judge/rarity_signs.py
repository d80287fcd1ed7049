"""The signs by which a rare page is weighed, each with its points and its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from alpheus.detect.model import PageUse
from alpheus.detect.page_detail import PageDetails
from alpheus.detect.page_use import is_internal
from alpheus.judge.rarity_site import MOST_CLIENTS, Site
from alpheus.scan.tally import Numbers

FEW_CLIENTS = 3
MANY_OTHERS = 10
_MACHINE = re.compile(
    r"^(?:python|curl|wget|go-http|java/|okhttp|apache-http|libwww|perl|ruby|powershell|"
    r"mozilla/5\.0[+ ]\(windows[^)]*\)[+ ]windowspowershell|axios|node|php|winhttp|httpclient|"
    r"antsword|behinder|godzilla|test|\W*$)",
    re.IGNORECASE,
)
_CALLED_BY_PROGRAMS = (".asmx", ".svc", ".soap")
_CONTENT_FOLDER = re.compile(
    r"/(?:images?|img|pics?|pictures|photos|icons?|css|styles?|themes|app_themes|js|scripts?|fonts?"
    r"|uploads?|userfiles|attachments?|files|media|assets|static|te?mp)/(?:[^/]+/)*[^/]+$"
)
_HOUR = timedelta(hours=1)
_VARIES = 2_000
_LONG_QUERY = 200
_REGULAR_DAYS = 7
_SHORT = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Sign:
    """One observation: what it adds or takes away, and how it reads in the detail."""

    points: int
    says: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page that may be rare: its use, the particulars of it, and what its clients ask else.

    `elsewhere` counts the ordinary pages that any of its clients asked for.
    """

    use: PageUse
    details: PageDetails
    elsewhere: int

    @property
    def served(self) -> int:
        """Requests answered 2xx."""
        return sum(count for (_, status), count in self.use.answers.items() if 200 <= status < 300)

    @property
    def commands(self) -> int:
        """Requests that carried something: POST, or any other with a query."""
        return self.details.posts + self.details.queries

    @property
    def blind(self) -> int:
        """POSTs by clients that had not looked at the page before."""
        return sum(v.posts for v in self.details.visitors.values() if v.posts_blindly)

    @property
    def scattered(self) -> bool:
        """Whether more addresses than a few came, each only a few times."""
        return len(self.details.visitors) > FEW_CLIENTS


def signs(page: Page, site: Site) -> list[Sign]:
    """Everything that speaks for or against a shell, the strongest first."""
    found = [
        *_clients(page, site), *_commands(page), *_referers(page, site), *_names(page, site),
        *_time(page, site), *_gone(page), *_sizes(page), *_place(page),
    ]  # fmt: skip
    return sorted(found, key=lambda sign: -sign.points)


def is_new(page: Page, site: Site) -> bool:
    """Whether the page was first answered some time after the log begins, or was missing before."""
    use = page.use
    if use.first is None or site.start is None:
        return False
    missed = use.missing_first is not None and use.missing_first < use.first
    return missed or use.first - site.start >= max(site.span / 20, _HOUR)


def is_gone(use: PageUse) -> bool:
    """Whether the page was answered at first and missing at last."""
    return use.last is not None and use.missing_last is not None and use.missing_last > use.last


def is_steady(page: Page, site: Site) -> bool:
    """Whether the page was used all the time since the log begins: a shell has a first day."""
    hours = sorted(page.details.hours)
    if site.start is None or site.end is None:
        return False
    least, share = (5, 0.15) if site.exchange else (4, 0.35)
    if len(hours) < least or (site.exchange and site.span < _SHORT):
        return False
    edges = [_hour(site.start), *hours, _hour(site.end)]
    longest = max(after - before for before, after in pairwise(edges))
    return longest <= max(1, share * (edges[-1] - edges[0]))


def days_of(details: PageDetails) -> int:
    """On how many days (UTC) the page was answered 2xx."""
    return len({hour // 24 for hour in details.hours})


def _clients(page: Page, site: Site) -> Iterator[Sign]:
    visitors = page.details.visitors
    others = site.clients - len(page.use.clients)
    if others >= MANY_OTHERS:
        more = "more than " if site.clients >= MOST_CLIENTS else ""
        yield Sign(1, f"never by any of the other {more}{others:,} clients that asked for pages")
    if not page.elsewhere and site.all_clients and site.clients > len(visitors):
        yield Sign(1 if site.exchange else 2, "they asked for no other page")
    elif page.elsewhere >= 5:
        yield Sign(-1, f"they asked for {page.elsewhere} other pages too")
    if site.clients <= FEW_CLIENTS:
        only = "one address" if site.clients == 1 else f"{site.clients} addresses"
        yield Sign(0, f"the whole site was asked by {only} only: a proxy?")
    elif all(is_internal(client) for client in visitors):
        yield Sign(-1 if site.exchange else -2, "they are of the internal network")


def _commands(page: Page) -> Iterator[Sign]:
    details = page.details
    called = page.use.stem.endswith(_CALLED_BY_PROGRAMS)
    if details.posts and page.blind >= 0.8 * page.commands:
        yield Sign(1 if called else 2, "no look at the page before posting")
    elif details.queries > details.posts:
        yield Sign(1, f"{details.queries} times with a query")
    if details.longest_query >= _LONG_QUERY:
        yield Sign(1, f"queries of up to {details.longest_query:,} characters")


def _referers(page: Page, site: Site) -> Iterator[Sign]:
    details = page.details
    if details.referred >= 0.5 * page.served:
        yield Sign(-2, f"a referer in {details.referred} of {page.served} requests")
    elif site.referers and not details.referred:
        yield Sign(1, "no referer")


def _names(page: Page, site: Site) -> Iterator[Sign]:
    details = page.details
    if details.named >= 0.5 * page.served:
        yield Sign(-3, f"signed in as {', '.join(list(details.users)[:2])}")
    machines = [agent for agent in details.agents if _MACHINE.match(agent)]
    nameless = site.agents and details.agentless
    if machines or nameless:
        shown = ", ".join(agent[:60] for agent in machines[:2])
        yield Sign(1, f"asked by a program ({shown or 'without a user agent'})")


def _time(page: Page, site: Site) -> Iterator[Sign]:
    use, days = page.use, days_of(page.details)
    if use.first is None or use.last is None:
        return
    if use.missing_first is not None and use.missing_first < use.first:
        yield Sign(2, f"not there (404) on {use.missing_first:%Y-%m-%d %H:%M}, there later")
    elif is_new(page, site) and site.start is not None:
        yield Sign(1, f"first used {_length(use.first - site.start)} after the log begins")
    span = site.span
    if span >= _SHORT and (days <= 3 or days * timedelta(days=10) <= span):
        yield Sign(1, f"used on {days} of {span.days + 1} days")
    if _is_regular(page, site):
        yield Sign(-3, "used regularly from then on")


def _is_regular(page: Page, site: Site) -> bool:
    """Whether use went on, day by day or hour by hour, until the log ends."""
    hours = page.details.hours
    if site.end is None or not hours:
        return False
    first = min(hours)
    rest = _hour(site.end) - first + 1
    days, all_days = days_of(page.details), _hour(site.end) // 24 - first // 24 + 1
    by_day = days >= _REGULAR_DAYS and days >= 0.6 * all_days
    by_hour = len(hours) >= 24 and len(hours) >= 0.6 * rest
    return by_day or by_hour


def _gone(page: Page) -> Iterator[Sign]:
    use = page.use
    if is_gone(use) and use.last is not None and use.missing_last is not None:
        yield Sign(
            2,
            f"last answered {use.last:%Y-%m-%d %H:%M}, gone (404) by "
            f"{use.missing_last:%Y-%m-%d %H:%M}",
        )


def _sizes(page: Page) -> Iterator[Sign]:
    sent = page.details.sent
    if sent.count < FEW_CLIENTS:
        return
    if sent.most >= 4 * sent.least and sent.most - sent.least >= _VARIES:
        yield Sign(1, f"answers of {kilobytes(sent)}")
    elif sent.most - sent.least <= sent.least // 20:
        yield Sign(-1, f"answers all alike, {kilobytes(sent)}")


def _place(page: Page) -> Iterator[Sign]:
    folder = _CONTENT_FOLDER.search(page.use.stem)
    if folder is not None:
        yield Sign(1, "it lies where pictures, styles or uploads belong")


def kilobytes(sizes: Numbers) -> str:
    """The least and the most of some sizes, in kB."""
    least, most = f"{sizes.least / 1000:.1f}", f"{sizes.most / 1000:.1f}"
    return f"{most} kB" if least == most else f"{least} to {most} kB"


def _hour(time: datetime) -> int:
    utc = time.astimezone(UTC)
    return utc.toordinal() * 24 + utc.hour


def _length(length: timedelta) -> str:
    return f"{length.days} days" if length.days > 1 else f"{length // _HOUR} hours"
