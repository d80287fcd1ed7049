"""What a notice says, before it is put into a form: the values that templates fill in.

Whatever comes from data is made one visible line here. A notice that is `reduced` has no servers
here at all, so that no template can name one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from alpheus.cases.states import OPEN_PATCH, Compromise, Patch
from alpheus.knowledge.tables import read_table
from alpheus.notify.blocks import Marked, bare, clean, mark
from alpheus.notify.evidence_words import said_of
from alpheus.notify.harmless import harmless
from alpheus.notify.install import install_of
from alpheus.notify.model import Channel, Notice, Rung, Subject
from alpheus.notify.pages import MOST_PAGES
from alpheus.notify.pages import said_of as said_of_page
from alpheus.notify.settings import Settings
from alpheus.notify.wording import Language

CONDITIONS = (
    "compromised", "re-infected", "reported", "suspicious", "regressed", "vulnerable", "unclear",
)  # fmt: skip
"""What is to be told of one server, the worst first."""

TABLE_FROM = 4
"""From so many servers on they are listed as a file, too."""

SHOWN, SHOWN_ON_PAPER = 10, 4
"""Servers in the main part; all are in the file, or in the annex of a letter."""

_STEPS = "notice_steps.csv"
_BUILDS = 20
_EVIDENCE_SERVERS, _EVIDENCE_EACH = 8, 5
_MOST_STEPS = (5, 5, 5, 3)
"""In the main part, by how many groups there are; of still more groups two each."""
_STAGES = frozenset({"attempted", "exploited", "implanted", "operated", "spread"})
_HTTPS = 443
_UNNAMED = "-"


def condition_of(subject: Subject) -> str:
    """What is to be told of a server, one of `CONDITIONS`."""
    if subject.compromise in {
        Compromise.COMPROMISED, Compromise.RE_INFECTED, Compromise.REPORTED, Compromise.SUSPICIOUS,
    }:  # fmt: skip
        return subject.compromise
    return subject.patch if subject.patch in OPEN_PATCH else "unclear"


class Server(NamedTuple):
    """A server in the reader's language. `place` names it, `install` is what to install."""

    subject: Subject
    condition: str
    place: str
    owner: str
    state: Marked
    since: str
    install: Marked
    evidence: tuple[str, ...]
    pages: tuple[Marked, ...] = ()


class Update(NamedTuple):
    """What to install on a build."""

    build: str
    install: Marked


class Action(NamedTuple):
    """A step in one sentence and explained."""

    name: str
    text: Marked
    detail: Marked
    main: bool


@dataclass(frozen=True)
class Group:
    """Servers of which the same is to be told, and what is to be done with them."""

    condition: str
    title: Marked
    servers: tuple[Server, ...]
    actions: tuple[Action, ...]
    most: int = 5

    @property
    def steps(self) -> tuple[Marked, ...]:
        """What to do, as the main part has it."""
        return tuple(one.text for one in self.actions if one.main)[: self.most]


