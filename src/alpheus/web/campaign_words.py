"""Why servers are left and what to do next, in the words of the console (English).

Each is said in the reader's language by `gettext`; `texts` has all of them for those who translate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from alpheus.campaign.pace import Trend
from alpheus.campaign.reasons import Reason
from alpheus.cases.states import OPEN_COMPROMISE, OPEN_PATCH


class Why(NamedTuple):
    """A reason: its name, what is so, what to do next, and where its servers are ('' for none)."""

    title: str
    so: str
    act: str
    where: str = ""


def servers_at(**filters: str | tuple[str, ...]) -> str:
    """The address of the list of servers that fit; several values of a filter are alternatives."""
    given = [
        (name, one)
        for name, value in filters.items()
        for one in ((value,) if isinstance(value, str) else value)
    ]
    return f"/servers?{urlencode(given)}" if given else "/servers"


_OPEN = tuple(sorted(OPEN_PATCH))
_BROKEN = tuple(sorted(OPEN_COMPROMISE))

REASONS: Mapping[Reason, Why] = {
    Reason.DOUBTFUL: Why(
        "One list only", "One list saw them once, and nobody else ever.",
        "Look at them before anybody is told."),
    Reason.SILENT: Why(
        "Not seen since",
        "They were not seen for two weeks or more: gone, hidden, or not looked at.",
        "Look again; who is gone is closed as gone, not counted as fixed."),
    Reason.AGAIN: Why(
        "Open again",
        "They were fixed or clean and are open again: their owners believe that it is done.",
        "Call each of them; a later update may have taken the fix away.",
        servers_at(patch="regressed")),
    Reason.WORKING: Why(
        "Owner at work", "Their owners know, and are at work or ask for help.",
        "Ask how far they are, and help those that asked for it first.",
        servers_at(work=("acknowledged", "in-progress", "needs-help"))),
    Reason.WAITING: Why(
        "Told just now", "They were told, and the time to answer is not over.", "Wait.",
        servers_at(work="notified")),
    Reason.FAILED: Why(
        "Nothing arrived", "All that was sent to them bounced or was refused.",
        "Write a letter, or call: no more mail to these addresses.", "/notices?status=failed"),
    Reason.NOT_PASSED_ON: Why(
        "Not passed on",
        "Their providers were told, and hardly any of their customers has fixed.",
        "Call these providers."),
    Reason.UNANSWERED: Why(
        "No answer", "They were told, and nobody has answered.",
        "Plan notices: they go one step up the ladder; the same once more does not help.",
        servers_at(work="notified")),
    Reason.UNTOLD: Why(
        "Not told", "Their owners can be reached, and nobody has told them.",
        "Plan notices and have them approved.", servers_at(work="new", patch=_OPEN)),
    Reason.PROVIDER_ONLY: Why(
        "Provider only", "Nobody has told them, and only their providers can be reached.",
        "Plan notices: they ask the providers to pass it on.",
        servers_at(work="new", patch=_OPEN)),
    Reason.NO_CONTACT: Why(
        "No way to them", "Whose they are is known, and no way to reach them.",
        "Find a telephone number or a postal address, and write a letter."),
    Reason.NO_OWNER: Why(
        "Owner unknown", "Nobody knows whose they are.",
        "Ask their providers and the national team; import registers.",
        servers_at(organisation="", patch=_OPEN)),
}  # fmt: skip

KINDS = {
    "sector": "Sector", "network": "Network", "region": "Region", "product": "Product",
    "build age": "Age of the build", "owner": "Owner", "contact": "Way to the owner",
    "addresses": "Addresses", "intrusion": "Intrusion",
}  # fmt: skip
"""By what groups are made."""

VALUES = {
    "build age": ("under half a year", "half a year to one", "one to two years", "over two years"),
    "owner": ("known", "unknown"),
    "contact": ("known", "usual mailbox only", "provider only", "none"),
    "addresses": ("changing", "steady"),
    "intrusion": ("reported or proven", "none known"),
}
"""Values of groups that are words of ours; others are names."""

ACTS = {
    "sector": "Ask the sector's own team or association to take these.",
    "network": "Call this provider and name the addresses.",
    "region": "Ask the region's own team to take these.",
    "product": "Write to these how this product is brought to a supported update.",
    "build age": "Write to these how to get to a supported update first, then the fix.",
    "owner": "Find the owners: registers, providers, the name in the certificate.",
    "contact": "Find a telephone number or a postal address.",
    "addresses": "Tell their providers address and time: the address alone is another's now.",
    "intrusion": "Offer these help with cleaning: an update does not throw anybody out.",
}
"""What to do next with a group."""

TRENDS: Mapping[Trend, str] = {
    Trend.NONE: "Nothing was ever left.",
    Trend.EARLY: "It is too early to say how fast the number falls.",
    Trend.FALLING: "The number is falling.",
    Trend.RISING: "The number is rising.",
    Trend.STOPPED: "The number has stopped falling: a plateau.",
    Trend.UNSEEN: "Most of those left have not been seen for two weeks: look again first.",
    Trend.FEW: "Few enough are left to be called one by one.",
    Trend.FLAT: "The number does not fall.",
}
NEWS = {
    "new": ("new", servers_at(sort="last-seen")),
    "fixed": ("fixed", servers_at(patch="fixed", sort="last-seen")),
    "regressed": ("vulnerable again", servers_at(patch="regressed", sort="last-seen")),
    "compromised": ("compromised, by proof", servers_at(compromise="compromised",
                                                        sort="last-seen")),
    "reported": ("reported as compromised", servers_at(compromise="reported", sort="last-seen")),
    "re-infected": ("compromised again", servers_at(compromise="re-infected", sort="last-seen")),
    "acknowledged": ("acknowledged by their owners", servers_at(work="acknowledged",
                                                               sort="last-seen")),
    "needs-help": ("whose owners ask for help", servers_at(work="needs-help", sort="last-seen")),
}  # fmt: skip
"""What may have come since somebody looked, and where those servers are."""

NEWS_TONE = {"regressed": "bad", "compromised": "bad", "reported": "bad", "re-infected": "bad",
             "fixed": "good", "needs-help": "doubt"}  # fmt: skip
PLACES = {"world": "World"}
BOUNDS = ("about", "nearly", "at least", "more than", "fewer than")


def group_at(kind: str, value: str) -> str:
    """Where the servers of a group are, '' where no filter says it."""
    if kind == "intrusion":
        return servers_at(compromise=_BROKEN) if value == "reported or proven" else ""
    if kind == "owner":
        return servers_at(organisation="") if value == "unknown" else ""
    if kind not in {"sector", "network", "region", "product"}:
        return ""
    return servers_at(**{kind: "" if value == "unknown" else value})


def is_ours(kind: str, value: str) -> bool:
    """Whether a value of a group is a word of ours, and not somebody's name."""
    return value == "unknown" or value in VALUES.get(kind, ())


def texts() -> Iterator[str]:
    """Every text, for those who translate."""
    for why in REASONS.values():
        yield from (why.title, why.so, why.act)
    for known in (KINDS, ACTS, TRENDS, PLACES):
        yield from known.values()
    for values in VALUES.values():
        yield from values
    yield from (text for text, _ in NEWS.values())
    yield from BOUNDS
