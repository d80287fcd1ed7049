"""Who gets what: every route of the console, and what each role gets of it.

**To add a route**, add a line to `TABLE`:

    Line("POST", "/servers/{server}/note", "S NN NAA YYA YYA YYA", "/servers/{own_server}/note",
         form={"why": "looked"}),

1. the method, and the path as Litestar has it with the names of its parameters alone (`{server}`,
   not `{server:int}`); the failing test prints both;
2. what each gets, in this order, one letter for each (`COLUMNS`):

       nobody | constituent of the organisation, of another
              | viewer   everywhere, of the organisation, of another
              | analyst  ditto | approver  ditto | admin  ditto

   `S` has to sign in first, `Y` is let through (the answer may be a complaint about the form),
   `N` is told that the account does not allow it (403), `A` that there is nothing here (404). What
   is about an organisation and may not be seen is always `A`: as if it were not there.
   `ONE`, `SEE`, … below are the letters of common kinds.
3. the address to ask for, if the path has parameters: `{own_server}` and the like are filled in
   from `World.values`. They are things *of the organisation*, so that "of another" is a stranger to
   them. What is not there yet, make in `made_world` and add to its values.
4. `form` (sent as a browser sends it; the session's word is added) or `json`, for unsafe methods.
   It need not be right, but should change nothing that other lines need.

Besides, no answer to a stranger may hold one of `World.secrets`: the names of the organisation's
servers. Each line is asked by all, in a world that is made once for all lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.cases.identity import Cluster
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.owners import Owner, Owners, owners_by_directory
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.directory.lookup import Directory
from alpheus.directory.owner_model import Advice, OwnerEvidence, Ownership
from alpheus.notify.answers import Answer, AnswerKind, give
from alpheus.notify.model import EventKind
from alpheus.web.access.roles import Grant, Permission, Role
from alpheus.web.jobs.model import Judged, Kind, Note, Result, State, Upload
from console import Clock, made
from server_filling import assessed, take_in
from web.notices_world import office

OWN, OTHER = "own.example", "other.example"
COMPUTER = "OWN-EX07"
LONG = "twelve characters and more"


class Line(NamedTuple):
    """A route and what each gets of it; see above."""

    method: str
    path: str
    gets: str
    address: str = ""
    form: Mapping[str, str] | None = None
    json: object = None


class Asker(NamedTuple):
    """A role, and where: everywhere for ''."""

    role: Role | None
    organisation: str = ""

    @property
    def is_stranger(self) -> bool:
        """Whether the organisation is none of their business."""
        return self.role is None or self.organisation == OTHER


COLUMNS = (
    Asker(None),
    Asker(Role.CONSTITUENT, OWN), Asker(Role.CONSTITUENT, OTHER),
    *(Asker(role, place) for role in (Role.VIEWER, Role.ANALYST, Role.APPROVER, Role.ADMIN)
      for place in ("", OWN, OTHER)),
)  # fmt: skip

PUBLIC = "Y YY YYY YYY YYY YYY"
NOT_HERE = "A AA AAA AAA AAA AAA"
"""For whoever asks, where it is set up; it is not in the world of this table."""
SIGNED_IN = "S YY YYY YYY YYY YYY"
ACCOUNT = "S AA YYY YYY YYY YYY"
"""What an account has; an organisation that came with a code has none."""
SEE = "S NN YYY YYY YYY YYY"
"""A list: each sees the part that is theirs."""
ONE = "S NN YYA YYA YYA YYA"
"""Something of the organisation, to look at."""
NONE_HERE = "S NN AAA AAA AAA AAA"
"""Something that depends on more than this world has; see the tests of its page."""
WORK_ON_ONE = "S NN NNN YYA YYA YYA"
"""Something of the organisation, to be changed."""
SECRETS = "S NN NNN YYA NNN YYA"
"""Those of an intruder, in clear: for who works on evidence."""
WORK = "S NN NNN YYY YYY YYY"
APPROVE = "S NN NNN NNN YYY YYY"
IMPORT = "S NN NNN YNN YNN YNN"
"""What comes in may be about anybody: a role for one organisation is not enough."""
ADMINISTER = "S NN NNN NNN NNN YNN"
OWN_ONLY = "S YY NNN NNN NNN NNN"
"""A constituent's pages, each about their own."""

