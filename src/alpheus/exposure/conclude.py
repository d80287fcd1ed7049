"""What is concluded of one endpoint from all that is known of it.

Pure and cautious: Exchange that cannot be read is undetermined, silence is never absence, and only
an answer that positively is something else makes an address `not-exchange`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from alpheus.exposure import strangers
from alpheus.exposure.claims import Claims, hear
from alpheus.exposure.cve_states import (
    NOT_SAID,
    agreed,
    cve_states,
    every,
    impossible,
    lowest,
    shown_once,
    unconfirmed,
    worst,
)
from alpheus.exposure.model import (
    Answer,
    Conversation,
    CveEntry,
    Observation,
    Pool,
    ProbeKind,
    Status,
    Witness,
)
from alpheus.exposure.other_products import told_by
from alpheus.exposure.plan import one_connection
from alpheus.exposure.read_answer import (
    FRONT_END,
    MANIFEST,
    MOST_SAID,
    ONLINE_BUILD,
    OWA_VERSION,
    is_certified,
)
from alpheus.knowledge.builds import Builds, parse_build
from alpheus.model import PatchState

HIGH, MEDIUM, LOW = "high", "medium", "low"
_MOST_SIGNS = 3
"""So many signs of cloud mail flow are told of."""

_MOST_NAMES = 50
_MOST_SHOWN = 16
"""So many server names, and so many witnesses, stand in an observation."""

_IIS = re.compile(r"microsoft-(?:iis|httpapi)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The part of an observation that is concluded and not copied."""

    status: Status
    reason: str
    cves: Mapping[str, CveEntry]
    exchange: bool | None = None
    build: str | None = None
    precision: int | None = None
    witness: str | None = None
    pool: Pool | None = None
    product: str = ""
    confidence: str = LOW
    flags: tuple[str, ...] = ()


def conclude(conversation: Conversation, time: str) -> Observation:
    """The observation of an endpoint; `time` is ISO 8601 in UTC and is copied.

    Works for any conversation, also one that was cut off: what was not answered is not concluded.
    """
    heard = [a for a in conversation.answers if a.status and a.probe is not ProbeKind.SMTP]
    signed = [answer for answer in heard if answer.signs]
    front = [answer for answer in heard if answer.probe is not ProbeKind.BACK_END]
    local = [answer for answer in signed if not answer.online]
    if local and len(local) < len(signed) and hear(signed).contradiction:
        local = signed
    if local:
        judgement = _of_local(local, signed, front, failed=bool(conversation.failure))
    elif signed:
        judgement = _of_online(signed, conversation)
    elif front:
        judgement = _of_stranger(front, conversation)
    else:
        judgement = _of_silence(conversation)
    return _observation(conversation, time, judgement, heard)


def _observation(
    conversation: Conversation, time: str, judgement: Judgement, heard: Sequence[Answer]
) -> Observation:
    endpoint = conversation.endpoint
    back_end = any(a.probe is ProbeKind.BACK_END and a.signs for a in heard)
    flags = [*judgement.flags, *_side_flags(conversation)]
    if back_end:
        flags.append("back-end-exposed")
    reason = judgement.reason
    if endpoint.cloud_signs:
        flags += ["cloud-mail-flow", "hybrid"] if judgement.exchange else ["cloud-mail-flow"]
        signs = ", ".join(endpoint.cloud_signs[:_MOST_SIGNS])
        reason += f"; mail of its names goes to Exchange Online ({signs}), which clears no server"
    servers: dict[str, None] = {}
    witnesses: dict[Witness, None] = {}
    for answer in conversation.answers:
        servers.update(dict.fromkeys(answer.servers))
        witnesses.update(dict.fromkeys(answer.witnesses))
    if max(len(servers), len(witnesses)) > _MOST_SHOWN and "odd-header" not in flags:
        flags.append("odd-header")
    return Observation(
        target=endpoint.target,
        address=endpoint.address,
        port=endpoint.port,
        names=_names(conversation),
        exchange=judgement.exchange,
        build=judgement.build,
        precision=judgement.precision,
        witness=judgement.witness,
        pool=judgement.pool,
        cves=judgement.cves,
        tls=conversation.tls,
        status=judgement.status,
        reason=reason,
        requests=conversation.requests,
        time=time,
        product=judgement.product,
        confidence=judgement.confidence,
        servers=tuple(servers)[:_MOST_SHOWN],
        flags=tuple(flags),
        witnesses=tuple(witnesses)[:_MOST_SHOWN],
    )


