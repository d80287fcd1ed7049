"""Hand-made IIS and HttpProxy logs of an ordinary server, to which a test adds what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alpheus.job import TriageOptions
from alpheus.model import Finding, ServerAssessment
from alpheus.triage import triage

BEGIN = datetime(2021, 5, 3, tzinfo=UTC)
DAYS = 30
BROWSER = "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+Chrome/90.0.4430.93"
SITE = "https://www.example.org"
FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
    "cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
)


@dataclass(frozen=True)
class Hit:
    """One request; `forwarded` is written only in a log that has the column."""

    time: datetime
    stem: str
    method: str = "GET"
    client: str = "203.0.113.7"
    status: int = 200
    query: str = "-"
    agent: str = BROWSER
    referer: str = "-"
    user: str = "-"
    sent: int = 5_000
    received: int = 600
    forwarded: str = "-"

    def row(self, *, forwarded: bool) -> str:
        """The request as IIS writes it."""
        end = f" {self.forwarded}" if forwarded else ""
        return (
            f"{self.time:%Y-%m-%d %H:%M:%S} 10.0.0.5 {self.method} {self.stem} {self.query} 443 "
            f"{self.user} {self.client} {self.agent} {self.referer} {self.status} 0 0 {self.sent} "
            f"{self.received} 31{end}"
        )


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of the log."""
    return BEGIN + timedelta(days=day, hours=hour, minutes=minute)


def visitors(days: int = DAYS, clients: int = 30) -> list[Hit]:
    """People who read a site, day by day."""
    hits = []
    for day in range(days):
        for number in range(clients):
            client = f"198.51.100.{number + 1}"
            when = at(day, 6 + number % 15, (day * 7 + number) % 60)
            hits.append(Hit(when, "/default.aspx", client=client, sent=4000 + number))
            hits.append(
                Hit(
                    when + timedelta(seconds=20), "/products.aspx", client=client,
                    query=f"id={number}", referer=f"{SITE}/default.aspx",
                )
            )  # fmt: skip
            if (day + number) % 6 == 0:
                form = Hit(when + timedelta(seconds=50), "/contact.aspx", client=client)
                hits.append(replace(form, referer=f"{SITE}/default.aspx"))
                hits.append(
                    replace(
                        form, time=when + timedelta(seconds=90), method="POST",
                        referer=f"{SITE}/contact.aspx",
                    )
                )  # fmt: skip
    return hits


def mailbox_users(days: int = DAYS) -> list[Hit]:
    """People who sign in to an Exchange server."""
    return [
        Hit(at(day, 7 + number, day), "/owa/auth/logon.aspx", client=f"198.51.100.{number + 1}")
        for day in range(days)
        for number in range(12)
    ]


def shell(
    stem: str,
    *,
    day: int = 20,
    count: int = 14,
    clients: Iterable[str] = ("203.0.113.7", "203.0.113.8"),
    **more: object,
) -> list[Hit]:
    """POSTs by few addresses within two days, with answers of every size."""
    addresses = list(clients)
    hit = Hit(at(day), stem, "POST", agent="python-requests/2.25.1")
    return [
        replace(
            hit, time=at(day + number % 2, 1, number), client=addresses[number % len(addresses)],
            sent=200 + 3400 * number, **more,
        )
        for number in range(count)
    ]  # fmt: skip


def write(root: Path, hits: Iterable[Hit], *, forwarded: bool = False, site: int = 1) -> Path:
    """One log file per day."""
    folder = root / "inetpub" / "logs" / "LogFiles" / f"W3SVC{site}"
    folder.mkdir(parents=True)
    head = f"#Fields: {FIELDS}{' X-Forwarded-For' if forwarded else ''}\n"
    by_day: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: hit.time):
        by_day.setdefault(f"{hit.time:%y%m%d}", []).append(hit)
    for day, those in by_day.items():
        rows = "".join(hit.row(forwarded=forwarded) + "\n" for hit in those)
        (folder / f"u_ex{day}.log").write_text(head + rows)
    return root


def assess(root: Path, options: TriageOptions | None = None) -> ServerAssessment:
    """The only server of the evidence, by the whole road."""
    (server,) = triage(
        [root], options or TriageOptions(packs=("iis-webshell",), workers=1)
    ).assessment.servers
    return server


def rare(server: ServerAssessment) -> list[Finding]:
    """The findings that rarity made."""
    return [finding for finding in server.findings if finding.rule == "page-rare"]
