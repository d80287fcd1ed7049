"""Addresses inside evidence: how a file is named, and what Windows would have called it.

An address is the name that the container gives, with `/`; it is never used to write anything.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

TOP_FOLDERS = frozenset({"windows", "inetpub", "program files", "programdata", "users"})
"""Folders at the top of a Windows volume that mark a path as lying inside a volume's tree."""

ADDRESS_LIMIT = 4096
"""Longer names are cut: no file system that Windows reads writes longer ones."""

_UNCLEAN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CLEAN = re.compile(r"(?:[\w -][\w .()-]*/)*[\w -][\w .()-]*\Z", re.ASCII)
_DRIVE = re.compile(r"(?:[a-z]:?|harddiskvolumeshadowcopy\d+)\Z", re.IGNORECASE)
_PARTITION = re.compile(r"p\d+\Z")
_SHADOW = re.compile(r"vss\d+\Z")
_IMAGE_NAME = re.compile(
    r".*\.(?:e01|ex01|vmdk|vhdx?|qcow2?|raw|dd|img|bin|001)\Z", re.IGNORECASE | re.DOTALL
)


def clean_address(name: str) -> str:
    """A clean relative form of a member's name: `/`, no `..`, no control or bidi characters.

    What would leave the package stays readable: `../../etc/x` becomes `__/__/etc/x`. Characters
    that are not text (control characters, undecodable bytes) become U+FFFD. Never empty.
    """
    if _CLEAN.match(name) and len(name) <= ADDRESS_LIMIT:
        return name
    kept: list[str] = []
    for part in _UNCLEAN.sub("\ufffd", name[:ADDRESS_LIMIT]).replace("\\", "/").split("/"):
        if part in {"", "."}:
            continue
        kept.append("__" if part == ".." else part)
    return "/".join(kept) or "unnamed"


def windows_path(path: str) -> str:
    """The lower-case path on its volume, for matching: `/inetpub/wwwroot/x.aspx`.

    Percent-encoding is undone once, backslashes become `/`, and everything up to the drive
    (`C`, `D:`, `C%3A`, a shadow copy, `p1/` of a disk image) is removed. An address without a
    drive is kept whole.
    """
    parts = _parts(path)
    end = _volume_end(parts)
    return "/" + "/".join(parts[end:]).lower()


def on_volume(path: str) -> tuple[str, tuple[str, ...]] | None:
    """The letter of the volume and the names below its root, as they are written.

    `C/inetpub/x.aspx`, `uploads/auto/C%3A/inetpub/x.aspx` and `case/inetpub/x.aspx` (a copy without
    a drive counts as C) all give `C` and `("inetpub", "x.aspx")`; a partition of a disk image gives
    its name in capitals (`P1`). None for a shadow copy, and for what lies in no volume.
    """
    parts = _parts(path)
    end = _volume_end(parts)
    if end:
        letter = parts[end - 1].rstrip(":").upper()
        shadow = letter.startswith(("HARDDISK", "VSS"))
        return None if shadow else (letter, tuple(parts[end:]))
    for index, part in enumerate(parts[:-1]):
        if part.lower() in TOP_FOLDERS:
            return "C", tuple(parts[index:])
    return None


def in_volume(path: str) -> bool:
    """Whether the file lies inside the tree of a Windows volume, judged by its folders."""
    folder, found, _ = path.replace("\\", "/").rpartition("/")
    if "%" in path[len(folder) :]:  # the name may hold more folders, in disguise
        return _is_volume(tuple(_parts(path)[:-1]))
    return bool(found) and _is_folder_of_volume(folder)


@lru_cache(maxsize=4096)
def _is_folder_of_volume(folder: str) -> bool:
    return _is_volume(tuple(_parts(folder)))


def _is_volume(folders: tuple[str, ...]) -> bool:
    return bool(_volume_end([*folders, ""])) or any(
        folder.lower() in TOP_FOLDERS for folder in folders
    )


def is_volume_name(name: str) -> bool:
    """Whether a folder of this name is the root of a volume, or one of its top folders."""
    return in_volume(name + "/x")


def _parts(path: str) -> list[str]:
    decoded = unquote_to_bytes(path.encode("utf-8", "surrogatepass")) if "%" in path else None
    text = path if decoded is None else decoded.decode("utf-8", "replace")
    return [part for part in text.replace("\\", "/").split("/") if part not in {"", ".", "?"}]


def _volume_end(parts: list[str]) -> int:
    """How many leading parts belong to the collection and the drive; 0 if there is no drive."""
    last = len(parts) - 1
    for index, part in enumerate(parts[:last]):
        if _DRIVE.match(part):
            end = index + 1
        elif _PARTITION.match(part) and (index == 0 or _IMAGE_NAME.match(parts[index - 1])):
            end = index + 1
            if end < last and _SHADOW.match(parts[end]):
                end += 1
        else:
            continue
        while end < last and _DRIVE.match(parts[end]):
            end += 1
        return end
    return 0