IMPORT_A = "S NN NNN ANN ANN ANN"
"""A file on its way, of somebody else: for those who may send any, there is none."""
OWN_A = "S AA NNN NNN NNN NNN"

TABLE: tuple[Line, ...] = (
    Line("GET", "/static/{digest}/{name}", PUBLIC, "/static/0/alpheus.css"),
    Line("GET", "/", SIGNED_IN),
    Line("POST", "/campaign/looked", SEE, form={}),
    Line("POST", "/campaign/work-out", IMPORT, form={}),
    Line("GET", "/campaign/by/{by}", SEE, "/campaign/by/region"),
    Line("GET", "/campaign/days.csv", SEE),
    Line("GET", "/campaign/report.html", SEE),
    Line("GET", "/hands", SEE),
    Line("GET", "/hands/{number}", NONE_HERE, "/hands/1"),
    Line("GET", "/sign-in", PUBLIC),
    Line("POST", "/sign-in", PUBLIC, form={"name": "nobody", "password": "wrong"}),
    Line("GET", "/join/{secret}", PUBLIC, "/join/no-such-link"),
    Line("POST", "/join/{secret}", PUBLIC, "/join/no-such-link", form={"password": "short"}),
    Line("POST", "/sign-out", SIGNED_IN, form={}),
    Line("GET", "/oidc/start", NOT_HERE),
    Line("GET", "/oidc/callback", NOT_HERE),
    Line("POST", "/preferences", PUBLIC, form={"language": "de"}),
    Line("GET", "/account", SIGNED_IN),
    Line(
        "POST", "/account/password", ACCOUNT, form={"old": "wrong", "password": LONG, "again": LONG}
    ),
    Line("POST", "/account/tokens", ACCOUNT, form={"name": ""}),
    Line(
        "POST",
        "/account/tokens/{token}/revoke",
        "S AA AAA AAA AAA YAA",
        "/account/tokens/{token}/revoke",
        form={},
    ),
    Line("GET", "/accounts", ADMINISTER),
    Line("POST", "/accounts", ADMINISTER, form={"name": ""}),
    Line("GET", "/accounts/{account}", ADMINISTER, "/accounts/{account}"),
    Line(
        "POST",
        "/accounts/{account}/roles",
        ADMINISTER,
        "/accounts/{account}/roles",
        form={"role": "viewer", "organisation": "{own}"},
    ),
    Line("POST", "/accounts/{account}/invite", ADMINISTER, "/accounts/{account}/invite", form={}),
    Line("POST", "/accounts/{account}/disable", ADMINISTER, "/accounts/{account}/disable", form={}),
    Line("POST", "/accounts/{account}/enable", ADMINISTER, "/accounts/{account}/enable", form={}),
    Line(
        "POST",
        "/accounts/{account}/subject",
        ADMINISTER,
        "/accounts/{account}/subject",
        form={"subject": "s"},
    ),
    Line(
        "POST",
        "/accounts/{account}/tokens/{token}/revoke",
        "S NN NNN NNN NNN ANN",
        "/accounts/{account}/tokens/{token}/revoke",
        form={},
    ),
    Line("GET", "/audit", ADMINISTER),
    Line("GET", "/servers", SEE),
    Line("GET", "/servers/act", WORK, "/servers/act?kind=note&server={own_server}"),
    Line(
        "POST",
        "/servers/act/preview",
        WORK,
        form={"kind": "note", "servers": "{own_server}", "why": "looked"},
    ),
    Line(
        "POST",
        "/servers/act",
        WORK,
        form={"kind": "note", "servers": "{own_server}", "why": "looked", "code": "1-wrong"},
    ),
    Line("GET", "/organisations", SEE),
    Line("GET", "/organisations/{key}", ONE, "/organisations/{own}"),
    Line("GET", "/search", SEE, "/search?q=own"),
    Line("GET", "/servers/{number}", ONE, "/servers/{own_server}"),
    Line("GET", "/servers/{number}/findings", ONE, "/servers/{own_server}/findings"),
    Line("GET", "/servers/{number}/findings/{place}", ONE, "/servers/{own_server}/findings/0"),
    Line("GET", "/servers/{number}/observations", ONE, "/servers/{own_server}/observations"),
    Line("GET", "/servers/{number}/identity", ONE, "/servers/{own_server}/identity"),
    Line("GET", "/servers/{number}/coverage", ONE, "/servers/{own_server}/coverage"),
    Line("GET", "/servers/{number}/custody", ONE, "/servers/{own_server}/custody"),
    Line("GET", "/servers/{number}/clean-up", ONE, "/servers/{own_server}/clean-up"),
    Line(
        "GET", "/servers/{number}/clean-up/{name}", ONE, "/servers/{own_server}/clean-up/plan.json"
    ),
    Line(
        "POST",
        "/servers/{number}/clean-up/plan",
        WORK_ON_ONE,
        "/servers/{own_server}/clean-up/plan",
        form={},
    ),
    Line(
        "POST",
        "/servers/{number}/clean-up/steps/{step}",
        WORK_ON_ONE,
        "/servers/{own_server}/clean-up/steps/1",
        form={"mark": ""},
    ),
    Line(
        "POST",
        "/servers/{number}/clean-up/files",
        WORK_ON_ONE,
        "/servers/{own_server}/clean-up/files",
        form={},
    ),
    Line(
        "POST",
        "/servers/{number}/acts/{kind}",
        WORK_ON_ONE,
        "/servers/{own_server}/acts/note",
        form={"why": "looked"},
    ),
    Line(
        "GET",
        "/servers/{number}/identity/{what}",
        WORK_ON_ONE,
        "/servers/{own_server}/identity/merge?with={own_server}",
    ),
    Line(
        "POST",
        "/servers/{number}/identity/{what}",
        WORK_ON_ONE,
        "/servers/{own_server}/identity/merge",
        form={"with": "{own_server}", "why": ""},
    ),
    Line("GET", "/servers/{number}/secrets", SECRETS, "/servers/{own_server}/secrets"),
    Line(
        "POST",
        "/servers/{number}/secrets",
        SECRETS,
        "/servers/{own_server}/secrets",
        form={"why": "to warn others"},
    ),
    Line("GET", "/imports", IMPORT),
    Line("POST", "/imports", IMPORT, form={"kind": "import"}),
    Line("GET", "/imports/{number}", IMPORT, "/imports/{own_import}"),
    Line("POST", "/uploads", IMPORT, json={"kind": "import", "name": "a", "size": 0}),
    Line("PUT", "/uploads/{upload}", IMPORT_A, "/uploads/no-such-upload"),
    Line("GET", "/uploads/{upload}", IMPORT_A, "/uploads/no-such-upload"),
    Line("DELETE", "/uploads/{upload}", IMPORT_A, "/uploads/no-such-upload"),
    Line("POST", "/uploads/done", IMPORT, json={"uploads": []}),
    Line("POST", "/own/uploads", OWN_ONLY, json={"kind": "triage", "name": "a", "size": 0}),
    Line("PUT", "/own/uploads/{upload}", OWN_A, "/own/uploads/no-such-upload"),
    Line("GET", "/own/uploads/{upload}", OWN_A, "/own/uploads/no-such-upload"),
    Line("DELETE", "/own/uploads/{upload}", OWN_A, "/own/uploads/no-such-upload"),
    Line("POST", "/own/uploads/done", OWN_ONLY, json={"uploads": []}),
    Line("GET", "/own/evidence", OWN_ONLY),
    Line("POST", "/own/evidence", OWN_ONLY, form={}),
    Line("GET", "/own/evidence/state", OWN_ONLY, "/own/evidence/state?id={own_job}"),
    Line("GET", "/jobs", WORK),
    Line("GET", "/jobs/state", WORK, "/jobs/state?id={own_job}"),
    Line("POST", "/jobs/rebuild", IMPORT, form={}),
    Line(
        "GET", "/jobs/{number}/reports/{name}", WORK_ON_ONE, "/jobs/{own_job}/reports/report.html"
    ),
    Line("GET", "/jobs/{number}", WORK_ON_ONE, "/jobs/{own_job}"),
    Line("POST", "/jobs/{number}/cancel", WORK_ON_ONE, "/jobs/{own_job}/cancel", form={}),
    Line("POST", "/jobs/{number}/again", WORK_ON_ONE, "/jobs/{own_job}/again", form={}),
    Line("POST", "/jobs/{number}/delete", WORK_ON_ONE, "/jobs/{own_job}/delete", form={}),
    Line("GET", "/notices", SEE),
    Line("GET", "/notices/unreached", SEE),
    Line("GET", "/notices/plan", WORK),
    Line("POST", "/notices/plan", WORK, form={"network": "nowhere"}),
    Line("POST", "/notices/code", WORK, form={"code": "wrong"}),
    Line(
        "POST",
        "/notices/answers/{answer}/seen",
        WORK_ON_ONE,
        "/notices/answers/{own_answer}/seen",
        form={},
    ),
    Line("GET", "/notices/batches", SEE),
    Line("GET", "/notices/batches/{batch}", ONE, "/notices/batches/{own_batch}"),
    Line(
        "POST",
        "/notices/batches/{batch}/approve",
        "S NN NNN NNN YYA YYA",
        "/notices/batches/{own_batch}/approve",
        form={"digest": "wrong"},
    ),
    Line(
        "POST",
        "/notices/batches/{batch}/send",
        "S NN NNN NNN YYA YYA",
        "/notices/batches/{own_batch}/send",
        form={},
    ),
    Line(
        "POST",
        "/notices/batches/{batch}/reject",
        WORK_ON_ONE,
        "/notices/batches/{own_batch}/reject",
        form={"why": ""},
    ),
    Line("GET", "/notices/{reference}", ONE, "/notices/{own_notice}"),
    Line("GET", "/notices/{reference}/html", ONE, "/notices/{own_notice}/html"),
    Line(
        "GET",
        "/notices/{reference}/servers.csv",
        "S NN AAA AAA AAA AAA",
        "/notices/{own_notice}/servers.csv",
    ),
    Line(
        "POST",
        "/notices/{reference}/settle",
        WORK_ON_ONE,
        "/notices/{own_notice}/settle",
        form={"sent": ""},
    ),
    Line(
        "POST",
        "/notices/{reference}/acknowledge",
        WORK_ON_ONE,
        "/notices/{own_notice}/acknowledge",
        form={"why": ""},
    ),
    Line(
        "POST",
        "/notices/{reference}/failed",
        WORK_ON_ONE,
        "/notices/{own_notice}/failed",
        form={"why": ""},
    ),
    Line("GET", "/code", PUBLIC),
    Line("POST", "/code", PUBLIC, form={"code": "wrong"}),
    Line("GET", "/own", OWN_ONLY),
    Line("GET", "/own/account", OWN_ONLY),
    Line("POST", "/own/account", OWN_ONLY, form={"name": "", "password": "short", "again": "x"}),
    Line("GET", "/own/{server}", "S YA NNN NNN NNN NNN", "/own/{own_server}"),
    Line(
        "POST",
        "/own/{server}/answer",
        "S YA NNN NNN NNN NNN",
        "/own/{own_server}/answer",
        form={"kind": ""},
    ),
    Line(
        "POST",
        "/own/{server}/steps/{step}",
        "S YA NNN NNN NNN NNN",
        "/own/{own_server}/steps/999",
        form={"text": ""},
    ),
    Line("POST", "/own/answer", "S AA NNN NNN NNN NNN", form={"text": "passed on"}),
)


