"""What a console in a browser is shown with: servers, an attack, notices, and hostile words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.observations_import import import_file
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.cases.strands import Trait
from alpheus.directory.model import Contact, Organisation
from alpheus.exposure.model import Certificate, Tls
from alpheus.notify.answers import Answer, AnswerKind, give
from alpheus.notify.model import EventKind
from alpheus.notify.service import Notices
from alpheus.notify.settings import read_settings
from alpheus.report.visible import portable
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.sessions import Sessions
from alpheus.web.jobs.model import Judged, Kind, Note, Result, State, Upload
from alpheus.web.jobs.service import Jobs
from alpheus.web.settings import Settings
from assessments import HOSTILE, hostile
from cases_filling import fill, seen
from console_jobs import LIST
from directory_samples import write
from server_filling import FIXED, OPEN, assessed, document, take_in
from strand_filling import trait
from web.hands_filling import run_that_found

SETTINGS = Path(__file__).resolve().parents[2] / "src/alpheus/notify/notify_example.yaml"
PASSWORD = "the river runs through the stables"
ATTACKED = "EX01.contoso.example"
OWN, OTHER, EVIL = "own.example", "other.example", "evil.example"
EVIL_NAME = f"{HOSTILE[0]} {HOSTILE[1]} {HOSTILE[10]} {HOSTILE[13]}"
EVIL_FILE = "=1+1 <img src=x onerror=alert(1)>.csv"
PEOPLE = {
    "ada": Role.ADMIN, "lou": Role.APPROVER, "sam": Role.APPROVER, "ann": Role.ANALYST,
    "vic": Role.VIEWER,
}  # fmt: skip
IMPORT = 3
"""The number of the list that came in."""
TOLD = 14
"""Organisations that can be told; more than one person may approve alone."""

_HOSTS = {1: f"mail.{OWN}", 2: f"owa.{OWN}", 3: f"mail.{OTHER}", 4: f"mail.{EVIL}"}
_SECTORS = ("school", "hospital", "bank", "local-government")


@dataclass
class World:
    """A filled database; `servers` are numbers by what they are, `code` is of a notice to `OWN`."""

    database: Database
    accounts: Mapping[str, int]
    servers: Mapping[str, int]
    job: int
    code: str = ""
    reference: str = ""
    answers: list[int] = field(default_factory=list)

    def session(self, name: str) -> str:
        """The secret of a new session of an account, or of `OWN` by its code."""
        sessions = Sessions(self.database)
        if name == OWN:
            return sessions.begin_for(OWN, self.reference, f"notice {self.reference}").secret
        return sessions.begin(self.accounts[name]).secret


def made_world(database: Database, folder: Path) -> World:
    """Fill an empty database; in `folder` lies what comes in, and who owns what."""
    fill(database, [
        *(_seen(number, OPEN, day) for number in range(1, 31) for day in (3, 6)),
        *(_seen(number, FIXED, 9 + number % 5) for number in range(15, 28)),
        _seen(28, FIXED, 9), _seen(28, OPEN, 14),
    ])  # fmt: skip
    take_in(database, assessed(ATTACKED), document(hostile()))
    came_in = folder / "list.csv"
    came_in.write_bytes(LIST)
    import_file(database, came_in, "ann", name=EVIL_FILE)
    run_that_found(database, _intrusions())
    directory = write(folder / "directory", (*_organisations(),))
    rebuild(database, now=datetime.now(UTC), directory=str(directory))
    cases = Cases(database)
    found = {str(row["name"]): int(row["id"]) for row in cases.page(size=200).servers}
    servers = {"attacked": found["EX01"], "hostile": found["EX01"] + 1, "own": found["QQ0001XY"],
               "other": found["QQ0003XY"], "evil": found["QQ0004XY"]}  # fmt: skip
    for name in ("attacked", "hostile"):
        cases.cleaning.make(servers[name], who="ann")
    cases.act(servers["evil"], ActKind.NOTE, who="ann", why=EVIL_NAME)
    world = World(database, _people(database), servers, _job(database, folder / "uploads"))
    _tell(world, Notices(database, read_settings(SETTINGS)))
    return world


def _seen(number: int, build: str, day: int) -> Any:
    more: dict[str, Any] = {"attributes": {"asn": f"AS6450{number % 3}"}}
    if number == 4:
        bad = Certificate("ab" * 32, EVIL_NAME, EVIL_NAME, EVIL_NAME, (EVIL_NAME,))
        more = {"tls": Tls("TLSv1.2", "a cipher", bad), "product": EVIL_NAME,
                "attributes": {"comment": EVIL_NAME}}  # fmt: skip
    host = _HOSTS.get(number, f"mail.org{number}.example")
    return seen(number, build, day, names=(host,), **more)


def _intrusions() -> dict[str, list[list[Trait]]]:
    """Two hands that share something, on a server both, and somebody who came once."""
    keys = [trait("secret", f"{at:032x}") for at in range(3)]
    evil = [trait("page-name", portable(f"{at}{one}")[:200]) for at, one in enumerate(HOSTILE)]
    way = trait("address", "198.51.100.7")
    return {
        "victim1.example": [[keys[0], way, *evil]], "victim2.example": [[keys[0], *evil]],
        "victim3.example": [[keys[0], trait("carrier", "/ecp/a1.js")], [keys[1], way]],
        "victim4.example": [[keys[1], way]], "victim5.example": [[keys[2]]],
    }  # fmt: skip


def _organisations() -> list[Organisation]:
    known = [
        Organisation("Own School District", domains=(OWN, "contoso.example"), region="OR"),
        Organisation("Other Bank", domains=(OTHER,), region="WA"),
        Organisation(EVIL_NAME, domains=(EVIL,), region="WA"),
        *(Organisation(f"Organisation {number}", domains=(f"org{number}.example",),
                       region=("WA", "OR", "CA")[number % 3]) for number in range(5, 31)),
    ]  # fmt: skip
    made = []
    for number, one in enumerate(known):
        reached = (Contact("registered", f"it@contact-{one.domains[0]}"),) if number < TOLD else ()
        made.append(Organisation(
            one.name, "customers", "customers.csv", domains=one.domains, region=one.region,
            country="US", sector=_SECTORS[number % 4], contacts=reached,
        ))  # fmt: skip
    return made


def _people(database: Database) -> dict[str, int]:
    accounts = Accounts(database)
    made = {}
    for name, role in PEOPLE.items():
        secret = accounts.make(name, (Grant(role),), who="test")
        made[name] = accounts.accept(secret, PASSWORD)
    return made


def _job(database: Database, uploads: Path) -> int:
    """A job of an organisation that is done, with a report and hostile words."""
    jobs = Jobs(database, Settings(uploads=uploads))
    number = jobs.queue.submit(Kind.TRIAGE, name=EVIL_FILE, who="ann", organisation=OWN,
                               files=[Upload("", EVIL_FILE, 1)], store="elsewhere")  # fmt: skip
    job = jobs.queue.claim("worker", "elsewhere", [Kind.TRIAGE])
    assert job is not None
    judged = Judged(EVIL_NAME, "compromised", headline=EVIL_NAME)
    result = Result(judged=(judged,), reports=True, stored=True)
    jobs.queue.finish(job, State.DONE, Note("Done"), result, ())
    folder = jobs.reports_of(job)
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("a report")
    return number


def _tell(world: World, notices: Notices) -> None:
    """Tell `OWN` and `EVIL`; both answer."""
    batch = notices.plan(Filters(organisation=(OWN, EVIL)), who="sam").number
    notices.approve(batch, who="lou", digest=notices.approval(batch).digest)
    for one in list(notices.due(batch)):
        assert notices.claim(one, who="sender")
        notices.record(one, EventKind.HANDED_OVER, who="sender", detail=EVIL_NAME)
        if one.organisation == OWN:
            world.code, world.reference = notices.with_code(one).code, one.reference
        said = Answer(0, "", f"notice {one.reference}", one.reference, one.organisation,
                      one.subjects[0].anchor, AnswerKind.HELP, EVIL_NAME)  # fmt: skip
        with world.database.write() as connection:
            place = world.database.place
            world.answers.append(give(connection, place, said, now=notices.now).id)
