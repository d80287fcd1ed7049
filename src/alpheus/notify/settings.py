"""What `notify.yaml` says: who sends notices, by which server, how fast, to whom never.

All problems of the file are reported at once, each with its line and what to write instead. The
password of the mail server stands in no file: it is taken from ALPHEUS_SMTP_PASSWORD.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from alpheus.errors import UsageError
from alpheus.exposure.settings_file import Problems, Section, kind
from alpheus.knowledge.tables import read_table
from alpheus.notify import settings_values as values
from alpheus.notify.model import LADDER, Rung

if TYPE_CHECKING:
    import yaml

EXAMPLE = Path(__file__).with_name("notify_example.yaml")
"""A file of settings with comments, for newcomers to fill in."""

PASSWORD = "ALPHEUS_SMTP_PASSWORD"  # noqa: S105 - the name of a variable, not a password
"""The environment variable that holds the password of the mail server."""

LANGUAGES = "notice_languages.csv"
"""Columns `country` (two letters, in capitals) and `language` (a tag such as `de`)."""

DEFAULT_LANGUAGE = "en"


WAIT_DAYS: dict[Rung, int] = dict(zip(LADDER, (3, 3, 5, 7, 14), strict=True))
"""What is waited for unless the file says otherwise."""


class SettingsError(UsageError):
    """A file of settings is wrong; the message has a line for every problem."""


class Sender(msgspec.Struct, frozen=True):
    """Who writes. `bounce` is the mailbox that reports come back to: `+reference` is added to it.

    `verify_url` is a page of the sender's own on which a recipient checks that a notice is real,
    `console_url` where owners sign in with their code, `hours` when the telephone is answered.
    """

    name: str
    organisation: str
    email: str
    reply_to: str = ""
    bounce: str = ""
    telephone: str = ""
    verify_url: str = ""
    console_url: str = ""
    postal_address: tuple[str, ...] = ()
    hours: str = ""


class SmtpSettings(msgspec.Struct, frozen=True):
    """The mail server that takes notices. `security` is `starttls`, `tls`, or `none` on loopback.

    `ca_file` holds certificates of authorities that are trusted beside the system's.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    ca_file: Path | None = None


class Rates(msgspec.Struct, frozen=True):
    """How many notices are handed over, at most; to one domain of recipients in an hour."""

    per_minute: float = 60.0
    per_domain_per_hour: float = 100.0


class Signing(msgspec.Struct, frozen=True):
    """How notices are signed: `method` is `smime`, `openpgp`, or '' for not at all.

    `certificate` (S/MIME alone) and `key` are files; a key's password stands in
    ALPHEUS_SIGNING_PASSWORD.
    """

    method: str = ""
    certificate: Path | None = None
    key: Path | None = None


class Letters(msgspec.Struct, frozen=True):
    """Where letters are written to, and the lines of the sender's address above the window."""

    folder: Path | None = None
    sender_lines: tuple[str, ...] = ()


class Team(msgspec.Struct, frozen=True):
    """The national team that is told when nobody else can be reached; '' is none."""

    name: str = ""
    email: str = ""
    telephone: str = ""


class Settings(msgspec.Struct, frozen=True):
    """All of it. `languages` leads from countries and keys of organisations to language tags.

    `bulk_above`: a batch of more notices than that is approved by somebody who has not planned it.
    `wait_days`: how many days an answer is waited for, by rung. `never`: mailboxes, and domains
    with all below them, that are never written to. `templates`: folders of languages of one's own,
    beside or in place of those that ship.
    """

    sender: Sender
    tlp: str = "TLP:AMBER"
    languages: dict[str, str] = {}
    smtp: SmtpSettings = SmtpSettings()
    rates: Rates = Rates()
    bulk_above: int = 10
    wait_days: dict[Rung, int] = msgspec.field(default_factory=WAIT_DAYS.copy)
    signing: Signing = Signing()
    never: frozenset[str] = frozenset()
    letters: Letters = Letters()
    national_team: Team = Team()
    templates: tuple[Path, ...] = ()

    def language(self, organisation: str, country: str) -> str:
        """The language in which an organisation is written to, by its key or its country."""
        chosen = self.languages.get(organisation.lower()) if organisation else ""
        return (
            chosen
            or self.languages.get(country.upper(), "")
            or _by_country().get(country.upper(), DEFAULT_LANGUAGE)
        )

    def is_never(self, mailbox: str) -> bool:
        """Whether a mailbox is one that is never written to."""
        address = mailbox.strip().lower()
        domain = address.rpartition("@")[2]
        while domain:
            if domain in self.never:
                return True
            domain = domain.partition(".")[2]
        return address in self.never

    def frame(self) -> str:
        """A digest over all that stands in every notice; approval binds to it."""
        said = msgspec.json.encode(
            [self.sender, self.tlp, self.letters.sender_lines, self.signing.method], order="sorted"
        )
        return hashlib.sha256(said).hexdigest()


