"""Organisations with servers and contacts, and notices about them, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from alpheus.cases.database import Database
from alpheus.cases.identity import Cluster
from alpheus.cases.owners import Owner
from alpheus.cases.rebuild import rebuild
from alpheus.directory.contacts import ON_THE_SERVER
from alpheus.directory.owner_model import Advice, Ownership
from alpheus.exposure.model import Observation
from alpheus.notify.model import EventKind, Notice
from alpheus.notify.records import Omission
from alpheus.notify.service import Notices
from alpheus.notify.settings import Sender, Settings
from cases_filling import fill, seen

NOW = datetime(2021, 3, 10, 9, 0, tzinfo=UTC)
SENDER = Sender(
    "Kim Doe", "CERT of Exampleland", "notices@cert.example", "answers@cert.example",
    "bounces@cert.example", "+1 555 0100", "https://cert.example/verify",
)  # fmt: skip
SETTINGS = Settings(SENDER)
WRITTEN = """\
sender:
  name: Kim Doe
  organisation: CERT of Exampleland
  email: notices@cert.example
  bounce: bounces@cert.example
  telephone: +1 555 0100
  verify_url: https://cert.example/verify
smtp: {{host: 127.0.0.1, port: {port}, security: none}}
"""
"""The file of settings that leads to a mail server of this machine, at a port."""
BREACHED = ("compromised-reported",)


def contact(email: str = "", **more: str) -> Advice:
    """A registered contact."""
    return Advice(**{"kind": "registered", "email": email, "source": "customers", **more})


def provider(email: str = "abuse@isp.example", name: str = "ISP") -> Advice:
    """Who carries a network."""
    return Advice("provider", email, name=name, source="rpsl")


def usual(domain: str, user: str = "security") -> Advice:
    """A mailbox that may lie on the server."""
    return Advice("usual-mailbox", f"{user}@{domain}", source="RFC 2142", warning=ON_THE_SERVER)


@dataclass
class Time:
    """A clock that tests move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def days(self, number: float) -> None:
        """Let days pass."""
        self.now += timedelta(days=number)


@dataclass
class Country:
    """A database with servers `org1.example` and on, and the service of notices over it.

    `contacts` are by the number of a server; servers whose number is in `nobodys` have no owner.
    `owned` puts a server into the organisation of another.
    """

    database: Database
    contacts: Mapping[int, Sequence[Advice]] = field(default_factory=dict)
    settings: Settings = SETTINGS
    nobodys: frozenset[int] = frozenset()
    owned: Mapping[int, int] = field(default_factory=dict)
    time: Time = field(default_factory=Time)
    omitted: list[Omission] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notices = Notices(self.database, self.settings, self.time)

    def sees(self, *observations: Observation) -> None:
        """Take in observations, and work servers out."""
        fill(self.database, observations)
        self.rebuild()

    def rebuild(self) -> None:
        """Work servers out anew."""
        rebuild(self.database, now=self.time.now, owners=self._owner)

    def _owner(self, cluster: Cluster, _: Sequence[object]) -> Owner:
        number = int(cluster.keys["server"][0].partition(".")[0].lower()[2:6])
        advice = tuple(self.contacts.get(number, ()))
        if number in self.nobodys:
            known = Ownership(contacts=advice, country="US")
            return Owner(ownership=msgspec.json.encode(known))
        domain = f"org{self.owned.get(number, number)}.example"
        known = Ownership(f"Organisation {domain}", domain, "US", contacts=advice)
        return Owner(domain, "school", "US", name=known.owner, domain=domain, country="US",
                     ownership=msgspec.json.encode(known), weight=9)  # fmt: skip

    def plan(self, **more: Any) -> list[Notice]:
        """Plan; the notices of the batch."""
        self.omitted.clear()
        batch = self.notices.plan(who="kim", omitted=self.omitted.append, **more)
        return list(self.notices.notices(batch.number)) if batch.number else []

    def approve(self, batch: int = 0) -> None:
        """Approve what waits, by a second person."""
        for one in self.notices.batches():
            if one.waiting and batch in {0, one.number}:
                found = self.notices.approval(one.number)
                self.notices.approve(one.number, who="lou", digest=found.digest)

    def send(self, outcome: EventKind = EventKind.HANDED_OVER) -> list[Notice]:
        """Hand over what is due, as a sender does."""
        sent = []
        for notice in self.notices.due():
            if self.notices.claim(notice, who="sender"):
                self.notices.record(notice, outcome, who="sender", detail="250 ok")
                sent.append(notice)
        return sent

    def tell(self) -> list[Notice]:
        """Plan, approve and send; what was sent."""
        self.plan()
        self.approve()
        return self.send()

    def reasons(self) -> dict[str, str]:
        """Why organisations got none by the last plan, by their keys."""
        return {one.organisation or str(one.server): one.reason.value for one in self.omitted}


def ways(notices: Iterable[Notice]) -> list[str]:
    """Rungs and addresses of notices."""
    return [f"{one.recipient.rung}: {one.recipient.address}" for one in notices]


def hour(day: int, hour_: int) -> str:
    """A time of March 2021."""
    return f"2021-03-{day:02d}T{hour_:02d}:00:00Z"


def later(server: int, build: str, when: str, **more: Any) -> Observation:
    """A server as it is seen at a time."""
    return seen(server, build, 1, time=when, **more)
