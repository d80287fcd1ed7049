"""What somebody typed into a form that came without a session, so that it can be shown again.

Passwords and files are never kept: the form that is shown asks for them anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar.enums import RequestEncodingType
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    PermissionDeniedException,
)

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection

LARGEST = 1 << 20
"""Bytes of a form that is read for it."""
MOST_FIELDS = 2_000

_PASSWORDS = frozenset({"password", "again", "old", "secret"})
_OURS = frozenset({"csrf"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A form: its fields in their order, and the names of those that are asked for anew."""

    fields: tuple[tuple[str, str], ...] = ()
    passwords: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """The fields in which somebody wrote words, to be looked at; the others go along."""
        return tuple(one for one in self.fields if _is_said(*one))

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """The other fields."""
        return tuple(one for one in self.fields if not _is_said(*one))


class SignedOutError(NotAuthorizedException):
    """A form came from nobody: its session has ended."""

    def __init__(self, typed: Typed) -> None:
        super().__init__("sign in first")
        self.typed = typed


class OtherSessionError(PermissionDeniedException):
    """A form came from another session than the one that holds."""

    def __init__(self, typed: Typed) -> None:
        super().__init__(
            "this form is not from this session; go back, load the page again and send it again"
        )
        self.typed = typed


async def typed_in(connection: ASGIConnection[Any, Any, Any, Any]) -> Typed:
    """What a form holds; nothing for what is none, is too large, or cannot be read."""
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = connection.headers.get("content-length", "")
    is_form = kind in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}
    if not is_form or not length.isdigit() or int(length) > LARGEST:
        return Typed()
    pairs: list[tuple[str, Any]] = []
    with suppress(HTTPException, ValueError):
        form = await connection.form()  # type: ignore[attr-defined] # it is a Request
        pairs = list(form.multi_items())[:MOST_FIELDS]
    texts = [(name, value) for name, value in pairs if isinstance(value, str)]
    files = [name for name, value in pairs if not isinstance(value, str)]
    for _, value in pairs:
        if not isinstance(value, str):
            await value.close()
    return Typed(
        tuple(one for one in texts if one[0] not in _PASSWORDS | _OURS),
        tuple(dict.fromkeys(name for name, _ in texts if name in _PASSWORDS)),
        tuple(dict.fromkeys(files)),
    )


def _is_said(name: str, value: str) -> bool:
    words = value.split()
    is_text = any(one.isalpha() for one in value)
    return bool(value) and is_text and (name in _SAID or len(words) > 1)


_SAID = frozenset({"why", "text", "evidence", "to", "name", "q", "subject"})
