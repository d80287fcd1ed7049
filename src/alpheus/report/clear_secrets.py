"""What keyed hashes stand for, as a file of its own: for those who may see an intruder's secrets.

A line of JSON for each secret (ASCII):

    {"hash": "[secret:1a2b3c4d]", "kind": "password", "value": "…",
     "found": [{"evidence": "E1", "path": "logs/a.log", "line": 7}]}

`kind` is one of `SecretKind`. Who holds such a file can use the intruder's tools: its mode is 0600,
and no report has what is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import msgspec

from alpheus.errors import EvidenceError
from alpheus.model import Citation
from alpheus.report.files import write_files
from alpheus.report.redact import Clear
from alpheus.report.visible import portable


class Line(msgspec.Struct, frozen=True):
    """A secret as it stands in the file."""

    hash: str
    kind: str
    value: str


def write_secrets(secrets: Iterable[Clear], file: Path) -> None:
    """Write the file, whole or not at all; its mode is 0600. Raises OutputError."""

    def write(stream: TextIO) -> None:
        stream.writelines(json.dumps(_line(one), ensure_ascii=True) + "\n" for one in secrets)

    write_files(file.parent, {file.name: write})


def read_secrets(file: Path) -> list[Line]:
    """The lines of such a file, without their places. Raises EvidenceError, OSError."""
    try:
        return msgspec.json.Decoder(Line).decode_lines(file.read_bytes())
    except msgspec.MsgspecError as error:
        raise EvidenceError(f"{file.name}: is no file of secrets: {error}") from error


def _line(one: Clear) -> dict[str, object]:
    return {
        "hash": one.mark, "kind": one.kind.value, "value": portable(one.value),
        "found": [_place(place) for place in one.places],
    }  # fmt: skip


def _place(citation: Citation) -> dict[str, object]:
    found: dict[str, object] = {"evidence": citation.evidence, "path": portable(citation.path)}
    for name in ("line", "offset", "record_id"):
        if (number := getattr(citation, name)) is not None:
            found[name] = number
            break
    return found
