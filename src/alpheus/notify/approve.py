"""What an approval binds to: every notice as it would be sent, and whoever has planned it.

The digest of a notice is over its recipient, its words and all that stands around them; it is taken
down with the approval, and whoever sends compares. Four eyes look at what goes to many.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from alpheus.custody.who import is_same
from alpheus.errors import KnowledgeError, RefusedError
from alpheus.notify.model import Notice, Rendered
from alpheus.notify.settings import Settings

SHORTEST = 12
"""Characters of a digest that have to be given."""

_ACCOUNT = re.compile(r"(.*) \(account (.*)\)", re.DOTALL)

_TEMPLATES = Path(__file__).with_name("templates")


def digest_of(notice: Notice, rendered: Rendered, settings: Settings) -> str:
    """A digest over one notice as it would be sent."""
    said = msgspec.json.encode(
        [
            notice.reference,
            notice.recipient,
            notice.tlp,
            rendered,
            settings.frame(),
            templates(settings.templates),
        ]
    )
    return hashlib.sha256(said).hexdigest()


def digest_of_all(digests: Iterable[str]) -> str:
    """A digest over notices in their order."""
    whole = hashlib.sha256()
    for one in digests:
        whole.update(one.encode())
    return whole.hexdigest()


@cache
def templates(own: tuple[Path, ...] = ()) -> str:
    """A digest over the templates, of which letters are made as well, and over one's own folders.

    Raises KnowledgeError where one of these cannot be read.
    """
    whole = hashlib.sha256()
    for folder in (_TEMPLATES, *own):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                whole.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                whole.update(hashlib.sha256(_content(path)).digest())
    return whole.hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def check_digest(given: str, digest: str) -> None:
    """Raise RefusedError where what somebody has seen is not what would be sent."""
    plain = given.strip().lower()
    if len(plain) < SHORTEST:
        raise RefusedError(
            f"give the digest that alpheus notify show tells, {SHORTEST} characters of it or more"
        )
    if not digest.startswith(plain):
        raise RefusedError(
            "what would be sent is not what this digest is of: notices, templates or settings "
            "have changed; look at them again with alpheus notify show"
        )


def check_person(who: str, planner: str, notices: int, bulk_above: int, *, before: int = 0) -> None:
    """Raise RefusedError where somebody may not approve so many notices of their own planning.

    On the command line a name is only said; the account beside it (see `custody.who`) is known, and
    who planned under an account does not approve under it. `before`: how many of their own they
    have approved within a day already; a plan in slices is one plan.
    """
    if notices + before <= bulk_above:
        return
    name, account = _parts(who)
    planned, planned_under = _parts(planner)
    if is_same(name, planned):
        raise RefusedError(
            f"{planner} has planned these {notices:,} notices; more than {bulk_above:,} in a day "
            "are approved by somebody else (--who NAME)"
        )
    if is_same(account or name, planned_under or planned):
        raise RefusedError(
            f"these {notices:,} notices were planned under the account that would approve them, "
            f"{account or name}; more than {bulk_above:,} in a day are approved under another "
            "account, or in the console, where everybody has one"
        )


def is_own(who: str, planner: str) -> bool:
    """Whether somebody would approve what they have planned: by name, or by account."""
    name, account = _parts(who)
    planned, planned_under = _parts(planner)
    return is_same(name, planned) or is_same(account or name, planned_under or planned)


def _parts(who: str) -> tuple[str, str]:
    """A name, and the account that stands beside it, '' where it is the name itself."""
    found = _ACCOUNT.fullmatch(who.strip())
    return (found[1], found[2]) if found else (who, "")
