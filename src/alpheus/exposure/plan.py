"""What to ask an endpoint next, and the only place that makes bytes to be sent.

The order is that of cost and yield: the front page and its header, the logon page and its path, the
manifest of the control panel, the web services. Each is a GET of a page that anyone may open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from alpheus.exposure.claims import family_of
from alpheus.exposure.cve_states import cve_states
from alpheus.exposure.model import Answer, Conversation, Endpoint, ProbeKind, Status, Witness
from alpheus.exposure.names import spelt_out
from alpheus.exposure.read_answer import (
    BALANCER,
    FRONT_END,
    MANIFEST,
    ONLINE_HOSTS,
    REFUSED,
    TRUNCATED,
    UNKNOWN_GATEWAY,
    is_certified,
)
from alpheus.knowledge.builds import BuildNumber, Builds, parse_build
from alpheus.model import PatchState

PATHS: Mapping[ProbeKind, str] = MappingProxyType(
    {
        ProbeKind.OWA: "/owa/",
        ProbeKind.LOGON: "/owa/auth/logon.aspx?replaceCurrent=1",
        ProbeKind.MANIFEST: (
            "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application"
        ),
        ProbeKind.EWS: "/EWS/Exchange.asmx",
        ProbeKind.BACK_END: "/owa/",
    }
)
"""The path of each GET there is."""

MOST_ANSWERS = 8
"""No endpoint is asked more often than this, whatever it answers."""
MOST_NAMES = 2
"""So many names beside the first are tried where the first shows no Exchange."""

CAMPAIGN = ("CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065")
"""The flaws of the default campaign: a build that is fixed against one is looked at twice."""

_ORDER = (ProbeKind.OWA, ProbeKind.LOGON, ProbeKind.MANIFEST, ProbeKind.EWS)
_OTHER_PORT = frozenset({ProbeKind.BACK_END, ProbeKind.SMTP})
_DEFAULT_PORT = {"https": 443, "http": 80}
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")
_ADDRESS = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}|(?=[^%]*:)[0-9a-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?:%\w{1,20})?",
    re.IGNORECASE | re.ASCII,
)
_MAIL_NAME = re.compile(
    r"(?:mail|webmail|owa|exchange|exch|ex\d*|outlook|email|e-mail|autodiscover|remote|mobile|mx|cas"
    r"|post|mbx|activesync|sync|legacy|hybrid)\d*[.-]"
)
_AGREE = 2
"""So many looks are for the build, those beyond for the pool."""
_MORE_LOOKS = 3
"""So often a pool is asked again for the builds of those that did not say theirs."""
_VISIBLE = re.compile(r"[\x20-\x7e]{1,300}")


@dataclass(frozen=True, slots=True)
class Step:
    """One GET. `host` is the name to ask by, in SNI and Host; "" asks the bare address.

    A `host` other than the last answer's, `fresh`, and the probes BACK_END (port 444) and SMTP
    (where nothing is sent) need a connection of their own.
    """

    probe: ProbeKind
    host: str
    fresh: bool = False


def next_step(
    conversation: Conversation, *, back_end: bool = False, smtp: bool = False, looks: int = 2
) -> Step | None:
    """The next GET for the endpoint, None when enough is known or nothing more can be learnt.

    Call it before the first GET, after every answer and after every failure, which must stand in
    `conversation.answers` with status 0. `back_end` and `smtp`: the scope allows port 444 and the
    SMTP banner. `looks`: how many answers must agree before a build is believed. With 1 the first
    is believed, and a balancer that holds several servers is not noticed. With 2 the second look
    goes over a new connection where a fix would be claimed or a balancer shows. Each look beyond
    goes over a new one, whatever Exchange said, until a pool shows or `MOST_ANSWERS` are there.
    """
    if not conversation.answers:
        usable = [name.lower() for name in conversation.endpoint.names[:1]]
        host = usable[0] if usable and is_host_name(usable[0]) else ""
        return None if conversation.failure else Step(ProbeKind.OWA, host)
    answers = [a for a in conversation.answers if a.probe not in _OTHER_PORT]
    if len(conversation.answers) >= MOST_ANSWERS:
        return None
    if any(answer.online for answer in answers):
        return _beside_the_cloud(conversation, answers)
    return _front_step(conversation, answers, looks) or _side_step(
        conversation, back_end=back_end, smtp=smtp
    )


def port_of(step: Step, endpoint: Endpoint) -> int:
    """The TCP port that the step speaks to."""
    if step.probe is ProbeKind.BACK_END:
        return endpoint.back_end_port
    return endpoint.smtp_port if step.probe is ProbeKind.SMTP else endpoint.port


def request_bytes(step: Step, endpoint: Endpoint, user_agent: str) -> bytes:
    """The bytes of the step: a GET without cookie, credentials or body; empty for SMTP.

    Raises ValueError if the host or the user agent could smuggle anything into the request.
    """
    if step.probe is ProbeKind.SMTP:
        return b""
    if not _VISIBLE.fullmatch(user_agent):
        raise ValueError("a User-Agent is 1 to 300 visible ASCII characters")
    host = step.host or endpoint.address
    if not is_host_name(host.lower()) and not _ADDRESS.fullmatch(host):
        raise ValueError(f"{host!r} is neither a host name nor an address")
    if ":" in host:
        host = f"[{host.partition('%')[0]}]"
    port = port_of(step, endpoint)
    if port != _DEFAULT_PORT.get(endpoint.scheme):
        host = f"{host}:{port}"
    return (
        f"GET {PATHS[step.probe]} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {user_agent}\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n"
    ).encode("ascii")


def is_host_name(name: str) -> bool:
    """Whether `name` is a full DNS name in lower-case ASCII that can be asked by."""
    return _HOST.fullmatch(name) is not None and not name.rpartition(".")[2].isdigit()


@lru_cache(maxsize=4096)
def needs_fourth_part(build: str) -> bool:
    """Whether the fourth part of this three-part build could change the state of any CVE."""
    number = parse_build(build)
    if number is None:
        return True
    return _differ([r.build for r in Builds.load().rows() if r.build.prefix == number.prefix])


def _differ(rows: list[BuildNumber]) -> bool:
    """Whether the builds are not all in the same state for every CVE; also if there are none."""
    if not rows:
        return True
    each = [cve_states(str(build), None, exchange=True, why="") for build in rows]
    return any(len({states[cve].state for states in each}) > 1 for cve in each[0])


def _front_step(conversation: Conversation, answers: list[Answer], looks: int) -> Step | None:
    if conversation.failure and not (answers and answers[-1].status == 0):
        return None
    signed = [answer for answer in answers if answer.signs]
    if conversation.failure:
        bare = answers[-1].host in {"", conversation.endpoint.address}
        lost = conversation.failure is Status.BROKEN or (
            conversation.failure is Status.TLS_FAILED and bare
        )
        return _other_name(conversation, answers) if lost and not signed else None
    if not signed:
        return _for_exchange(conversation, answers)
    step = _for_build(answers, signed[-1].host, looks)
    if step and step.host == conversation.endpoint.address:
        return replace(step, host="")
    return step


def _beside_the_cloud(conversation: Conversation, answers: list[Answer]) -> Step | None:
    """The cloud service is left alone; who only says so, under another certificate, is not.

    Names and numbers of a header are easily sent, so the logon page is looked at too.
    """
    if conversation.failure or is_certified(conversation.tls):
        return None
    asked = any(answer.probe is ProbeKind.LOGON for answer in answers)
    return None if asked else Step(ProbeKind.LOGON, _asked_by(conversation))


def _side_step(conversation: Conversation, *, back_end: bool, smtp: bool) -> Step | None:
    """The probes of other ports, once each, where somebody is at home at all."""
    if conversation.failure in {Status.NO_ANSWER, Status.UNREACHABLE}:
        return None
    asked = {answer.probe for answer in conversation.answers}
    for probe, allowed in ((ProbeKind.BACK_END, back_end), (ProbeKind.SMTP, smtp)):
        if allowed and probe not in asked:
            return Step(probe, _asked_by(conversation), fresh=True)
    return None


def _asked_by(conversation: Conversation) -> str:
    host = conversation.answers[-1].host if conversation.answers else ""
    return "" if host == conversation.endpoint.address else host


def _for_exchange(conversation: Conversation, answers: list[Answer]) -> Step | None:
    """Nothing shows Exchange yet: other names, and the web services, which may be open alone."""
    last = answers[-1]
    if TRUNCATED in last.hints:
        return None
    here = {answer.probe for answer in answers if answer.host == last.host}
    services = None
    if last.status and ProbeKind.EWS not in here:
        services = Step(ProbeKind.EWS, _asked_by(conversation))
    held_back = bool(last.gateway) or REFUSED in last.hints
    if held_back and all(answer.probe is not ProbeKind.EWS for answer in answers):
        return services
    return _other_name(conversation, answers) or services


def _other_name(conversation: Conversation, answers: list[Answer]) -> Step | None:
    asked = {answer.host for answer in answers}
    last = answers[-1]
    gateway = last.gateway not in {"", UNKNOWN_GATEWAY}
    named = last.host != conversation.endpoint.address
    most = 1 if gateway or not last.status else MOST_NAMES
    if len(asked) > most or (named and (last.other or gateway)):
        return None
    for name in _names(conversation, answers):
        if name not in asked and not (last.other and not _MAIL_NAME.match(name)):
            return Step(ProbeKind.OWA, name, fresh=True)
    return None


def _names(conversation: Conversation, answers: list[Answer]) -> Iterator[str]:
    """Names that the server may go by, likely ones first; what a stranger wrote is checked."""
    sent = [answer.redirect for answer in answers if answer.redirect and not answer.gateway]
    told = [name for name in sent if not name.endswith(ONLINE_HOSTS)]
    tls = conversation.tls
    shown = [name.lower() for name in tls.certificate.names] if tls and tls.certificate else []
    likely = [name for name in shown if _MAIL_NAME.match(name)]
    below = spelt_out([name for name in shown if name.startswith("*.")][:MOST_NAMES])
    given = [name.lower() for name in conversation.endpoint.names]
    for name in (*given, *told, *likely, *below, *shown[:8]):
        if is_host_name(name):
            yield name


def _for_build(answers: list[Answer], host: str, looks: int) -> Step | None:
    """It is Exchange: what still can tell more of its build, then further looks for a pool."""
    here = [answer for answer in answers if answer.host == host]
    step = _for_one_build(here, host, min(looks, _AGREE))
    if step is not None or looks <= _AGREE:
        return step
    enough = next(
        count for count in range(1, len(here) + 1) if not _for_one_build(here[:count], host, _AGREE)
    )
    if len(here) - enough >= looks - _AGREE:
        return None
    return Step(_best(here).probe, host, fresh=True)


def _best(here: list[Answer]) -> Answer:
    """The first answer that told the most of the build."""
    told = [(max(map(_worth, answer.witnesses), default=0), answer) for answer in here]
    return max(told, key=lambda pair: (pair[0], bool(pair[1].signs)))[1]


def _worth(witness: Witness) -> int:
    """How much a witness tells: all four parts, the least that they are, or three."""
    if witness.build.count(".") == 2:
        return 1
    return 2 if witness.source == MANIFEST else 3


def _for_one_build(here: list[Answer], host: str, looks: int) -> Step | None:
    """The cheapest GET that still can tell more about the build; `looks` is 1 or 2."""
    builds = [witness for answer in here for witness in answer.witnesses]
    exact = {w.build for w in builds if w.build.count(".") == 3 and w.source != MANIFEST}
    short = {w.build for w in builds if w.build.count(".") == 2}
    if exact:
        return _another_look(here, host, exact | short, looks)
    floors = [w.build for w in builds if w.source == MANIFEST]
    confirm = _confirm(here, host, floors or sorted(short), looks)
    if confirm is not None:
        return confirm
    settled = (short and not any(map(needs_fourth_part, short))) or (
        floors and not any(map(_may_be_later, floors))
    )
    asked = {answer.probe for answer in here}
    for probe in () if settled else _ORDER:
        known = probe is ProbeKind.LOGON and bool(short)
        if probe not in asked and not known:
            return Step(probe, host)
    return None


def _confirm(here: list[Answer], host: str, builds: list[str], looks: int) -> Step | None:
    """What would be called fixed is asked for once more, where a balancer may choose anew.

    At once: one that goes round by requests would meet the same server at every other one.
    """
    told = [answer for answer in here if any(w.build in builds for w in answer.witnesses)]
    if not told or len(told) >= looks or not any(map(_claims_a_fix, builds)):
        return None
    return Step(told[-1].probe, host, fresh=True)


def _another_look(here: list[Answer], host: str, said: set[str], looks: int) -> Step | None:
    """Look again until enough answers agree; anew, where several servers may answer.

    A balancer often holds to a connection, so what would be called fixed is asked for over a new
    one. The logon page is the second witness: it names the front end, and the build by its path.
    """
    answered = [answer for answer in here if answer.status]
    names = front_ends(answered)
    exact = {build for build in said if build.count(".") == 3}
    if len(names) > 1 or len({family_of(build) for build in said}) > 1 or len(exact) > 1:
        if len(answered) == 1:
            return None
        told = front_ends([answer for answer in answered if _is_exact(answer)])
        enough = looks + 1 if names == told else looks + _MORE_LOOKS
        return Step(ProbeKind.OWA, host, fresh=True) if len(here) < enough else None
    fix = any(map(_claims_a_fix, exact))
    first = next(place for place, answer in enumerate(here) if _is_exact(answer))
    heard = [answer for answer in (here[first:] if fix else here) if answer.signs]
    if len(heard) >= looks or len(here) >= looks + _MORE_LOOKS:
        return None
    fresh = fix or any(BALANCER in answer.hints for answer in here)
    page = ProbeKind.LOGON not in {answer.probe for answer in here} and bool(names or not fresh)
    return Step(ProbeKind.LOGON if page else here[first].probe, host, fresh=fresh)


def one_connection(answers: Sequence[Answer]) -> bool:
    """Whether the plan asked for all these answers of Exchange over one connection.

    Over a new one goes a page that is asked again, another name or port, and what is asked after a
    build that claims a fix or a balancer's cookie.
    """
    if len(answers) < 2:
        return True
    asked = {(answer.host, answer.probe) for answer in answers}
    ports = {answer.probe for answer in answers} & _OTHER_PORT
    if len(asked) < len(answers) or len({host for host, _ in asked}) > 1 or ports:
        return False
    first = next((place for place, answer in enumerate(answers) if _is_exact(answer)), None)
    if first is None or first == len(answers) - 1:
        return True
    balanced = any(BALANCER in answer.hints for answer in answers[: first + 1])
    return not (balanced or any(_claims_a_fix(w.build) for w in answers[first].witnesses))


def _is_exact(answer: Answer) -> bool:
    return any(w.build.count(".") == 3 and w.source != MANIFEST for w in answer.witnesses)


@lru_cache(maxsize=4096)
def _claims_a_fix(build: str) -> bool:
    """Whether the build would be called fixed against a flaw of the default campaign."""
    states = cve_states(build, None, exchange=True, why="")
    return any(states[cve].state == PatchState.FIXED for cve in CAMPAIGN)


@lru_cache(maxsize=4096)
def _may_be_later(build: str) -> bool:
    """Whether a later update of the same family would change the state of any CVE."""
    number = parse_build(build)
    if number is None:
        return True
    same = [r.build for r in Builds.load().rows() if r.build.prefix == number.prefix]
    return _differ([build for build in same if build >= number])


def front_ends(answers: list[Answer]) -> set[str]:
    """The names of the front ends that answered, in lower case."""
    return {a.servers[0].lower() for a in answers if a.servers and FRONT_END in a.signs}
