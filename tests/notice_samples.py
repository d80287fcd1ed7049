"""Notices and settings for tests, ordinary ones and any that hypothesis thinks of."""

from __future__ import annotations

from hypothesis import strategies as st

from alpheus.notify.model import Channel, Notice, Recipient, Rung, Subject
from alpheus.notify.settings import Letters, Sender, Settings

PAGE = "https://cert.example/verify"
SETTINGS = Settings(
    sender=Sender(
        name="Kim Doe", organisation="CERT of Exampleland", email="notices@cert.example",
        telephone="+1 555 0100", verify_url=PAGE,
        postal_address=("CERT of Exampleland", "1 Example Street", "Exampletown"),
        hours="Monday to Friday, 08:00 to 18:00 UTC",
    ),
    letters=Letters(None, ("CERT of Exampleland, 1 Example Street, Exampletown",)),
)  # fmt: skip
CODE = "K7MN-2QRT-9XWD"
REFERENCE = "A-4F7K2Q"
EVIDENCE = (
    "2021-03-08T14:02:00Z: https://mail.school.example/aspnet_client/discover.aspx?pw=orange7 seen",
    "2021-03-09T07:30:00Z: build 15.1.2176.2 seen by a probe",
)


def subject(number: int = 1, **changes: object) -> Subject:
    """A server that was broken into and is open to attack."""
    values: dict[str, object] = {
        "server": number, "anchor": number, "name": f"mail{number}.school.example",
        "address": f"192.0.2.{number % 250 + 1}", "port": 443, "product": "Exchange Server 2016",
        "build": "15.1.2176.2", "patch": "vulnerable", "patch_since": "2021-03-05T10:00:00Z",
        "compromise": "compromised", "compromise_since": "2021-03-08T14:02:00Z",
        "stage": "implanted", "last_seen": "2021-03-09T07:30:00Z", "evidence": EVIDENCE,
        "organisation": "school.example",
    }  # fmt: skip
    return Subject(**{**values, **changes})  # type: ignore[arg-type]


def vulnerable(number: int = 1, **changes: object) -> Subject:
    """A server that is open to attack, and of which nothing else is known."""
    return subject(
        number, **{"compromise": "unknown", "compromise_since": "", "stage": "", **changes}
    )


def notice(*subjects: Subject, **changes: object) -> Notice:
    """A notice to a contact by mail; `channel`, `rung`, `address`, `name` are the recipient's."""
    to = {
        "channel": Channel.EMAIL, "rung": Rung.CONTACT, "address": "security@school.example",
        "name": "School District of Springfield",
    }  # fmt: skip
    to.update({key: changes.pop(key) for key in list(to) if key in changes})
    values: dict[str, object] = {
        "id": 1, "batch": 1, "reference": REFERENCE, "organisation": "school.example",
        "owner": "School District of Springfield", "recipient": Recipient(**to),  # type: ignore[arg-type]
        "language": "en", "tlp": "TLP:AMBER", "situation": "compromised", "reduced": False,
        "subjects": subjects or (subject(),), "made": "2021-03-09T08:00:00Z", "code": CODE,
    }  # fmt: skip
    return Notice(**{**values, **changes})  # type: ignore[arg-type]


def letter_notice(*subjects: Subject, **changes: object) -> Notice:
    """A notice on paper."""
    to = {
        "channel": Channel.LETTER, "rung": Rung.LETTER,
        "address": "1 School Street, 12345 Springfield, Exampleland",
    }  # fmt: skip
    return notice(*subjects, **{**to, **changes})


HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a\r\nBcc: all@list.example",
    "=HYPERLINK(1)", "@SUM(1)", "\t=1+1", "#panic(\"x\")", "#{ sys.inputs }", "*bold* _it_ $x$",
    "\u202eexe.txt", "{{ notice.code }}", "{% include 'verify.txt' %}", "! lead", "# heading",
    "- item", "| a | b |", "---", "**", "\ue000\ue001\ue002", "a|b", "\x00\x1b[2J", "\ud800",
    "https://evil.example/", "\\", "`raw`", "@label", "<label>", "//comment", "中文", "x" * 700,
)  # fmt: skip
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
_times = st.one_of(st.sampled_from(["", "2021-03-08T14:02:00Z", "2021", "9999-12-31"]), texts)
_patches = st.sampled_from(["unknown", "vulnerable", "mitigated", "fixed", "regressed", "odd"])
_verdicts = st.sampled_from(
    ["unknown", "no-evidence", "attempted", "suspicious", "reported", "compromised", "cleaned",
     "verified-clean", "re-infected", "odd"]
)  # fmt: skip
subjects = st.builds(
    Subject,
    server=st.integers(0, 9), anchor=st.integers(0, 9), name=texts, address=texts,
    port=st.integers(-1, 70000), product=texts,
    build=st.one_of(texts, st.sampled_from(["15.1.2176.2", "15.0.1497.2", "14.3.123.4", "15.1"])),
    patch=_patches, patch_since=_times, compromise=_verdicts, compromise_since=_times,
    stage=st.sampled_from(["", "probed", "implanted", "spread", "odd"]), last_seen=_times,
    evidence=st.lists(texts, max_size=7).map(tuple), organisation=texts, owner=texts,
)  # fmt: skip
recipients = st.builds(
    Recipient, channel=st.sampled_from(Channel), rung=st.sampled_from(Rung), address=texts,
    name=texts, kind=texts, source=texts, warning=texts, on_server=st.booleans(),
)  # fmt: skip
notices = st.builds(
    Notice,
    id=st.integers(0, 9), batch=st.integers(0, 9), reference=texts, organisation=texts,
    owner=texts, recipient=recipients,
    language=st.one_of(st.sampled_from(["en", "de", "es", "de-AT", "fr", ""]), texts),
    tlp=st.one_of(st.sampled_from(["TLP:RED", "TLP:AMBER+STRICT", "TLP:CLEAR", ""]), texts),
    situation=texts, reduced=st.booleans(), subjects=st.lists(subjects, max_size=14).map(tuple),
    made=_times, facts_digest=texts, code=texts,
)  # fmt: skip