def _names(conversation: Conversation) -> tuple[str, ...]:
    """The names that were given, asked by, and shown by the certificate."""
    endpoint, tls = conversation.endpoint, conversation.tls
    names = dict.fromkeys(endpoint.names)
    for answer in conversation.answers:
        if answer.host and answer.host != endpoint.address:
            names[answer.host] = None
    if tls and tls.certificate:
        names.update(dict.fromkeys(tls.certificate.names))
    return tuple(names)[:_MOST_NAMES]


def _side_flags(conversation: Conversation) -> list[str]:
    tls = conversation.tls
    flags = []
    if tls:
        if tls.weak:
            flags.append("weak-tls")
        if tls.second_chance:
            flags.append("second-chance-tls")
    if any(answer.probe is ProbeKind.SMTP and answer.signs for answer in conversation.answers):
        flags.append("smtp-exchange")
    return flags


_known: dict[tuple[object, ...], Judgement] = {}
_MOST_KNOWN = 8192


def _of_local(
    local: Sequence[Answer], signed: Sequence[Answer], front: Sequence[Answer], *, failed: bool
) -> Judgement:
    """What a server says; `failed`: a step failed.

    Then what only one answer has said stays open where it says that all is well.
    """
    if failed:
        first = next((place for place, answer in enumerate(local) if answer.witnesses), len(local))
        if len(local) - first < 2:
            return _unconfirmed(_remembered(local, signed, front, once=False))
    return _remembered(local, signed, front, once=one_connection(local))


def _remembered(
    local: Sequence[Answer], signed: Sequence[Answer], front: Sequence[Answer], *, once: bool
) -> Judgement:
    """The judgement on such answers, made once: most hosts say what others said before.

    `once`: one connection showed it. Judgements that name servers are not kept.
    """
    numbers: dict[str, int] = {"": 0}
    facts: list[object] = [once, len(signed), any(answer.gateway for answer in front)]
    for answer in local:
        named = answer.servers[0].lower() if answer.servers and FRONT_END in answer.signs else ""
        number = numbers.setdefault(named, len(numbers))
        facts += (
            number, answer.witnesses, answer.signs, answer.software, answer.doubts, answer.probe
        )  # fmt: skip
    key = tuple(facts)
    found = _known.get(key)
    if found is None:
        found = _of_exchange(local, signed, front)
        if found.pool is None:
            if once:
                found = replace(found, cves=shown_once(found.cves))
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[key] = found
    return found


def _unconfirmed(judgement: Judgement) -> Judgement:
    """Every fix is left open."""
    return replace(
        judgement,
        cves=unconfirmed(judgement.cves),
        confidence=MEDIUM if judgement.confidence == HIGH else judgement.confidence,
        flags=(*judgement.flags, "unconfirmed"),
    )


def _of_exchange(
    local: Sequence[Answer], signed: Sequence[Answer], front: Sequence[Answer]
) -> Judgement:
    claims = hear(local)
    flags = _flags(claims, local, front)
    if len(signed) > len(local):
        flags.append("cloud-and-local")
    doubts = [doubt for answer in local for doubt in answer.doubts]
    if doubts:
        flags.append("odd-header")
    if claims.contradiction:
        return _of_contradiction(claims, flags)
    odd = next((why for w, _ in claims.members if (why := _odd(w.build))), "")
    if odd:
        return Judgement(
            Status.BUILD_UNKNOWN, f"Exchange by {local[0].signs[0]}, but {odd}",
            cve_states(None, None, exchange=None, why=_impossible_why(odd)),
            flags=(*flags, "inconsistent", "impossible-build"),
        )  # fmt: skip
    if not claims.members:
        return Judgement(
            Status.BUILD_UNKNOWN, f"Exchange by {local[0].signs[0]}; no build is shown",
            cve_states(None, None, exchange=True, why=NOT_SAID), exchange=True,
            confidence=LOW if doubts else MEDIUM, pool=_pool(claims), flags=tuple(flags),
        )  # fmt: skip
    return _of_builds(claims, local, flags, doubted=bool(doubts))