@dataclass(frozen=True)
class World:
    """What is there to be asked for. `values` fill the addresses of lines."""

    app: Litestar
    accounts: Mapping[Asker, int]
    values: dict[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ("mail.own.example", COMPUTER)

    def session(self, asker: Asker) -> tuple[str, str]:
        """A new session of theirs: its secret, and the word of its forms; '' for nobody."""
        sessions = self.app.state.sessions
        if asker.role is None:
            return "", ""
        if asker.role is Role.CONSTITUENT:
            notice = self.values["notices"][asker.organisation]
            begun = sessions.begin_for(asker.organisation, notice, f"notice {notice}")
        else:
            begun = sessions.begin(self.accounts[asker])
        return begun.secret, begun.csrf


def made_world(app: Litestar, database: Database, clock: Clock) -> World:
    """Servers of two organisations and one of nobody's, an account of every kind, and more."""
    entries = [
        hand_entry(time="2021-03-10T00:00:00Z", names=(f"mail.{key}",), build="15.1.2106.2")
        for key in (OWN, OTHER)
    ]
    entries.append(hand_entry(time="2021-03-10T00:00:00Z", address="192.0.2.9"))
    record(database, entries, "test")
    take_in(database, assessed(f"{COMPUTER}.{OWN}", verdict="no-evidence", cves={}))
    rebuild(database, now=clock(), owners=_with_contacts(owners_by_directory(Directory())))
    numbers = {row["name"]: int(row["id"]) for row in Cases(database, clock).page().servers}
    numbers[f"mail.{OWN}"] = numbers[COMPUTER]
    Cases(database, clock).cleaning.make(numbers[COMPUTER], who="test")
    accounts = {
        asker: made(app, f"{asker.role} of {asker.organisation or 'all'}",
                    Grant(asker.role, asker.organisation))
        for asker in COLUMNS if asker.role not in {None, Role.CONSTITUENT}
    }  # fmt: skip
    admin = app.state.accounts.person(accounts[Asker(Role.ADMIN)])
    app.state.sessions.make_token(admin, "of the administrator", frozenset({Permission.SEE}), 30)
    tokens = app.state.sessions.tokens_of(accounts[Asker(Role.ADMIN)])
    values = {
        "own_import": 1,
        "own_job": _made_job(app),
        "own": OWN,
        "other": OTHER,
        "own_server": numbers[f"mail.{OWN}"],
        "other_server": numbers[f"mail.{OTHER}"],
        "account": made(app, "somebody", Grant(Role.VIEWER, OWN)),
        "token": tokens[0]["id"],
        **_made_notices(app, database, clock, numbers[f"mail.{OWN}"]),
    }
    return World(app, accounts, values)


def _with_contacts(find: Owners) -> Owners:
    """The owners of servers, each with a mailbox that does not lie on its server."""

    def found(cluster: Cluster, evidence: Sequence[OwnerEvidence]) -> Owner:
        owner = find(cluster, evidence)
        if not owner.organisation:
            return owner
        known = msgspec.json.decode(owner.ownership, type=Ownership)
        advice = Advice("registered", f"{owner.organisation}@it.example", source="customers")
        told = msgspec.structs.replace(known, contacts=(advice, *known.contacts))
        return owner._replace(ownership=msgspec.json.encode(told))

    return found


def _made_job(app: Litestar) -> int:
    """A job that an organisation handed in, done, with a report and the name of its server."""
    jobs = app.state.jobs
    sent = Upload("", f"mail.{OWN}.zip", 1)
    number: int = jobs.queue.submit(Kind.TRIAGE, name=sent.name, who="somebody", organisation=OWN,
                                    files=[sent], store="elsewhere")  # fmt: skip
    job = jobs.queue.claim("worker", "elsewhere", [Kind.TRIAGE])
    result = Result(judged=(Judged(f"mail.{OWN}", "compromised"),), reports=True, stored=True)
    jobs.queue.finish(job, State.DONE, Note("Done"), result, ())
    folder = jobs.reports_of(job)
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(f"mail.{OWN}")
    return number


def _made_notices(app: Litestar, database: Database, clock: Clock, server: int) -> dict[str, Any]:
    """A notice to each organisation, sent, each in a batch of its own; an answer of one."""
    app.state.office = office(database, clock)
    notices = app.state.office.notices
    found: dict[str, str] = {}
    for key in (OWN, OTHER):
        batch = notices.plan(Filters(organisation=(key,)), who="kim").number
        notices.approve(batch, who="lou", digest=notices.approval(batch).digest)
        for notice in list(notices.due(batch)):
            notices.claim(notice, who="sender")
            notices.record(notice, EventKind.HANDED_OVER, who="sender")
            found.setdefault(key, notice.reference)
    with database.write() as connection:
        said = Answer(0, "", "somebody", found[OWN], OWN, server, AnswerKind.HELP, f"mail.{OWN}")
        answer = give(connection, database.place, said, now=notices.now)
    return {"notices": found, "own_notice": found[OWN], "own_batch": 1, "own_answer": answer.id}


def letters(line: Line) -> dict[Asker, str]:
    """What each asker gets of a line."""
    found = line.gets.replace(" ", "")
    assert len(found) == len(COLUMNS), f"{line.method} {line.path}: {len(COLUMNS)} letters"
    return dict(zip(COLUMNS, found, strict=True))
