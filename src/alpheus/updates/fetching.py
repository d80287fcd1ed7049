"""Where a bundle is read from: a folder (a disk, a stick), or an HTTPS mirror that was named."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import urllib3
from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface

from alpheus.errors import EvidenceNotFoundError, UsageError

_BLOCK = 1 << 16
_ABSENT = 404
_OK = 200
_WAIT = urllib3.Timeout(connect=10, read=30)
_BASE = "file:///"


class Fetching(FetcherInterface):
    """Reads what a bundle consists of; `last` is the file that was asked for most recently."""

    base: str
    last: str = ""


class FolderFetching(Fetching):
    """Of a folder. Nothing outside it is read, and no link is followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.base = _BASE

    def _fetch(self, url: str) -> Iterator[bytes]:
        parts = unquote(urlsplit(url).path).strip("/").split("/")
        self.last = "/".join(parts)
        if any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts):
            raise DownloadError(f"{self.last!r} is no name inside a bundle")
        return _blocks(self._folder.joinpath(*parts))


class MirrorFetching(Fetching):
    """Of an HTTPS mirror. Redirects are not followed: what was named is what is asked."""

    def __init__(self, url: str) -> None:
        self.base = url if url.endswith("/") else f"{url}/"
        self._pool = urllib3.PoolManager(
            ssl_context=ssl.create_default_context(), timeout=_WAIT, retries=False
        )

    def _fetch(self, url: str) -> Iterator[bytes]:
        self.last = url.removeprefix(self.base)
        answer = self._pool.request("GET", url, redirect=False, preload_content=False)
        if answer.status != _OK:
            answer.release_conn()
            message = f"{url}: the mirror answered {answer.status}"
            raise DownloadHTTPError(message, answer.status)
        return _stream(answer)


def fetching_of(source: str) -> Fetching:
    """What reads a bundle at a path or an `https://` address.

    Raises UsageError for another kind of address, EvidenceNotFoundError where there is no folder.
    """
    scheme = source.partition("://")[0].lower() if "://" in source else ""
    if scheme == "https":
        if urlsplit(source).username is not None:
            raise UsageError("a mirror is named without a name and password in its address")
        return MirrorFetching(source)
    if scheme:
        raise UsageError(f"{scheme}:// is not used for bundles; name a folder, or https://…")
    folder = Path(source)
    if not folder.is_dir():
        message = f"{source}: no such folder; name the folder of a bundle, or https://…"
        raise EvidenceNotFoundError(message)
    return FolderFetching(folder)


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a regular file; opened at once, so that a missing one is told at once."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise DownloadHTTPError(f"{path}: no such file", _ABSENT) from error
    except OSError as error:
        raise DownloadError(f"{path}: {error.strerror or error}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise DownloadError(f"{path}: no regular file")
    return _read(handle)


def _read(handle: int) -> Iterator[bytes]:
    with os.fdopen(handle, "rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _stream(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(_BLOCK)
    except urllib3.exceptions.HTTPError as error:
        raise DownloadError(f"the connection to the mirror broke: {error}") from error
    finally:
        answer.release_conn()