def _of_builds(
    claims: Claims, local: Sequence[Answer], flags: list[str], *, doubted: bool
) -> Judgement:
    """One build, or the lowest and the worst of several."""
    pairs = {witness.build: (witness, at_least) for witness, at_least in claims.members}
    build = next(iter(pairs)) if len(pairs) == 1 else lowest(tuple(pairs))
    witness, at_least = pairs[build]
    precision = build.count(".") + 1
    if len(claims.members) == 1 and not claims.unseen:
        cves = cve_states(build, precision, exchange=True, why="", at_least=at_least)
    else:
        members = tuple((w.build, low) for w, low in claims.members)
        cves = worst(members, ", ".join(claims.unseen[:3]))
    pool = _pool(claims)
    reason = _reason(build, witness.source, at_least=at_least)
    if pool is not None:
        reason = f"{reason}; {_pool_reason(pool, claims)}"
    return Judgement(
        Status.IDENTIFIED, reason, cves, exchange=True, build=build, precision=precision,
        witness=witness.source, pool=pool, product=_called(build)[0], flags=tuple(flags),
        confidence=_confidence(precision, local, claims, at_least=at_least, low=doubted),
    )  # fmt: skip


def _of_contradiction(claims: Claims, flags: list[str]) -> Judgement:
    """One server says two things: the lowest is shown, and only what all agree on is settled.

    Of two products, or of more builds than anybody has, it may be none: nobody's server is that, a
    decoy is, and nothing that it says settles anything.
    """
    said = claims.contradiction
    shown = ", ".join(said)
    flags = [*flags, "inconsistent"]
    possible = tuple(build for build in said if not _odd(build))
    products = {tuple(build.split(".")[:2]) for build in said}
    if claims.left_out or not possible or len(products) > 1:
        what = "several products at once" if len(products) > 1 else "several builds at once"
        if claims.left_out:
            what = f"more than {MOST_SAID} builds at once"
        why = f"the server says that it is {what} ({shown}): ExSetup.exe on the server settles it"
        return Judgement(
            Status.BUILD_UNKNOWN, f"says that it is {what}: {shown}",
            every(PatchState.UNDETERMINED.value, why), flags=tuple(flags),
        )  # fmt: skip
    build = lowest(possible)
    others = tuple(witness.build for witness, _ in claims.members)
    return Judgement(
        Status.IDENTIFIED,
        f"the server contradicts itself: {shown}; a decoy, a cache or a balancer may be the cause",
        agreed(tuple(dict.fromkeys((*said, *others))), ", ".join(claims.unseen[:3])),
        exchange=True, build=build, precision=build.count(".") + 1,
        witness=_source_of(claims, build), pool=_pool(claims), product=_called(build)[0],
        flags=tuple(flags),
    )  # fmt: skip


def _source_of(claims: Claims, build: str) -> str:
    found = [w.source for w, _ in claims.members if w.build == build]
    return found[0] if found else "one of several that differ"


def _pool(claims: Claims) -> Pool | None:
    """None where nothing shows more than one server."""
    builds = tuple(dict.fromkeys(witness.build for witness, _ in claims.members))
    if len(claims.servers) < 2 and len(builds) < 2:
        return None
    return Pool(claims.servers, builds, mixed=claims.mixed)


def _pool_reason(pool: Pool, claims: Claims) -> str:
    if claims.unseen:
        return f"{', '.join(claims.unseen[:3])} answers here too, without a build"
    if pool.mixed:
        return f"the lowest of {len(pool.builds)} builds behind this address"
    if len(pool.builds) > 1:
        return f"{len(pool.servers)} servers of the same cumulative update answer here"
    return f"{len(pool.servers)} servers of the same build answer here"


def _flags(claims: Claims, local: Sequence[Answer], front: Sequence[Answer]) -> list[str]:
    flags = []
    if claims.mixed and not claims.contradiction:
        flags.append("mixed-pool")
    if len(claims.servers) > 1:
        flags.append("several-servers")
    if any(answer.gateway for answer in front):
        flags.append("partly-shielded")
    modern = any(w.build.startswith("15.") for w, _ in claims.members)
    open_headers = any(FRONT_END in answer.signs or OWA_VERSION in answer.signs for answer in local)
    if modern and not open_headers:
        flags.append("header-stripped")
    return flags


def _confidence(
    precision: int, local: Sequence[Answer], claims: Claims, *, at_least: bool, low: bool
) -> str:
    """How far the build may be trusted: a foreign web server before it costs a little."""
    if low or claims.unseen:
        return LOW
    foreign = all(a.software and not _IIS.match(a.software) for a in local)
    if precision < 4 or at_least or foreign:
        return MEDIUM
    return HIGH


@lru_cache(maxsize=4096)
def _odd(build: str) -> str:
    number = parse_build(build)
    return impossible(number) if number else f"{build} is no build"


