"""Secrets in evidence are shown as keyed hashes: a report must not hand a backdoor to its reader.

A secret is replaced by `[secret:1a2b3c4d]`, the first 32 bits of an HMAC-SHA256 under a key that is
random per run and never written: equal secrets stay recognisable inside one report, and the value
cannot be guessed offline from it. Secrets are first recognised by what stands around them, in all
texts of an assessment; then every bare occurrence of one, in any text, is replaced as well.
User names, paths and addresses are left alone. What a hash stands for is forgotten, unless somebody
asked for it (`keep`).
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote, quote_plus, unquote

from alpheus.model import Assessment, Citation, CveState, Finding, ServerAssessment
from alpheus.report.page_mask import mask_quoted
from alpheus.report.record_code import mask_code
from alpheus.report.secret_patterns import ORDINARY, PATTERNS, SecretKind

_KEY_BYTES = 32

_HEAD = 4
_LENGTHS = 64

MOST_KEPT = 5_000
"""Secrets that are kept in clear where that is asked for."""
MOST_PLACES = 20
"""Places of each that are kept with it."""

_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")

# An element of a path or of an address is a name, not a secret; nor is a part of a longer word.
_BEFORE = re.compile(rf"(?<![\w/\\])(?=(.{{{_HEAD}}}))", re.DOTALL)
_AFTER = re.compile(
    r"[\w/\\@]|:[0-9a-f]{8}\]|\.(?:as[hmp]x?|aspx|soap|svc|dll|exe|config)\b", re.IGNORECASE
)
_RECORDS = re.compile(
    r"\.(?:log|csv|tsv|txt|jsonl?|xml|evtx?|etl|html?|ya?ml|yara?|md|reg|gz|compiled)\Z",
    re.IGNORECASE,
)
"""Files of records, in which what is in quotes are names and values. No page is called so."""

_PARAMETER = re.compile(r"(?<=[?&])([^=&\s]{1,256})(?==)")


@dataclass(frozen=True, slots=True)
class Clear:
    """What a keyed hash stands for, and the records in which it stands, the first of many."""

    mark: str
    kind: SecretKind
    value: str
    places: list[Citation] = field(default_factory=list)


class Redactor:
    """Recognises and replaces secrets; one per run, so that all formats show the same hashes.

    `keep`: remember what they stand for, for `clear`.
    """

    def __init__(self, key: bytes | None = None, *, keep: bool = False) -> None:
        self._key = key or secrets.token_bytes(_KEY_BYTES)
        self._keep = keep
        self._kinds: dict[str, SecretKind] = {}
        self._clear: dict[str, list[Clear]] = {}
        self._marks: dict[str, str] = {}
        self._issued: set[str] = set()
        self._learnt: set[str] = set()
        self._lengths: dict[str, list[int]] = {}
        self._redacted: Assessment | None = None

    def mark(self, secret: str) -> str:
        """Return what is shown instead of `secret`."""
        digest = hmac.new(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
        mark = f"[secret:{digest.hexdigest()[:8]}]"
        self._issued.add(mark)
        if self._keep:
            self._keep_clear(mark, secret)
        return mark

    def clear(self) -> list[Clear]:
        """What was replaced, and what by, in the order in which it was found; none without `keep`.

        Two secrets may share a hash, seldom enough.
        """
        return [one for each in self._clear.values() for one in each]

    def learn(self, secret: str) -> None:
        """Take in a secret that is known from elsewhere; it is replaced wherever it stands."""
        if not secret or secret in self._issued or secret in self._learnt:
            return
        self._learnt.add(secret)
        plain = _plain(secret)
        mark = self.mark(plain)
        for form in {secret, plain, quote(plain, safe=""), quote_plus(plain), html.escape(plain)}:
            if form and form not in self._marks:
                self._marks[form] = mark
                self._index(form)

    def find(self, text: str) -> Iterator[str]:
        """Yield the secrets in `text` that what stands around them gives away."""
        lower = text.lower()
        for pattern in PATTERNS:
            if pattern.hint not in lower:
                continue
            for match in pattern.expression.finditer(text):
                secret = match["secret"]
                if secret not in self._issued:
                    if self._keep:
                        self._kinds.setdefault(_plain(secret), pattern.kind)
                    yield secret

    def text(self, text: str) -> str:
        """Replace the secrets in one text: those it gives away, and all that were learnt."""
        for secret in self.find(text):
            self.learn(secret)
        return self._replace(text)

    def assessment(self, assessment: Assessment) -> Assessment:
        """Replace the secrets in every text of an assessment; doing it twice changes nothing."""
        if assessment is self._redacted:
            return assessment
        for text in _texts(assessment):
            for secret in self.find(text):
                self.learn(secret)
        redacted = replace(
            assessment,
            servers=tuple(self._server(server) for server in assessment.servers),
            skipped=tuple(
                replace(loss, reason=self._record(loss.reason)) for loss in assessment.skipped
            ),
        )
        self._redacted = redacted
        return redacted

    def _keep_clear(self, mark: str, secret: str) -> None:
        known = self._clear.get(mark, [])
        if len(self._clear) < MOST_KEPT and all(one.value != secret for one in known):
            kind = self._kinds.get(secret, SecretKind.TEXT)
            self._clear[mark] = [*known, Clear(mark, kind, secret)]

    def _index(self, form: str) -> None:
        """Remember a secret for bare occurrences, unless it is too much like a word."""
        minimum = _HEAD if any(character.isdigit() for character in form) else _HEAD + 2
        if len(form) < minimum or form.lower() in ORDINARY:
            return
        lengths = self._lengths.setdefault(form[:_HEAD], [])
        if len(form) not in lengths and len(lengths) < _LENGTHS:
            lengths.append(len(form))
            lengths.sort(reverse=True)

    def _replace(self, text: str) -> str:
        lower = text.lower()
        for pattern in PATTERNS:
            if pattern.hint in lower:
                text = pattern.expression.sub(self._in_context, text)
        if not self._marks:
            return text
        text = _PARAMETER.sub(lambda match: self._marks.get(match[0], match[0]), text)
        return self._replace_bare(text)

    def _replace_bare(self, text: str) -> str:
        parts = []
        done = 0
        for match in _BEFORE.finditer(text):
            start = match.start()
            for length in self._lengths.get(match[1], ()) if start >= done else ():
                mark = self._marks.get(text[start : start + length])
                if mark is not None and not _AFTER.match(text, start + length):
                    parts += [text[done:start], mark]
                    done = start + length
                    break
        return "".join([*parts, text[done:]]) if parts else text

    def _in_context(self, match: re.Match[str]) -> str:
        secret = match["secret"]
        if secret in self._issued:
            return match[0]
        start, end = match.span("secret")
        begin = match.start()
        mark = self._marks.get(secret) or self.mark(_plain(secret))
        return match[0][: start - begin] + mark + match[0][end - begin :]

    def _record(self, text: str) -> str:
        """A text that may quote records, and in them code of pages."""
        return mask_code(self._replace(text), self)

    def _server(self, server: ServerAssessment) -> ServerAssessment:
        text = self._record
        return replace(
            server,
            headline=text(server.headline),
            cves={
                cve: CveState(state.state, text(state.why)) for cve, state in server.cves.items()
            },
            campaigns=tuple(replace(one, why=text(one.why)) for one in server.campaigns),
            findings=tuple(self._finding(finding) for finding in server.findings),
            story=tuple(replace(step, summary=text(step.summary)) for step in server.story),
            next_steps=tuple(
                replace(step, action=text(step.action), why=text(step.why))
                for step in server.next_steps
            ),
        )

    def _finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            title=self._record(finding.title),
            detail=self._record(finding.detail),
            citations=tuple(
                replace(citation, text=self._cited(citation)) for citation in finding.citations
            ),
        )

    def _cited(self, citation: Citation) -> str:
        """What a citation quotes: of a page, nothing in quotes that could be a key."""
        if citation.line is None or citation.sha256 is None or _RECORDS.search(citation.path):
            text = self._record(citation.text)
        else:
            text = mask_quoted(citation.text, self)
        if self._keep:
            for mark in set(_MARK.findall(text)):
                for one in self._clear.get(mark, ()):
                    if len(one.places) < MOST_PLACES:
                        one.places.append(replace(citation, text=text))
        return text


def _plain(secret: str) -> str:
    """A secret as it was before it was written into an address or a page."""
    return unquote(html.unescape(secret))


def _texts(assessment: Assessment) -> Iterator[str]:
    """Yield every text that may quote evidence."""
    for server in assessment.servers:
        yield server.headline
        yield from (state.why for state in server.cves.values())
        yield from (campaign.why for campaign in server.campaigns)
        yield from (step.summary for step in server.story)
        for step in server.next_steps:
            yield step.action
            yield step.why
        for finding in server.findings:
            yield finding.title
            yield finding.detail
            yield from (citation.text for citation in finding.citations)
    yield from (loss.reason for loss in assessment.skipped)
