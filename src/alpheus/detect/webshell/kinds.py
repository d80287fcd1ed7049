"""Which files of a web server are judged, by their names."""

from __future__ import annotations

from enum import StrEnum

from alpheus.detect.page_needles import PAGE_EXTENSIONS


class FileKind(StrEnum):
    """What a file is to a web server."""

    PAGE = "server page"
    CONFIGURATION = "configuration"
    ASSEMBLY = "assembly"
    SCRIPT = "script"


CONFIGURATIONS = frozenset({"web.config", "applicationhost.config", "machine.config"})
"""Configuration that decides which code the web server runs."""

_ASSEMBLIES = frozenset({"dll", "exe"})
_SCRIPTS = frozenset({"bat", "cmd", "hta", "js", "jse", "ps1", "psd1", "psm1", "vbe", "vbs", "wsf"})
_CODE_FOLDERS = ("/bin/", "/temporary asp.net files/")
"""Folders from which ASP.NET loads every assembly."""


def kind_by_name(path: str) -> FileKind | None:
    """The kind of a file by its name alone; None where only its content can tell."""
    low = path.lower()
    name = low.rpartition("/")[2]
    extension = name.rpartition(".")[2] if "." in name else ""
    if extension in PAGE_EXTENSIONS:
        return FileKind.PAGE
    if name in CONFIGURATIONS or extension == "config":
        return FileKind.CONFIGURATION
    if extension in _ASSEMBLIES:
        return FileKind.ASSEMBLY
    return FileKind.SCRIPT if extension in _SCRIPTS else None


def judged_by_name(path: str) -> FileKind | None:
    """The kind of a file that is judged by its name; None where its content must tell.

    Of configuration, that which decides what is run; of assemblies, those that ASP.NET loads.
    """
    kind = kind_by_name(path)
    if kind is FileKind.PAGE:
        return kind
    low = path.lower()
    if kind is FileKind.CONFIGURATION:
        return kind if low.rpartition("/")[2] in CONFIGURATIONS else None
    if kind is FileKind.ASSEMBLY:
        return kind if any(folder in f"/{low}" for folder in _CODE_FOLDERS) else None
    return None
