"""Pages of one hand: alike in structure though renamed, or sharing a secret.

The structure of a page is its words with what is easily changed taken out: a name that the page
gives itself becomes the class of a name, a literal its kind. What is left is kept as the smallest
hashes of its runs of words, of which two pages' likeness (Jaccard) can be told without the pages.
Secrets are kept as keyed hashes alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b, md5
from itertools import islice
from typing import NamedTuple

from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.tokens import T, Token, tokens

NEAR = 0.7
"""Likeness from which on two pages are of one family."""

_RUN = 4
_SKETCH = 128
_MOST_WORDS = 20_000
_MOST_TEXT = 1 << 18
_MOST_STRUCTURES = 20_000
_MOST_SECRETS = 64
_MOST_CHOSEN = 2_000
_FEW = 2
"""Where a page has more parameters, their names are those of a menu, not of its owner."""
_TINY = 8
"""Pages of fewer runs are alike only if they are the same."""

_KEY = b"alpheus: secrets of pages"

_DECLARING = frozenset({
    "dim", "redim", "const", "sub", "function", "var", "let", "class", "namespace", "struct",
    "enum", "interface", "property", "each", "set", "module", "byval", "byref",
})  # fmt: skip
"""Words after which a page names something."""

_LISTING = frozenset({"dim", "redim", "var", "let"})
"""Words after which it names several."""

_NO_TYPE = frozenset({
    "addhandler", "alias", "and", "andalso", "as", "await", "call", "case", "declare", "delete",
    "do", "else", "elseif", "end", "eval", "execute", "executeglobal", "exit", "from", "get",
    "goto", "if", "implements", "import", "imports", "in", "inherits", "is", "isnot", "lib", "like",
    "loop", "mod", "new", "next", "not", "of", "on", "option", "or", "orelse", "out", "partial",
    "preserve", "ref", "resume", "return", "select", "step", "then", "throw", "throws", "to",
    "typeof", "until", "using", "wend", "where", "while", "with", "xor", "yield",
})  # fmt: skip
"""Words that stand before a name without being its type."""

_BEHIND_NAME = frozenset({"=", ";", ",", ")", "(", "{", "in", ":"})
_BEHIND_DECLARED = frozenset({"as", "in", "implements", "extends", "inherits"})
_PLATFORM = frozenset({
    "application", "context", "current", "page", "request", "response", "server", "session",
})  # fmt: skip
"""Members that are the platform's, whatever a page calls its own things."""

_COMMONPLACE = frozenset({
    "accept", "action", "admin", "appl_physical_path", "arg", "args", "authorization", "cmd",
    "code", "command", "content", "content-length", "content-type", "cookie", "cookies", "data",
    "del", "dir", "download", "edit", "exec", "file", "filename", "folder", "hack", "hacker",
    "host", "http_host", "instance_id", "key", "local_addr", "login", "mode", "name", "newname",
    "number_of_processors", "os", "page", "pass", "passwd", "password", "path", "path_info",
    "path_translated", "port", "pwd", "rebeyond", "referer", "remote_addr", "root", "save",
    "script", "script_name", "server_name", "server_software", "shell", "sql", "src", "submit",
    "target", "test", "text", "txt", "type", "upload", "url", "user", "user-agent", "username",
    "value", "x-forwarded-for", "autoadminlogon", "defaultpassword", "defaultusername",
    "portnumber", "processor_identifier", "123", "1234", "12345", "123456", "b77a5c561934e089",
    "b03f5f7f11d50a3a", "31bf3856ad364e35",
})  # fmt: skip
"""What so many pages share that it ties none of them to another; so do hashes of it."""

_REQUESTED = frozenset({
    "request", "form", "querystring", "params", "cookies", "headers", "item", "get", "getvalues",
    "files", "servervariables",
})  # fmt: skip
_SECRET_NAME = re.compile(
    r"(?:pass|passwd|password|passphrase|pwd|key|secret|salt|token)(?:\d|_|str|md5|hash)*\Z"
    r"|\A(?:pass|pwd|secret|token)",
    re.IGNORECASE,
)
_DIGEST = re.compile(
    r"(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})"
    r"|[0-9a-f]{2}(?:-[0-9a-f]{2}){15,63}",
    re.IGNORECASE,
)
_HALF_DIGEST = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{16}", re.IGNORECASE)
_CODED_DIGEST = re.compile(r"[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=")
_PATH = re.compile(r"(?:[A-Za-z]:[\\/]|\\\\|~/|\.\.?[\\/]|[\\/])[\w .$()~\\/-]{3,200}")


