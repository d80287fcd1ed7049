"""What the report calls things: flags, changes, and the sentence of what changed."""

from __future__ import annotations

from collections.abc import Iterator

from alpheus.exposure.report.history import Changes
from alpheus.exposure.report.transitions import Kind

FLAGS = {
    "mixed-pool": "several servers of different builds behind one address; the lowest counts",
    "several-servers": "several servers behind one address",
    "back-end-exposed": "the back end answers from outside, which it never should (port 444)",
    "weak-tls": "outdated TLS: old versions, ciphers, keys or signatures",
    "second-chance-tls": "speaks only ciphers that no current program has (RC4, 3DES)",
    "inconsistent": "contradicts itself, as decoys (honeypots) do",
    "impossible-build": "names a build that cannot be, as decoys (honeypots) do",
    "odd-header": "headers that are not as Exchange writes them, as decoys (honeypots) have",
    "unconfirmed": "a later step failed, so a fix that one answer alone shows is not believed",
    "partly-shielded": "a gateway answers for a part of it",
    "gateway-unknown": "a sign-on page of no product that is known answers in its place",
    "redirect-to-https": "only sends to HTTPS of the same host, which is to be asked",
    "cloud-redirect": "sends to Microsoft's cloud, which does not say what else runs here",
    "header-stripped": "headers that name the build are taken out",
    "hybrid": "Exchange of its own, while mail of its names goes to Exchange Online",
    "cloud-mail-flow": "mail of its names goes to Exchange Online, which clears no server",
    "cloud-and-local": "answers partly as the cloud service, partly as a server",
    "foreign-certificate": "answers as the cloud service under somebody else's certificate",
    "smtp-exchange": "its mail server says that it is Exchange",
    "compromised-reported": "a list reports it as compromised",
    "indicator": "a list names it as a sign of an attack: it may be the attacker's own",
    "conflict": "a list and the table of builds contradict each other",
}
"""Flags of observations, in the order in which they are shown."""

KINDS = {
    Kind.REGRESSED: "Fixed before, vulnerable again",
    Kind.FOUND: "Known to be vulnerable now",
    Kind.NEW: "New servers",
    Kind.BACK: "Back again",
    Kind.HIDDEN: "Cannot be told any more",
    Kind.FIXED: "Fixed",
    Kind.CLEARED: "Shown to be fixed now",
    Kind.GONE: "No answer any more",
    Kind.REPLACED: "Something else answers",
    Kind.CLOUD: "The cloud service answers",
    Kind.ABSENT: "Not in this run",
}

SHORT = {
    Kind.REGRESSED: "Again vulnerable",
    Kind.FOUND: "Found vulnerable",
    Kind.NEW: "New",
    Kind.BACK: "Back",
    Kind.HIDDEN: "Cannot be told",
    Kind.FIXED: "Fixed",
    Kind.CLEARED: "Shown fixed",
    Kind.GONE: "No answer",
    Kind.REPLACED: "Other service",
    Kind.CLOUD: "Cloud",
    Kind.ABSENT: "Not in it",
}
"""The same, for the head of a column."""

MEANINGS = {
    Kind.REGRESSED: "A later update without the fix, a restored machine or an older member of a "
    "pool can bring a flaw back. Tell their owners first.",
    Kind.FOUND: "Not known to be vulnerable the last time that they answered.",
    Kind.NEW: "Not met in any of the runs before.",
    Kind.BACK: "Did not answer as Exchange the last time.",
    Kind.HIDDEN: "They answer, and do not show their state now, which is no fix.",
    Kind.FIXED: "Vulnerable when last seen, and the build shown now holds the fix. That says "
    "nothing of a break-in before.",
    Kind.CLEARED: "Their state could not be told before.",
    Kind.GONE: "Off, filtered or moved: not counted as fixed.",
    Kind.REPLACED: "Another product answers at the address: not counted as fixed.",
    Kind.CLOUD: "The server that was there may still run elsewhere: not counted as fixed.",
    Kind.ABSENT: "Were not asked or not listed this time: nothing is known of them.",
}

_FATES = {
    "fixed": "fixed",
    "vulnerable": "still vulnerable",
    "undetermined": "cannot be told any more",
    "gone": "without an answer",
    "replaced": "another service now",
    "absent": "not in this run",
}
"""What became of those that were vulnerable, in the order in which it is told."""

_TOLD = (
    (Kind.FOUND, "newly known to be vulnerable"),
    (Kind.NEW, "new"),
    (Kind.BACK, "back"),
    (Kind.GONE, "no longer answering"),
)


def change_sentence(changes: Changes, since: str, name: str) -> str:
    """What changed since a run, for a person; `name` is what the chief CVE is called."""
    again = changes.kinds[Kind.REGRESSED]
    parts = []
    if again:
        verb = "server is" if again == 1 else "servers are"
        parts.append(f"{again:,} {verb} vulnerable again to what had been fixed.")
    before = changes.fates.total()
    if before:
        fates = "; ".join(_fates(changes))
        verb = "server that was" if before == 1 else "servers that were"
        parts.append(f"Of {before:,} {verb} vulnerable to {name} on {since}: {fates}.")
    else:
        parts.append(f"On {since}, no server was known to be vulnerable to {name}.")
    others = [
        f"{changes.kinds[kind]:,} {words}" for kind, words in _TOLD if changes.kinds[kind]
    ]  # fmt: skip
    if others:
        parts.append(f"Of all servers: {', '.join(others)}.")
    return " ".join(parts)


def _fates(changes: Changes) -> Iterator[str]:
    for fate, words in _FATES.items():
        if changes.fates[fate]:
            yield f"{changes.fates[fate]:,} {words}"