class From(NamedTuple):
    """Who writes; texts are one line each. `code_page` is where the code of a notice signs in."""

    name: str
    organisation: str
    email: str
    telephone: str
    hours: str
    page: str
    code_page: str
    address: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What templates know as `notice`."""

    reference: str
    code: str
    tlp: str
    may_pass_on: bool
    rung: str
    channel: str
    owner: str
    recipient: str
    made: str
    sender: From
    groups: tuple[Group, ...]
    reduced: bool
    language: Language

    @property
    def is_letter(self) -> bool:
        """Whether it goes on paper: nothing is attached, and nobody can answer by a click."""
        return self.channel == Channel.LETTER

    @property
    def servers(self) -> tuple[Server, ...]:
        """All of them, the worst first."""
        return tuple(server for group in self.groups for server in group.servers)

    @cached_property
    def count(self) -> int:
        """How many servers."""
        return len(self.servers)

    @property
    def several_owners(self) -> bool:
        """Whether it is about servers of more than its recipient: that of a provider or a team."""
        return self.rung in {Rung.PROVIDER, Rung.NATIONAL_TEAM}

    @property
    def attached(self) -> bool:
        """Whether the servers go along as a file."""
        many = self.count >= TABLE_FROM or (self.several_owners and self.count > 0)
        return many and self.channel in {Channel.EMAIL, Channel.TICKET}

    @property
    def meaning(self) -> Marked:
        """What the TLP label allows the reader."""
        return self.language.say(f"tlp.{self.tlp.removeprefix('TLP:').lower()}")

    @property
    def lead(self) -> Marked:
        """The sentence that matters."""
        return self._lead("own" if self.rung in {Rung.CONTACT, Rung.LETTER} else "the")

    def _lead(self, whose: str) -> Marked:
        say = self.language.say
        if self.several_owners or len(self.groups) > 1:
            kind = "pass-on" if self.several_owners else f"{whose}.mixed"
            return say(f"lead.{kind}", count=self.language.number(self.count), summary=self.summary)
        if not self.groups:
            return say("lead.none")
        group = self.groups[0]
        if self.count == 1:
            return say(f"lead.{whose}.{group.condition}.one", server=group.servers[0].place)
        return say(f"lead.{whose}.{group.condition}.many", count=self.language.number(self.count))

    @property
    def summary(self) -> Marked:
        """How many of each kind."""
        parts = [
            self.language.say(
                f"count.{group.condition}", count=self.language.number(len(group.servers))
            )
            for group in self.groups
        ]
        return Marked("; ".join(parts))

    @property
    def subject(self) -> str:
        """The subject of a mail, one line."""
        say, reference = self.language.say, self.reference
        if self.reduced or not self.groups:
            return bare(say("subject.reduced", reference=reference))
        count = self.language.number(self.count)
        if self.several_owners:
            return bare(say("subject.pass-on", reference=reference, count=count))
        worst = self.groups[0]
        if self.count == 1:
            name = worst.servers[0].subject.name or worst.servers[0].subject.address or _UNNAMED
            return bare(
                say(f"subject.{worst.condition}.one", reference=reference, server=clean(name)[:120])
            )
        kind = worst.condition if len(self.groups) == 1 else "mixed"
        return bare(say(f"subject.{kind}.many", reference=reference, count=count))

    @property
    def details(self) -> tuple[Marked, ...]:
        """What else is to be said of the only server there is."""
        if self.count != 1:
            return ()
        return tuple(details_of(self.servers[0], self.language))

    @property
    def table(self) -> Marked:
        """The servers as rows of a table, all of them."""
        return self._table(self.servers)

    @property
    def main_table(self) -> Marked:
        """The first servers alone, for the main part."""
        return self._table(self.servers[: self._most])

    @property
    def left(self) -> int:
        """How many servers the table of the main part leaves out; paper with several kinds: all."""
        return max(0, self.count - self._most)

    @property
    def _most(self) -> int:
        if self.is_letter:
            return SHOWN_ON_PAPER if len(self.groups) == 1 else 0
        return SHOWN

    def _table(self, servers: Sequence[Server]) -> Marked:
        say = self.language.say
        heads = ["server", "address", "state", "since"]
        if self.several_owners:
            heads.insert(0, "owner")
        rows = ["| " + " | ".join(say(f"table.{head}") for head in heads) + " |"]
        for one in servers:
            cells = [mark(clean(one.subject.name or _UNNAMED)), mark(_address(one.subject)),
                     one.state, mark(one.since)]  # fmt: skip
            if self.several_owners:
                cells.insert(0, mark(one.owner))
            rows.append("| " + " | ".join(cells) + " |")
        return Marked("\n".join(rows) + "\n")

    @property
    def seen(self) -> tuple[Server, ...]:
        """The servers of which the annex tells what was seen."""
        return tuple(one for one in self.servers if one.evidence or one.pages)[:_EVIDENCE_SERVERS]

    @property
    def seen_left(self) -> int:
        """Of how many more something was seen."""
        return sum(1 for one in self.servers if one.evidence or one.pages) - len(self.seen)

    @property
    def installs(self) -> tuple[Update, ...]:
        """What to install on which build, if the steps do not say it; the commonest first."""
        found = Counter((clean(one.subject.build) or _UNNAMED, one.install) for one in self.servers)
        if len(self.groups) < 2 and len({install for _, install in found}) < 2:
            return ()
        return tuple(Update(*one) for one, _ in found.most_common(_BUILDS))

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every step of every group once, in the order of the groups."""
        found: dict[tuple[str, str], Action] = {}
        for group in self.groups:
            for action in group.actions:
                found.setdefault((action.name, action.text), action)
        return tuple(found.values())


def facts_of(notice: Notice, settings: Settings, language: Language, *, today: str) -> Facts:
    """What a notice says; `today` (ISO 8601, UTC) decides which updates are to be installed."""
    sender = settings.sender
    return Facts(
        reference=clean(notice.reference),
        code="" if notice.reduced else clean(notice.code),
        tlp=label_of(notice.tlp),
        may_pass_on=label_of(notice.tlp) not in {"TLP:RED", "TLP:AMBER+STRICT"},
        rung=notice.recipient.rung,
        channel=notice.recipient.channel,
        owner="" if notice.reduced else clean(notice.owner),
        recipient=clean(notice.recipient.name),
        made=notice.made,
        sender=From(
            clean(sender.name), clean(sender.organisation or sender.name), clean(sender.email),
            clean(sender.telephone), clean(sender.hours), clean(sender.verify_url),
            clean(f"{sender.console_url.rstrip('/')}/code" if sender.console_url else ""),
            tuple(clean(line) for line in sender.postal_address),
        ),
        groups=() if notice.reduced else _groups(notice.subjects, language, today),
        reduced=notice.reduced,
        language=language,
    )  # fmt: skip


