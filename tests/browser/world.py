"""What a console in a browser is shown with: servers, an attack, notices, and hostile words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from alpheus.cases.database import Database
from alpheus.cases.identity import Cluster
from alpheus.cases.owners import Owner
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.directory.owner_model import Ownership
from alpheus.exposure.model import Certificate, Tls
from alpheus.notify.model import EventKind
from alpheus.notify.service import Notices
from alpheus.notify.settings import read_settings
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.sessions import Sessions
from assessments import HOSTILE, hostile
from cases_filling import fill, seen
from notices_filling import contact
from server_filling import FIXED, OPEN, assessed, document, take_in

SETTINGS = Path(__file__).resolve().parents[2] / "src/alpheus/notify/notify_example.yaml"
PASSWORD = "the river runs through the stables"
ATTACKED = "EX01.contoso.example"
OWN, OTHER, EVIL = "own.example", "other.example", "evil.example"
EVIL_NAME = "".join(HOSTILE[:2]) + HOSTILE[3] + HOSTILE[10]
PEOPLE = {
    "ada": Role.ADMIN, "lou": Role.APPROVER, "sam": Role.APPROVER, "ann": Role.ANALYST,
    "vic": Role.VIEWER,
}  # fmt: skip
TOLD = 14
"""Organisations that can be told; more than one person may approve alone."""

_OWNED = {1: OWN, 2: OWN, 3: OTHER, 4: EVIL}
_SECTORS = ("school", "hospital", "bank", "local-government")


@dataclass
class World:
    """A filled database. `secrets` are the cookies of sessions by name; `code` is of `OWN`."""

    database: Database
    accounts: dict[str, int]
    servers: dict[str, int]
    code: str = ""

    def session(self, name: str) -> str:
        """The secret of a new session of somebody."""
        return Sessions(self.database).begin(self.accounts[name]).secret


def made_world(database: Database) -> World:
    """Fill an empty database."""
    now = datetime.now(UTC)
    fill(database, [
        *(seen(number, OPEN, day, **_more(number)) for number in range(1, 31) for day in (3, 6)),
        *(seen(number, FIXED, 9 + number % 5) for number in range(15, 28)),
        seen(28, FIXED, 9), seen(28, OPEN, 14),
    ])  # fmt: skip
    take_in(database, assessed(ATTACKED), document(hostile()))
    rebuild(database, now=now, owners=_owner)
    cases = Cases(database)
    servers = {str(row["name"]): int(row["id"]) for row in cases.page(size=200).servers}
    world = World(database, _people(database), servers)
    world.code = _told(Notices(database, read_settings(SETTINGS)), OWN)
    return world


def _more(number: int) -> dict[str, object]:
    if number != 4:
        return {"attributes": {"asn": f"AS6450{number % 3}"}}
    bad = Certificate("ab" * 32, EVIL_NAME, EVIL_NAME, EVIL_NAME, (EVIL_NAME,))
    return {"tls": Tls("TLSv1.2", "a cipher", bad), "product": EVIL_NAME,
            "attributes": {"comment": EVIL_NAME}}  # fmt: skip


def _owner(cluster: Cluster, _: Sequence[object]) -> Owner:
    """Who owns a server: of most an organisation of its own; the attacked one is `OWN`'s."""
    computer = next((key for key in cluster.keys.get("server", ()) if key[:2].lower() == "qq"), "")
    if not computer:
        attacked = ATTACKED.lower() in str(cluster.keys).lower()
        return _owned(OWN, 1) if attacked else Owner()
    number = int(computer[2:6])
    return _owned(_OWNED.get(number, f"org{number}.example"), number)


def _owned(domain: str, number: int) -> Owner:
    name = EVIL_NAME if domain == EVIL else f"Organisation {domain.partition('.')[0].title()}"
    reached = (contact(f"security@contact-{domain}"),) if number <= TOLD else ()
    known = Ownership(name, domain, "US", contacts=reached)
    region = f"US-{('WA', 'OR', 'CA')[number % 3]}"
    return Owner(domain, _SECTORS[number % 4], region, name=name, domain=domain, country="US",
                 ownership=msgspec.json.encode(known), weight=9)  # fmt: skip


def _people(database: Database) -> dict[str, int]:
    accounts = Accounts(database)
    made = {}
    for name, role in PEOPLE.items():
        secret = accounts.make(name, (Grant(role),), who="test")
        made[name] = accounts.accept(secret, PASSWORD)
    return made


def _told(notices: Notices, organisation: str) -> str:
    """The code of a notice that an organisation got."""
    batch = notices.plan(Filters(organisation=(organisation,)), who="sam").number
    notices.approve(batch, who="lou", digest=notices.approval(batch).digest)
    code = ""
    for one in notices.due(batch):
        assert notices.claim(one, who="sender")
        notices.record(one, EventKind.HANDED_OVER, who="sender", detail="250 ok")
        code = notices.with_code(one).code
    return code
