"""The words and colours of what stands in tables: states, sectors, ways and what became of them.

English here; each is said in the reader's language by `said` of a template. A value that nobody
foresaw is shown as it is, and is never taken for a text of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from alpheus.directory.sectors import sectors

BAD, DOUBT, NOTE, GOOD, PLAIN = "bad", "doubt", "note", "good", "plainly"
"""Classes of the style sheet: to be acted on, in doubt, under way, done, and neither."""


class Label(NamedTuple):
    """A value in words (English), its colour, and a sentence on what it means ('' for none)."""

    text: str
    tone: str = PLAIN
    help: str = ""


PATCH = {
    "unknown": Label("Unknown", PLAIN, "Nobody could see which update is installed."),
    "vulnerable": Label("Vulnerable", BAD, "The security update is missing."),
    "mitigated": Label("Mitigated", DOUBT, "Made harder to attack; the update is still missing."),
    "fixed": Label("Fixed", GOOD, "The security update is installed."),
    "regressed": Label("Vulnerable again", BAD, "It was fixed or mitigated, and is open again."),
    "not-affected": Label("Not affected", GOOD, "This product does not have the flaw."),
}
COMPROMISE = {
    "unknown": Label("Not looked at", PLAIN, "Nobody has looked for an intruder."),
    "not-determinable": Label(
        "Cannot be told", DOUBT, "What was looked at is not enough to say whether one was there."),
    "no-evidence": Label("No evidence", GOOD, "What was looked at shows no intruder."),
    "attempted": Label("Attack attempted", DOUBT, "Attacked; nothing shows that it worked."),
    "suspicious": Label("Suspicious", DOUBT, "Signs of an intruder that are no proof."),
    "reported": Label("Reported by others", BAD, "Others say so; no evidence was assessed here."),
    "compromised": Label("Compromised", BAD, "An intruder was there, by proof."),
    "cleaned": Label("Cleaned, not verified", NOTE, "Cleaned; nothing shows yet that it worked."),
    "verified-clean": Label("Verified clean", GOOD, "Cleaned, and looked at again."),
    "re-infected": Label("Compromised again", BAD, "An intruder came back after cleaning."),
}  # fmt: skip
WORK = {
    "new": Label("New"),
    "notified": Label("Notified", NOTE),
    "acknowledged": Label("Acknowledged", NOTE),
    "in-progress": Label("In progress", NOTE),
    "needs-help": Label("Needs help", DOUBT),
    "closed": Label("Closed", GOOD),
    "reopened": Label("Reopened", DOUBT),
    "false-positive": Label("False positive"),
}
STAGE = {
    "none": Label("Nothing seen"),
    "probed": Label("Probed"),
    "attempted": Label("Attack attempted", DOUBT),
    "exploited": Label("Exploited", BAD),
    "implanted": Label("Back door placed", BAD),
    "operated": Label("Back door used", BAD),
    "spread": Label("Went further", BAD),
}
RUNG = {
    "contact": Label("The organisation's own contact"),
    "registrant": Label("Registrant of the addresses"),
    "provider": Label("Provider"),
    "national-team": Label("National team"),
    "letter": Label("Letter"),
}
CHANNEL = {
    "email": Label("E-mail"),
    "letter": Label("Letter"),
    "phone": Label("Telephone"),
    "ticket": Label("Ticket"),
    "by hand": Label("By hand"),
}
STATUS = {
    "planned": Label("Planned"),
    "approved": Label("Approved", NOTE),
    "rejected": Label("Rejected"),
    "withdrawn": Label("Withdrawn"),
    "uncertain": Label("Uncertain", DOUBT, "It may have gone out and may not: a person decides."),
    "sent": Label("Sent", NOTE),
    "delayed": Label("Delayed", DOUBT),
    "delivered": Label("Delivered", NOTE),
    "failed": Label("Failed", BAD, "Bounced or refused for good: this address does not work."),
    "acknowledged": Label("Acknowledged", GOOD),
}
EVENT = {
    "planned": Label("Planned"),
    "approved": Label("Approved"),
    "rejected": Label("Rejected"),
    "handing-over": Label("Being handed over"),
    "handed-over": Label("Handed over"),
    "not-taken": Label("Not taken for now", DOUBT),
    "refused": Label("Refused for good", BAD),
    "uncertain": Label("Uncertain", DOUBT),
    "delayed": Label("Delayed", DOUBT),
    "delivered": Label("Delivered"),
    "bounced": Label("Bounced", BAD),
    "automatic-answer": Label("Automatic answer"),
    "answered": Label("Answered", NOTE),
    "acknowledged": Label("Acknowledged", GOOD),
    "withdrawn": Label("Withdrawn"),
    "code-used": Label("Came by the code", NOTE),
    "code-ended": Label("An account instead of the code", NOTE),
}
ACT = {
    "note": Label("Note"),
    "assigned": Label("Assigned"),
    "notified": Label("Notified"),
    "unreached": Label("Reached nobody", DOUBT),
    "acknowledged": Label("Acknowledged"),
    "started": Label("Work started"),
    "asked-help": Label("Asked for help", DOUBT),
    "closed": Label("Closed"),
    "reopened": Label("Reopened", DOUBT),
    "false-positive": Label("False positive"),
    "mitigated": Label("Mitigated"),
    "cleaned": Label("Cleaned"),
    "verified": Label("Verified"),
    "not-clean": Label("Not clean after all", BAD),
    "came-back": Label("Came back", BAD),
    "cleared": Label("Looked at: it is nothing"),
    "decoy": Label("Said to be a decoy"),
    "counted": Label("Said to be a server, no decoy"),
    "reported-to-authority": Label("Reported to an authority"),
    "merged": Label("Merged"),
    "split": Label("Split"),
    "kept-apart": Label("Kept apart"),
    "revoked": Label("Decision revoked"),
}
CLOSING = {
    "done": Label("Done"),
    "gone": Label("The server is gone"),
    "accepted": Label("The owner leaves it so"),
    "outside": Label("Somebody else takes care of it"),
}
UNREACHED = {
    "no-contact": Label("No way to reach them is known, or all were tried", DOUBT),
    "never": Label("On the list of those who are never written to"),
    "on-server": Label("Only a mailbox on the server in question: call them", DOUBT),
    "uncertain": Label("Whether a notice went out is not known", DOUBT),
    "planned": Label("A notice waits for approval, or to be sent"),
    "waiting": Label("Told, with time left to answer"),
    "acknowledged": Label("They have acknowledged it", GOOD),
    "followed-up": Label("All ways tried, nobody answered: a person takes over", DOUBT),
}
CLOCK = {
    "due": Label("Due", NOTE),
    "overdue": Label("Overdue", BAD),
    "met": Label("Met", GOOD),
    "met-late": Label("Met late", DOUBT),
    "waiting": Label("Waiting"),
}
ROLE = {
    "constituent": Label("Organisation about itself"),
    "viewer": Label("Viewer"),
    "analyst": Label("Analyst"),
    "approver": Label("Approver"),
    "admin": Label("Administrator"),
}
CVE = {**PATCH, "undetermined": Label("Cannot be told", DOUBT, "Nothing seen so far decides it.")}
WEIGHT = {
    "proof": Label("Proof", BAD, "It shows by itself that an intruder was there."),
    "indication": Label(
        "Indication", DOUBT, "It speaks for an intruder, and may be something else."
    ),
    "context": Label("Context", PLAIN, "It belongs to the picture, and proves nothing."),
}
CONFIDENCE = {
    "high": Label("High"),
    "medium": Label("Medium"),
    "low": Label("Low"),
}
BASIS = {
    "utc": Label("UTC"),
    "converted": Label("Converted to UTC"),
    "unknown": Label("Zone not known", DOUBT),
}
DUTY = {
    "yes": Label("Binds the owner"),
    "perhaps": Label("May bind the owner", DOUBT),
    "no": Label("Does not bind the owner"),
}
KIND = {
    "probe": Label("Probe"),
    "list": Label("List"),
    "assessment": Label("Assessment of evidence"),
    "hand": Label("Entered by hand"),
}
KEY = {
    "server": Label("Name of the computer"),
    "ad-domain": Label("Domain of Active Directory"),
    "host": Label("Host names"),
    "certificate": Label("Certificates"),
    "organisation": Label("Domains of organisations"),
}
HINT = {
    "certificate": Label("Certificate"),
    "subject": Label("Subject of the certificate"),
    "mail-name": Label("Name of mail"),
    "name": Label("Host name"),
    "server-name": Label("What it calls itself"),
    "reverse-name": Label("Name of its address"),
    "listed-name": Label("Name from a list"),
    "claim": Label("List of customers"),
    "assignment": Label("Assignment of addresses"),
    "network-name": Label("Name of the network"),
    "route": Label("Route"),
}
CONTACT = {
    "registered": Label("Registered contact"),
    "government-list": Label("List of a government"),
    "listed": Label("Stands in a list"),
    "security-txt": Label("security.txt"),
    "abuse": Label("Abuse contact"),
    "usual-mailbox": Label("Usual mailbox"),
    "provider": Label("Provider"),
    "national-cert": Label("National team"),
}
JOB = {
    "waiting": Label("Waiting"),
    "running": Label("Under way", NOTE),
    "done": Label("Done", GOOD),
    "failed": Label("Failed", BAD),
    "cancelled": Label("Cancelled"),
}
JOB_KIND = {
    "import": Label("List"),
    "triage": Label("Evidence"),
    "rebuild": Label("Working out servers"),
    "plan": Label("Planning notices"),
    "send": Label("Sending notices"),
}
PHASE = {
    "contain": Label("Contain"),
    "preserve": Label("Preserve"),
    "remove": Label("Remove what was planted"),
    "restore": Label("Restore what belongs there"),
    "patch": Label("Close the hole"),
    "rotate": Label("Rotate secrets, in this order"),
    "rebuild": Label("Rebuild"),
    "verify": Label("Verify"),
}
MARK = {
    "done": Label("Done", GOOD),
    "not-needed": Label("Not needed", GOOD),
    "said": Label("Done by the owner's word", DOUBT, "Somebody of us confirms it."),
    "begun": Label("Begun", NOTE),
    "open": Label("To do"),
}
OUTCOME = {
    "verified-clean": Label("Verified clean for what lies in files", GOOD),
    "uncovered": Label("Not all was seen", DOUBT),
    "not-clean": Label("Not clean", BAD),
    "re-infected": Label("Attacked again, or more was found", BAD),
}
FATE = {
    "gone": Label("Gone", GOOD),
    "left": Label("Still there", BAD),
    "back": Label("Came back", BAD),
    "new": Label("New", BAD),
    "unseen": Label("Not seen again", DOUBT, "Nobody looked there again."),
    "past": Label("Of before the clean-up", PLAIN, "It stays in the logs."),
}
CLEAN_DEED = {
    **MARK,
    "plan": Label("A plan was kept"),
    "verification": Label("Looked at again"),
}
SECRET = {
    "parameter": Label("Parameter of a page"),
    "password": Label("Password"),
    "key": Label("Key of a machine"),
    "token": Label("Token of a session"),
    "text": Label("Text in a page that may be a key"),
}
_UNKNOWN = Label("Unknown")


@cache
def tables() -> Mapping[str, Mapping[str, Label]]:
    """All labels by kind and value."""
    found = {name: Label(one.title) for name, one in sectors().items()}
    return {
        "patch": PATCH, "compromise": COMPROMISE, "verdict": COMPROMISE, "work": WORK,
        "stage": STAGE, "rung": RUNG, "channel": CHANNEL, "status": STATUS, "event": EVENT,
        "act": ACT, "closing": CLOSING, "unreached": UNREACHED, "clock": CLOCK, "role": ROLE,
        "sector": found, "job": JOB, "job-kind": JOB_KIND, "cve": CVE, "weight": WEIGHT,
        "confidence": CONFIDENCE, "basis": BASIS,
        "duty": DUTY, "kind": KIND, "key": KEY, "hint": HINT, "contact": CONTACT,
        "secret": SECRET, "phase": PHASE, "mark": MARK, "outcome": OUTCOME, "fate": FATE,
        "clean-deed": CLEAN_DEED,
    }  # fmt: skip


def label(kind: str, value: str) -> Label | None:
    """The label of a value; None where there is none. '' is unknown in every kind.

    Raises KeyError for a kind that there is not.
    """
    known = tables()[kind]
    return known.get(value) or (None if value else _UNKNOWN)


def tone(kind: str, value: str) -> str:
    """The class of a value's colour."""
    found = label(kind, value)
    return found.tone if found else PLAIN


def texts() -> Iterator[str]:
    """Every text, for those who translate."""
    yield _UNKNOWN.text
    for known in tables().values():
        for one in known.values():
            yield one.text
            if one.help:
                yield one.help