class Secret(NamedTuple):
    """One thing that the author of a page chose, as a keyed hash.

    `kind` is `parameter`, `hash`, `key` or `path`. `ties`: rare enough that who shares it is of one
    hand.
    """

    kind: str
    digest: str
    ties: bool


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The structure of a page: the smallest hashes of its runs of words, in order."""

    sketch: tuple[int, ...]
    runs: int

    @property
    def text(self) -> str:
        """In hexadecimal digits, 16 for each hash."""
        return "".join(f"{value:016x}" for value in self.sketch)

    def likeness(self, other: Fingerprint) -> float:
        """Share of the runs of both that are in both, from 0 to 1; an estimate for long pages."""
        if not self.sketch or not other.sketch:
            return 0.0
        if min(self.runs, other.runs) < _TINY:
            return float(self.sketch == other.sketch)
        mine, theirs = set(self.sketch), set(other.sketch)
        smallest = sorted(mine | theirs)[:_SKETCH]
        return sum(value in mine and value in theirs for value in smallest) / len(smallest)


_Read = Sequence[tuple[Sequence[Token], Language]]
"""The words of every piece of code of a page."""


def traits_of(
    pieces: Iterable[tuple[str, Language]], key: bytes = _KEY
) -> tuple[Fingerprint, frozenset[Secret]]:
    """Structure and secrets of a page, given all its pieces of code in their order."""
    read = list(_words(pieces))
    return _structure(read), _secrets(read, key)


def fingerprint(text: str, language: Language) -> Fingerprint:
    """The structure of one piece of code."""
    return traits_of([(text, language)])[0]


def secrets_of(text: str, language: Language, key: bytes = _KEY) -> frozenset[Secret]:
    """What the author of some code chose: names of parameters, hashes, keys, paths.

    Only hashes come out, keyed with `key`: who wants to compare servers uses the same.
    """
    return traits_of([(text, language)], key)[1]


def _structure(read: _Read) -> Fingerprint:
    own = frozenset(name for words, language in read for name in _own_names(words, language))
    row = _row([word for words, _ in read for word in words if word.kind is not T.END], own)
    if not row:
        return Fingerprint((), 0)
    runs = {" ".join(row[at : at + _RUN]) for at in range(max(1, len(row) - _RUN + 1))}
    hashes = sorted(_number(run) for run in runs)
    return Fingerprint(tuple(hashes[:_SKETCH]), len(hashes))


def family_name(found: Fingerprint) -> str:
    """A short name that depends on the structure alone; nothing for a page without code."""
    if not found.sketch:
        return ""
    return f"f-{blake2b(found.text.encode(), digest_size=3).hexdigest()}"


def _words(pieces: Iterable[tuple[str, Language]]) -> Iterator[tuple[list[Token], Language]]:
    """The words of pieces of code, as many as are looked at in all."""
    left = _MOST_WORDS
    for text, language in pieces:
        words = tokens(text[:_MOST_TEXT], language, 1, left)
        yield words, language
        left -= len(words) + 1  # a piece without words is work as well
        if left <= 0:
            return


def _number(run: str) -> int:
    digest = blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _row(words: Sequence[Token], own: frozenset[str]) -> list[str]:
    """The words without what is easily changed."""
    row: list[str] = []
    for before, word, after in _neighbours(words):
        _append(row, _normal(before, word, after, own))
    return row


def _normal(before: Token | None, word: Token, after: Token | None, own: frozenset[str]) -> str:
    if word.kind is T.TEXT:
        return "'t'"
    if word.kind is T.NUMBER:
        return "'n'"
    plain = str(word.value).lower()
    member = before is not None and before.value == "."
    if plain in own and not (member and plain in _PLATFORM):
        return "'f'" if after is not None and after.value == "(" else "'v'"
    return plain


def _append(row: list[str], word: str) -> None:
    """Texts that are put together are one text; a list of literals is as long as any other."""
    if word in {"'t'", "'n'"} and len(row) > 1 and row[-2] == word:
        joined = row[-1] == "," or (word == "'t'" and row[-1] in {"+", "&"})
        if joined:
            row.pop()
            return
    row.append(word)


def _neighbours(words: Sequence[Token]) -> Iterator[tuple[Token | None, Token, Token | None]]:
    yield from zip([None, *words], words, [*words[1:], None], strict=False)


def _own_names(words: Sequence[Token], language: Language) -> Iterator[str]:
    """Names that the page itself gives: to variables, parameters, functions, classes."""
    listing = function = parameters = False
    for before, word, after in _neighbours(words):
        plain = _plain(word)
        if word.kind is T.NAME:
            listing = listing or plain in _LISTING
            function = function or plain in {"function", "sub"}
            listed = (listing or parameters) and _plain(before) in {"(", ","}
            if plain not in _DECLARING | _NO_TYPE and (
                listed or _named_here(before, after, language)
            ):
                yield plain
        elif word.kind is T.END or plain in {";", ")", "="}:
            listing = listing and plain == ")"
            function = parameters = False
        elif plain == "(" and function:
            parameters = True


def _plain(word: Token | None) -> str:
    if word is None or word.kind in {T.TEXT, T.NUMBER, T.END}:
        return ""
    return str(word.value).lower()


def _named_here(before: Token | None, after: Token | None, language: Language) -> bool:
    """Whether a name is given by where it stands."""
    leads, follows = _plain(before), _plain(after)
    if leads == "." or leads in _NO_TYPE:
        return False
    if leads in _DECLARING:
        return after is None or after.kind is not T.NAME or follows in _BEHIND_DECLARED
    if follows in {"=", "in"}:
        return leads not in {"(", ","}
    if follows in {"as", "=>"}:
        return True
    typed = before is not None and (before.kind is T.NAME or leads in {"]", ">"})
    return language is Language.CSHARP and typed and follows in _BEHIND_NAME


def _secrets(read: _Read, key: bytes) -> frozenset[Secret]:
    chosen: dict[tuple[str, str], None] = {}
    for found, _ in read:
        words = [word for word in found if word.kind is not T.END]
        for pair in islice(_chosen(words), _MOST_CHOSEN):
            chosen[pair] = None
    parameters = sum(kind == "parameter" for kind, _ in chosen)
    kinds = {"hash", "key"} | ({"parameter"} if parameters <= _FEW else set())
    secrets = [
        _secret(kind, value, key, ties=kind in kinds and rare(value)) for kind, value in chosen
    ]
    return frozenset(sorted(secrets, key=lambda secret: (not secret.ties, secret))[:_MOST_SECRETS])


def _chosen(words: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for at, word in enumerate(words):
        if word.kind is not T.TEXT or not word.value:
            continue
        value = str(word.value)
        before = [str(one.value).lower() for one in words[max(0, at - 3) : at]]
        if _DIGEST.fullmatch(value):
            yield "hash", value.lower().removeprefix("0x").replace("-", "")
        elif _HALF_DIGEST.fullmatch(value) or _CODED_DIGEST.fullmatch(value):
            yield "key", value
        elif before[-1:] in (["("], ["["]) and _REQUESTED.intersection(before[-2:-1]):
            yield "parameter", value.lower()
        elif _is_key(words, at, before):
            yield "key", value
        elif _PATH.fullmatch(value):
            yield "path", re.sub(r"\d+", "0", value.lower().replace("\\", "/"))


def _is_key(words: Sequence[Token], at: int, before: Sequence[str]) -> bool:
    """A text given to what is named like a secret, or compared with such a parameter."""
    if len(before) < 2 or before[-1] not in {"=", "==", "!=", "<>"}:
        return False
    named = words[at - 3] if len(before) > 2 and before[-2] in {")", "]"} else words[at - 2]
    return named.kind in {T.NAME, T.TEXT} and bool(_SECRET_NAME.search(str(named.value)))


def rare(value: str) -> bool:
    """Whether few would choose it, so that who shares it is of one hand."""
    plain = value.lower()
    return (
        len(plain) > 3
        and len(set(plain)) > 2
        and plain not in _COMMONPLACE
        and plain not in _COMMON_HASHES
        and not re.search(r"[\s\\/]", plain.rstrip("="))
    )


def _secret(kind: str, value: str, key: bytes, *, ties: bool) -> Secret:
    said = f"{kind}:{value}".encode("utf-8", "surrogatepass")
    return Secret(kind, blake2b(said, key=key[:64], digest_size=8).hexdigest(), ties)


def _hashes(word: str) -> tuple[str, str]:
    """As text, whole and the half of it that is used as a key."""
    digest = md5(word.encode(), usedforsecurity=False).hexdigest()
    return digest, digest[:16]


_COMMON_HASHES = frozenset(value for word in _COMMONPLACE for value in _hashes(word))


class Families:
    """Pages as they come, each with the name of its family: that of its first page.

    Who comes first names a family, so pages are given in a fixed order.
    """

    def __init__(self) -> None:
        self._names: dict[tuple[int, ...], str] = {}
        self._kept: list[tuple[Fingerprint, str]] = []
        self._places: dict[int, list[int]] = {}
        self._secrets: dict[Secret, str] = {}

    def add(self, found: Fingerprint, secrets: Iterable[Secret] = ()) -> str:
        """The name of the page's family; nothing for a page without code and secrets."""
        tying = sorted(secret for secret in secrets if secret.ties)
        name = self._names.get(found.sketch) or self._near(found)
        if not name:
            shared = [self._secrets[secret] for secret in tying if secret in self._secrets]
            name = shared[0] if shared else family_name(found) or _secret_name(tying)
        self._keep(found, name)
        for secret in tying:
            if len(self._secrets) < _MOST_STRUCTURES:
                self._secrets.setdefault(secret, name)
        return name

    def _near(self, found: Fingerprint) -> str:
        shared = Counter(at for value in found.sketch for at in self._places.get(value, ()))
        likely = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
        for at, _ in likely[:50]:
            known, name = self._kept[at]
            if known.likeness(found) >= NEAR:
                return name
        return ""

    def _keep(self, found: Fingerprint, name: str) -> None:
        if not found.sketch or found.sketch in self._names or len(self._kept) >= _MOST_STRUCTURES:
            return
        self._names[found.sketch] = name
        for value in found.sketch:
            self._places.setdefault(value, []).append(len(self._kept))
        self._kept.append((found, name))


