"""Made-up lists of servers; addresses are those for documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from alpheus.exposure.imports import ImportedFile, ImportOptions
from alpheus.exposure.model import Observation

HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: Microsoft-IIS/10.0\r\n"
    "X-OWA-Version: 15.1.2176.9\r\nX-FEServer: MADEUP-EX1\r\n\r\n"
)
PAGE = (
    "<!-- OwaPage = ASP.auth_logon_aspx --><html><title>Outlook</title>"
    '<link href="/owa/auth/15.1.2176/themes/resources/favicon.ico"></html>'
)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with the content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(*values: Any) -> str:
    """Values as JSON lines."""
    return "".join(f"{json.dumps(value)}\n" for value in values)


def imported(path: Path, **given: Any) -> tuple[list[Observation], ImportedFile]:
    """All observations of a file, and the file with its tally."""
    file = ImportedFile(path, ImportOptions(**given))
    return list(file.observations()), file


def observations(folder: Path, content: str | bytes, name: str = "list", **given: Any) -> Any:
    """The observations of a content."""
    return imported(write(folder, name, content), **given)[0]


def losses(folder: Path, content: str | bytes, name: str = "list", **given: Any) -> Any:
    """The losses of a content, as pairs of record and reason."""
    _, file = imported(write(folder, name, content), **given)
    return [(loss.row, loss.reason) for loss in file.tally.losses]
