"""What to make of answers that show nothing of Exchange.

The default is to leave it open. A 404, a default page or a refusal under the bare address may be
what a web server with many names shows to those who do not call it by the right one, and IIS says
404 for a path that its administrator filters. So `not-exchange` needs a page or a server that
positively is something else, or a 404 under a name from something other than IIS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alpheus.exposure.model import Answer, Conversation, ProbeKind, Status
from alpheus.exposure.read_answer import (
    ABSENT,
    DEFAULT_PAGE,
    ONLINE_HOSTS,
    REFUSED,
    SIGN_ON_PAGE,
    TO_HTTPS,
    TRUNCATED,
    UNKNOWN_GATEWAY,
    WINDOWS_SIGN_ON,
)

_GATEWAY_WHY = (
    "a gateway answers in its place, and other ways in may be open: ask from inside, or its owner"
)
_CLOUD_WHY = (
    "the page sends to Microsoft's cloud, which says where mail is read and not what else runs"
    " here: the owner knows"
)
_WINDOWS_WHY = "every page asks for a Windows sign-on first: ask from inside, or its owner"
_HTTPS_WHY = "this port only sends to HTTPS: ask that port"
_NAME_WHY = "the web server did not show what it holds: ask it by the name that its users use"
_EWS_WHY = (
    "the web services ask for a Windows sign-on and nothing names the build: the file version of"
    " ExSetup.exe settles it"
)
_SMTP_WHY = "the mail server beside it is Exchange; these pages do not say its build: ask its owner"
_CUT_WHY = "no whole answer came: a later look, or its owner, settles it"
_SENT_WHY = "every page sends to another page of this host first: ask from inside, or its owner"
_BY_HINT: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (TO_HTTPS, "sends to HTTPS of the same host", _HTTPS_WHY, ("redirect-to-https",)),
    (WINDOWS_SIGN_ON, "every page asks for a Windows sign-on", _WINDOWS_WHY, ()),
    (SIGN_ON_PAGE, "sends to another page of this host", _SENT_WHY, ()),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Status, whether it is Exchange, and why; `why` is for the CVEs and names no host."""

    status: Status
    reason: str
    why: str = ""
    confidence: str = "low"
    flags: tuple[str, ...] = ()
    exchange: bool | None = None


def judge(front: Sequence[Answer], conversation: Conversation) -> Verdict:
    """The verdict on answers of which none shows a sign of Exchange; there is at least one."""
    gateway = _gateway(front)
    other = _something_else(front, conversation)
    smtp = any(a.probe is ProbeKind.SMTP and a.signs for a in conversation.answers)
    if _only_web_services_sign_on(front):
        return Verdict(
            Status.BUILD_UNKNOWN, "/EWS/ asks for a Windows sign-on, as Exchange does, where"
            " other paths do not", _EWS_WHY, exchange=True,
        )  # fmt: skip
    if gateway and not (other and gateway == UNKNOWN_GATEWAY and not smtp):
        return _shielded(gateway, front)
    if smtp:
        return Verdict(Status.SHIELDED, "the SMTP banner is Exchange's; " + _shown(front),
                       _SMTP_WHY)  # fmt: skip
    if other is not None:
        return other
    return _open(front, conversation)


def _gateway(front: Sequence[Answer]) -> str:
    """A gateway that a mark tells before one that none does."""
    found = [answer.gateway for answer in front if answer.gateway]
    return next((name for name in found if name != UNKNOWN_GATEWAY), found[0] if found else "")


def _shielded(gateway: str, front: Sequence[Answer]) -> Verdict:
    answer = next(a for a in front if a.gateway == gateway)
    sent = f", which sends to {answer.redirect}" if answer.redirect else ""
    reason = f"{gateway} answers in its place (HTTP {answer.status}{sent})"
    flags = ("gateway-unknown",) if gateway == UNKNOWN_GATEWAY else ()
    return Verdict(Status.SHIELDED, reason, _GATEWAY_WHY, "medium", flags)


def _only_web_services_sign_on(front: Sequence[Answer]) -> bool:
    """IIS without Exchange answers both paths alike: both open, both locked, or both absent."""
    ews = [a for a in front if a.probe is ProbeKind.EWS]
    owa = [a for a in front if a.probe is ProbeKind.OWA]
    locked = any(WINDOWS_SIGN_ON in answer.hints for answer in ews)
    return locked and bool(owa) and not any(WINDOWS_SIGN_ON in answer.hints for answer in owa)


def _something_else(front: Sequence[Answer], conversation: Conversation) -> Verdict | None:
    """Positively something else: by its own pages or server, or by 404 under its own name."""
    last = [answer for answer in front if answer.host == front[-1].host]
    named = front[-1].host not in {"", conversation.endpoint.address}
    if any(answer.gateway or answer.redirect for answer in last):
        return None
    if not all(answer.other or ABSENT in answer.hints for answer in last):
        return None
    pages = [answer.other for answer in last if answer.other]
    sure = named and len(last) > 1
    if pages:
        confidence = "high" if sure else "medium" if named else "low"
        return Verdict(
            Status.NOT_EXCHANGE, f"it is {pages[0]}", confidence=confidence, exchange=False
        )
    if not sure:
        return None
    software = last[0].software
    several = bool(software) and not software.lower().startswith("microsoft-")
    return Verdict(
        Status.NOT_EXCHANGE,
        f"{software or 'a web server'} has none of Exchange's pages (404) under its name"
        f" {last[0].host}; one that passes on ActiveSync alone would look the same",
        confidence="medium" if several else "low", exchange=False,
    )  # fmt: skip


def _open(front: Sequence[Answer], conversation: Conversation) -> Verdict:
    """Nothing can be said, and why."""
    if all(TRUNCATED in answer.hints for answer in front):
        return Verdict(Status.BROKEN, f"{_shown(front)} that broke off or had no end", _CUT_WHY)
    sent = [answer.redirect for answer in front if answer.redirect]
    cloud = [name for name in sent if name.endswith(ONLINE_HOSTS)]
    if cloud:
        return Verdict(Status.SHIELDED, f"sends to {cloud[0]}", _CLOUD_WHY, "low",
                       ("cloud-redirect",))  # fmt: skip
    if sent:
        reason = f"sends to {sent[0]}, which was not followed"
        return Verdict(Status.SHIELDED, reason, _NAME_WHY)
    hints = {hint for answer in front for hint in answer.hints}
    for hint, reason, why, flags in _BY_HINT:
        if hint in hints:
            return Verdict(Status.SHIELDED, reason, why, "low", flags)
    bare = all(answer.host in {"", conversation.endpoint.address} for answer in front)
    under = "under the bare address" if bare else "under its name"
    reason = f"{_shown(front)} {under} says nothing of what else it holds"
    return Verdict(Status.SHIELDED, reason, _NAME_WHY)


def _shown(front: Sequence[Answer]) -> str:
    first = front[0]
    kind = "a default or empty page" if DEFAULT_PAGE in first.hints else f"HTTP {first.status}"
    if REFUSED in first.hints:
        kind = f"a refusal (HTTP {first.status})"
    return f"{kind} of {first.software}" if first.software else kind