_KEYS = ("sender", "tlp", "languages", "smtp", "rates", "approval", "wait_days", "signing", "never",
         "letters", "national_team", "templates")  # fmt: skip
_SENDER: dict[str, Callable[[str], str]] = {
    "name": values.words, "organisation": values.words, "email": values.mailbox,
    "reply_to": values.mailbox, "bounce": values.mailbox, "telephone": values.words,
    "verify_url": values.page, "console_url": values.page, "hours": values.words,
}  # fmt: skip
_NEEDED = {
    "name": "who signs, such as: name: Kim Doe",
    "organisation": "who writes, such as: organisation: CERT of Exampleland",
    "email": "the mailbox that notices come from, such as: email: notices@cert.example",
    "telephone": "where a recipient asks back, such as: telephone: +1 555 0100",
    "verify_url": "a page that says that notices are real, such as: "
    "verify_url: https://cert.example/verify",
}


def read_settings(path: Path) -> Settings:
    """The settings of a file. Raises SettingsError with a line for every problem."""
    problems = Problems(path)
    content = problems.content(path, None)
    if not problems.lines and not content.strip():
        problems.add(None, "is empty; begin with sender:, and see the example in the guide")
    document = None if problems.lines else problems.document(content)
    settings = None
    if document is not None and kind(document) != "mapping":
        problems.add(1, "settings are keys with values, such as sender: …")
    elif document is not None:
        settings = _Reader(path, problems).settings(document)
    if problems.lines or settings is None:
        raise SettingsError(problems.text())
    return settings


