"""A new pack, made of the files in `template/`, for an analyst to go on from."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from alpheus.errors import OutputError, UsageError

TEMPLATE = Path(__file__).parent / "template"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORD = re.compile(r"@([a-z_0-9]+)@")


@dataclass(frozen=True, slots=True)
class Product:
    """What a pack of a product begins with: its name, a base, a deciding source, the lab's word."""

    name: str
    base: str
    source: str
    lab: str


PRODUCTS = {
    "exchange": Product(
        "Microsoft Exchange Server", "exchange-intrusion", "iis-site-1", "exchange"
    ),
    "sharepoint": Product(
        "Microsoft SharePoint Server", "iis-webshell", '"iis-site-*"', "sharepoint"
    ),
    "iis": Product("Microsoft IIS", "iis-webshell", '"iis-site-*"', "iis"),
}


def new_pack(pack: str, folder: Path, product: str, begins: date, ends: date) -> Path:
    """Write the files of a new pack below `folder`; returns the pack's own folder.

    Raises UsageError for an id or a window that is none, and where something is there already.
    Raises OutputError for what cannot be written.
    """
    if not _ID.fullmatch(pack):
        raise UsageError(f"{pack!r} is no id of a pack: small letters, digits and -, as in my-pack")
    if ends - begins < timedelta(days=5):
        raise UsageError(f"{begins} to {ends} is no window: give five days or more")
    target = folder / pack
    if target.exists():
        raise UsageError(f"{target} is there already: name another folder or id")
    chosen = PRODUCTS[product]
    words = {
        "id": pack, "product": chosen.name, "base": chosen.base, "source": chosen.source,
        "lab": chosen.lab, "from": str(begins), "to": str(ends),
        "lab_begins": str(begins + timedelta(days=2)), "lab_to": str(begins + timedelta(days=4)),
        "uuid1": str(uuid4()), "uuid2": str(uuid4()),
    }  # fmt: skip
    _write(target, words)
    return target


def _write(target: Path, words: dict[str, str]) -> None:
    """All files, or none: they take their place by one rename once all of them are there."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as draft:
            made = Path(draft) / target.name
            for path in sorted(TEMPLATE.rglob("*")):
                if path.is_file():
                    named = made / _filled(str(path.relative_to(TEMPLATE)), words)
                    named.parent.mkdir(parents=True, exist_ok=True)
                    named.write_text(_filled(path.read_text("utf-8"), words), "utf-8")
            made.rename(target)
    except OSError as error:
        message = f"{target}: cannot be written: {error.strerror or error}; nothing is left of it"
        raise OutputError(message) from error


def _filled(text: str, words: dict[str, str]) -> str:
    return _WORD.sub(lambda found: words[found[1]], text)
