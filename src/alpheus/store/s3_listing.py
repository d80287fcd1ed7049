"""One page of a list of objects, as S3 writes it in XML: read in bounds, whatever it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from alpheus.errors import StoreError
from alpheus.store.model import Stat, clean_etag

PAGE_LIMIT = 16 << 20
"""Bytes of one page: a thousand keys of the greatest length, all encoded, are less than 4 MB."""

_ENTRY_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of one page, and the mark of the next one, '' at the end."""

    objects: tuple[Stat, ...]
    following: str = ""


def read_page(what: str, text: bytes) -> Page:
    """A page. Keys are percent-encoded in it. Raises StoreError."""
    if b"<!" in text or b"\0" in text:  # also in UTF-16
        raise StoreError(f"{what}: the list of objects is no document that is expected")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        place = f"line {error.position[0]}"
        raise StoreError(f"{what}: the list of objects is damaged at {place}") from None
    if _tag(root) != "ListBucketResult":
        raise StoreError(f"{what}: the server gives no list of objects; is it an S3 store?")
    objects: list[Stat] = []
    words: dict[str, str] = {}
    for one in root:
        if _tag(one) == "Contents":
            objects.append(_object(what, one))
            if len(objects) > _ENTRY_LIMIT:
                raise StoreError(f"{what}: a page of the list has too many objects")
        else:
            words[_tag(one)] = one.text or ""
    more = words.get("IsTruncated", "").strip() == "true"
    following = words.get("NextContinuationToken", "")
    if more and not following:
        raise StoreError(f"{what}: the list of objects breaks off; try again")
    return Page(tuple(objects), following if more else "")


def _object(what: str, element: ET.Element) -> Stat:
    words = {_tag(one): one.text or "" for one in element}
    size = words.get("Size", "").strip()
    if "Key" not in words or not (size.isascii() and size.isdigit() and len(size) < 19):
        raise StoreError(f"{what}: the list of objects does not say key and size of each")
    key = unquote_to_bytes(words["Key"].replace("+", " ")).decode("utf-8", "surrogateescape")
    return Stat(
        key, int(size), clean_etag(words.get("ETag", "")), _time(words.get("LastModified", ""))
    )


def _time(text: str) -> datetime | None:
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