LABELS = ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")
"""Those of TLP 2.0, the strictest first."""


def label_of(text: str) -> str:
    """A label of TLP 2.0; the strictest for what is none, so that nothing spreads by a typo."""
    wanted = text.strip().upper().replace(" ", "")
    wanted = wanted if wanted.startswith("TLP:") else f"TLP:{wanted}"
    wanted = {"TLP:WHITE": "TLP:CLEAR"}.get(wanted, wanted)
    return wanted if wanted in LABELS else LABELS[0]


def _groups(subjects: Sequence[Subject], language: Language, today: str) -> tuple[Group, ...]:
    by: dict[str, list[Server]] = {}
    for subject in subjects:
        server = server_of(subject, language, today)
        by.setdefault(server.condition, []).append(server)
    most = _MOST_STEPS[len(by)] if len(by) < len(_MOST_STEPS) else 2
    kinds = {server.install for servers in by.values() for server in servers}
    install = language.say("install.several")
    if len(kinds) == len(by) == 1:
        install = kinds.pop()
    return tuple(
        Group(one, language.say(f"group.{one}"), tuple(by[one]),
              tuple(actions_of(one, install, language)), most)
        for one in CONDITIONS if one in by
    )  # fmt: skip


def server_of(subject: Subject, language: Language, today: str) -> Server:
    """A server in the reader's language."""
    condition = condition_of(subject)
    since = (
        subject.patch_since if condition in OPEN_PATCH else subject.compromise_since
    ) or subject.last_seen
    withheld = language.say("withheld")
    return Server(
        subject, condition, _place(subject, language), clean(subject.owner or _UNNAMED),
        language.say(f"state.{condition}"), language.date(since) if since else _UNNAMED,
        install_of(subject.build, language, today),
        tuple(harmless(said_of(one, language), withheld)
              for one in subject.evidence[:_EVIDENCE_EACH]),
        tuple(said_of_page(one, language, withheld) for one in subject.pages[:MOST_PAGES]),
    )  # fmt: skip


def _place(subject: Subject, language: Language) -> str:
    name, address = clean(subject.name), _address(subject)
    if not name or not subject.address or name == clean(subject.address):
        return name if name and not subject.address else address
    return bare(language.say("place", name=name, address=address))


def _address(subject: Subject) -> str:
    """An address with its port, where that is not the usual one."""
    address = clean(subject.address)
    if not address:
        return _UNNAMED
    if subject.port in {0, _HTTPS}:
        return address
    return f"[{address}]:{subject.port}" if ":" in address else f"{address}:{subject.port}"


def details_of(server: Server, language: Language) -> Iterator[Marked]:
    """What else is to be said of a server, in sentences."""
    subject = server.subject
    broken = server.condition in {"compromised", "re-infected", "reported", "suspicious"}
    if broken and subject.stage in _STAGES:
        yield language.say(f"stage.{subject.stage}")
    if server.since != _UNNAMED:
        yield language.say("since", date=server.since)
    if broken and subject.patch in OPEN_PATCH:
        yield language.say("still-open")
    if broken and subject.patch == Patch.FIXED:
        yield language.say("patched-is-not-clean")
    if subject.build or subject.product:
        known = " ".join(filter(None, (clean(subject.product), clean(subject.build))))
        yield language.say("build", build=known)
    if subject.last_seen:
        yield language.say("last-seen", time=language.time(subject.last_seen))


def actions_of(condition: str, install: Marked, language: Language) -> Iterator[Action]:
    """What is to be done in a condition, in the order of the steps."""
    for name, main in steps_of(condition):
        text, detail = language.step(name, install=install)
        yield Action(name, text, detail, main)


@lru_cache(maxsize=32)
def steps_of(condition: str) -> tuple[tuple[str, bool], ...]:
    """The steps for a condition in their order, and whether the main part has them."""
    rows = [
        (int(row["order"]), row["step"], row["main"] == "yes")
        for row in read_table(_STEPS, ("condition", "order", "step", "main"))
        if row["condition"] == condition
    ]
    return tuple((step, main) for _, step, main in sorted(rows))