def _secret_name(secrets: Sequence[Secret]) -> str:
    return f"f-{secrets[0].digest[:6]}" if secrets else ""


def group(pages: Sequence[tuple[Fingerprint, frozenset[Secret]]]) -> list[str]:
    """The name of the family of each, whatever their order.

    Who is near to a member, or shares a secret with one, is of its family; the most frequent
    structure names it.
    """
    roots = _joined(pages)
    names: dict[int, Counter[str]] = {}
    for root, (found, secrets) in zip(roots, pages, strict=True):
        own = family_name(found) or _secret_name(sorted(s for s in secrets if s.ties))
        if own:
            names.setdefault(root, Counter())[own] += 1
    chosen = {
        root: min((-number, name) for name, number in counted.items())[1]
        for root, counted in names.items()
    }
    return [chosen.get(root, "") for root in roots]


def _joined(pages: Sequence[tuple[Fingerprint, frozenset[Secret]]]) -> list[int]:
    """The number of the family of each (single link)."""
    parent = list(range(len(pages)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def join(one: int, other: int) -> None:
        one, other = root(one), root(other)
        parent[max(one, other)] = min(one, other)

    first: dict[object, int] = {}
    places: dict[int, list[int]] = {}
    for at, (found, secrets) in enumerate(pages):
        ties: list[object] = [secret for secret in secrets if secret.ties]
        known = found.sketch in first
        for tie in [*ties, *([found.sketch] if found.sketch else [])]:
            join(first.setdefault(tie, at), at)
        if known:
            continue
        shared = Counter(other for value in found.sketch for other in places.get(value, ()))
        for other in shared:
            if root(other) != root(at) and pages[other][0].likeness(found) >= NEAR:
                join(other, at)
        for value in found.sketch:
            places.setdefault(value, []).append(at)
    return [root(at) for at in range(len(pages))]