class _Reader:
    """Reads the sections of one file. Names of files in it are relative to it."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._folder = path.parent
        self._problems = problems

    def settings(self, node: yaml.Node) -> Settings:
        top = Section(node, _KEYS, self._problems)
        return Settings(
            sender=self._sender(top),
            tlp=top.value("tlp", values.label, "TLP:AMBER"),
            languages=self._languages(top),
            smtp=self._smtp(top),
            rates=self._rates(top),
            bulk_above=self._approval(top),
            wait_days=self._wait_days(top),
            signing=self._signing(top),
            never=self._never(top),
            letters=self._letters(top),
            national_team=self._team(top),
            templates=self._templates(top),
        )

    def _below(self, top: Section, key: str, known: tuple[str, ...]) -> Section | None:
        node = top.node(key)
        return None if node is None else Section(node, known, self._problems, f"{key}.")

    def _sender(self, top: Section) -> Sender:
        below = self._below(top, "sender", (*_SENDER, "postal_address"))
        if below is None:
            self._problems.add(top.line, "'sender' is missing: who writes; it holds name, "
                               "organisation, email, telephone and verify_url")  # fmt: skip
            return Sender("", "", "")
        said = {key: below.value(key, read, "") for key, read in _SENDER.items()}
        for key, example in _NEEDED.items():
            if below.node(key) is None:
                self._problems.add(below.line, f"'sender.{key}' is missing: {example}")
        lines = self._lines(below, "postal_address")
        said["reply_to"] = said["reply_to"] or said["email"]
        said["bounce"] = said["bounce"] or said["email"]
        return Sender(**said, postal_address=lines)

    def _lines(self, below: Section, key: str) -> tuple[str, ...]:
        return tuple(
            below.convert(key, line, text, values.words, "") for line, text in below.items(key)
        )

    def _languages(self, top: Section) -> dict[str, str]:
        """Keys are anybody's, so they are read here and not by a list of known ones."""
        node = top.node("languages")
        if node is None:
            return {}
        if kind(node) != "mapping":
            self._problems.add(node.start_mark.line + 1,
                               "'languages' holds keys with values, such as DE: de")  # fmt: skip
            return {}
        found: dict[str, str] = {}
        for key_node, value in node.value:
            key, line = str(key_node.value).strip(), key_node.start_mark.line + 1
            text = value.value if isinstance(value.value, str) else ""
            tag = top.convert(f"languages.{key}", line, text, values.language, "")
            found[key.upper() if len(key) == 2 else key.lower()] = tag
        return found

    def _smtp(self, top: Section) -> SmtpSettings:
        known = ("host", "port", "security", "user", "ca_file")
        below = self._below(top, "smtp", known)
        if below is None:
            return SmtpSettings()
        security = below.value("security", values.security, "starttls")
        host = below.value("host", values.host, "")
        if not host:
            self._problems.add(below.line, "'smtp.host' is missing, such as: host: mail.example")
        if security == "none" and not values.is_loopback(host):
            self._problems.add(
                below.line, "'smtp.security': none is for this machine (localhost) alone; "
                "write starttls or tls"
            )  # fmt: skip
        default = {"tls": 465, "none": 25}.get(security, 587)
        return SmtpSettings(
            host, below.value("port", values.port, default), security,
            below.value("user", values.words, ""), below.value("ca_file", self._file, None),
        )  # fmt: skip

    def _rates(self, top: Section) -> Rates:
        default = Rates()
        below = self._below(top, "rates", ("per_minute", "per_domain_per_hour"))
        if below is None:
            return default
        return Rates(
            below.value("per_minute", values.amount, default.per_minute),
            below.value("per_domain_per_hour", values.amount, default.per_domain_per_hour),
        )

    def _approval(self, top: Section) -> int:
        below = self._below(top, "approval", ("bulk_above",))
        return 10 if below is None else below.value("bulk_above", values.count, 10)

    def _wait_days(self, top: Section) -> dict[Rung, int]:
        below = self._below(top, "wait_days", tuple(rung.value for rung in LADDER))
        if below is None:
            return dict(WAIT_DAYS)
        return {rung: below.value(rung.value, values.days, WAIT_DAYS[rung]) for rung in LADDER}

    def _signing(self, top: Section) -> Signing:
        below = self._below(top, "signing", ("smime", "openpgp"))
        if below is None:
            return Signing()
        given = [name for name in ("smime", "openpgp") if below.node(name) is not None]
        if len(given) != 1:
            self._problems.add(below.line, "'signing' holds either smime or openpgp")
            return Signing()
        known = ("certificate", "key") if given == ["smime"] else ("key",)
        node = below.node(given[0])
        assert node is not None
        files = Section(node, known, self._problems, f"signing.{given[0]}.")
        found = {name: files.value(name, self._file, None) for name in known}
        key = found["key"]
        in_one = key is not None and key.suffix.lower() in {".p12", ".pfx"}
        for name in known:
            if files.node(name) is None and not (name == "certificate" and in_one):
                self._problems.add(files.line, f"'signing.{given[0]}.{name}' is missing: a file")
        return Signing(given[0], found.get("certificate"), key)

    def _never(self, top: Section) -> frozenset[str]:
        return frozenset(
            top.convert("never", line, text, values.mailbox_or_domain, "")
            for line, text in top.items("never")
        ) - {""}

    def _letters(self, top: Section) -> Letters:
        below = self._below(top, "letters", ("folder", "sender_lines"))
        if below is None:
            return Letters()
        folder = below.value("folder", lambda text: self._folder / text, None)
        return Letters(folder, self._lines(below, "sender_lines"))

    def _templates(self, top: Section) -> tuple[Path, ...]:
        found = [top.convert("templates", line, text, self._of_languages, None)
                 for line, text in top.items("templates")]  # fmt: skip
        return tuple(one for one in found if one is not None)

    def _of_languages(self, name: str) -> Path | None:
        place = self._folder / name
        try:
            found = (place / "phrases.csv").is_file() or any(place.glob("*/phrases.csv"))
        except OSError as error:
            raise ValueError(f"{place} cannot be read: {error.strerror}") from error
        if not found:
            raise ValueError(f"{place} is no folder of a language: there is no phrases.csv in it "
                             "or below it")  # fmt: skip
        return place

    def _team(self, top: Section) -> Team:
        below = self._below(top, "national_team", ("name", "email", "telephone"))
        if below is None:
            return Team()
        return Team(
            below.value("name", values.words, ""), below.value("email", values.mailbox, ""),
            below.value("telephone", values.words, ""),
        )  # fmt: skip

    def _file(self, name: str) -> Path | None:
        place = self._folder / name
        if not place.is_file():
            raise ValueError(f"{place} is not there, or is no file")
        return place


@cache
def _by_country() -> dict[str, str]:
    return {row["country"]: row["language"] for row in
            read_table(LANGUAGES, ("country", "language"))}  # fmt: skip