def _impossible_why(odd: str) -> str:
    return f"{odd}: the server does not say the truth; ExSetup.exe on the server settles it"


@lru_cache(maxsize=4096)
def _called(build: str) -> tuple[str, str]:
    """Product, and product with its updates."""
    found = Builds.load().describe(build)
    if found is None and build.startswith("8."):
        return "Microsoft Exchange Server 2007", "Exchange Server 2007, which is out of support"
    if found is None:
        return "", "no build that the table knows"
    update = f" {found.cu}" if found.cu else ""
    if found.su:
        update += f" with {found.su}" if found.exact else f", {found.su} or later"
    return found.product, f"{found.product.removeprefix('Microsoft ')}{update}"


@lru_cache(maxsize=4096)
def _reason(build: str, source: str, *, at_least: bool) -> str:
    bound = "at least " if at_least else ""
    short = "" if build.count(".") == 3 else ", which leaves the security update open"
    return f"{source} says {bound}{build}: {_called(build)[1]}{short}"


def _of_online(signed: Sequence[Answer], conversation: Conversation) -> Judgement:
    """The cloud service, which is no server of anybody's; unless build or certificate objects.

    What is easily sent by anyone clears nobody: it takes the absence of all that contradicts it.
    """
    said = [witness for answer in signed for witness in answer.witnesses]
    witness = next((one for one in said if one.source != MANIFEST), None)
    certified = is_certified(conversation.tls)
    foreign = certified is False
    local = [one.build for one in said if not one.build.startswith(ONLINE_BUILD)]
    exchange = None if foreign or local else False
    reason = "the server names are those of Microsoft's cloud service"
    objections = [*["the certificate is not"] * foreign]
    if local:
        objections.append(f"the build {local[0]} is none of its own")
    why = _FOREIGN_WHY if foreign else _LOCAL_WHY
    return Judgement(
        Status.ONLINE, ", ".join((reason, *objections)),
        cve_states(None, None, exchange=exchange, why=why), exchange=exchange,
        build=witness.build if witness else None,
        precision=witness.build.count(".") + 1 if witness else None,
        witness=witness.source if witness else None, product="Exchange Online",
        confidence=LOW if objections else HIGH if certified else MEDIUM,
        flags=(*["foreign-certificate"] * foreign, *["inconsistent"] * bool(local)),
    )  # fmt: skip


_FOREIGN_WHY = (
    "server names of Exchange Online under a certificate that is not its: a relay to the cloud, or"
    " a server that hides; its owner knows"
)
_LOCAL_WHY = (
    "server names of Exchange Online with a build that is a product's: the server contradicts"
    " itself; its owner knows"
)


def _of_stranger(front: Sequence[Answer], conversation: Conversation) -> Judgement:
    """Nothing of Exchange was shown."""
    found = strangers.judge(front, conversation)
    other = told_by([answer for answer in front if answer.host == front[-1].host])
    if other is not None and found.exchange is not True:
        witness, told = other
        return Judgement(
            Status.NOT_EXCHANGE, f"it is {told.product}: {witness.source} says {told.build}",
            told.states, exchange=False, build=told.build, precision=told.precision,
            witness=witness.source, product=told.product, confidence=MEDIUM, flags=found.flags,
        )  # fmt: skip
    return Judgement(
        found.status, found.reason,
        cve_states(None, None, exchange=found.exchange, why=found.why), exchange=found.exchange,
        confidence=found.confidence, flags=found.flags,
    )  # fmt: skip


_SILENT = {
    Status.TLS_FAILED: "no TLS version or cipher in common: that is old, not absent; a client of"
    " its age, or its owner, settles what it is",
    Status.REFUSED: "the port is closed to us: its owner, or a look from another network, settles"
    " it",
    Status.NO_ANSWER: "nothing came in time: a later look, or one from another network, settles it",
    Status.UNREACHABLE: "there was no way to the address: a later look settles it",
    Status.BROKEN: "no whole answer came: a later look, or its owner, settles it",
}


def _of_silence(conversation: Conversation) -> Judgement:
    status = conversation.failure or Status.NO_ANSWER
    why = _SILENT.get(status, _SILENT[Status.NO_ANSWER])
    text = conversation.failure_text
    if status is Status.NOT_ASKED:
        return Judgement(status, text or "outside the scope", {})
    return Judgement(
        status, f"{why.partition(':')[0]} ({text})" if text else why,
        cve_states(None, None, exchange=None, why=why),
    )  # fmt: skip
