"""Files whose hash somebody published."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from alpheus.detect import known_files
from alpheus.detect.known_files import OtherHashes
from alpheus.job import TriageOptions
from alpheus.knowledge.indicators import COLUMNS
from alpheus.knowledge.shared.model import SharedPaths
from alpheus.triage import triage

CONTENT = {
    "C/Windows/Temp/tool.exe": b"MZ" + b"of no program" * 9_000,
    "C/inetpub/wwwroot/aspnet_client/x.aspx": b"<%@ Page %> nothing" * 9_000,
    "C/inetpub/wwwroot/bin/a.dll": b"MZ of no assembly",
    "C/inetpub/wwwroot/web.config": b"<configuration/>",
}


def _folder(place: Path) -> Path:
    for name, content in CONTENT.items():
        path = place / "EX01" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place / "EX01"


def _zip(place: Path) -> Path:
    with zipfile.ZipFile(place / "EX01.zip", "w") as opened:
        for name, content in CONTENT.items():
            opened.writestr(name, content)
    return place / "EX01.zip"


def _tar(place: Path) -> Path:
    with tarfile.open(place / "EX01.tar.gz", "w:gz") as opened:
        opened.add(_folder(place), "EX01")
    return place / "EX01.tar.gz"


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_a_hash_of_a_pack_is_looked_up_whatever_its_kind(tmp_path: Path, kind: str) -> None:
    """An advisory that names MD5 alone is as good as one that names SHA-256."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "pack.yaml").write_text('id: own\nversion: "1"\ntitle: Own\nproducts: [Wiki]\n')
    rows = (f"{kind},{hashlib.new(kind, one).hexdigest()},{name},implanted,proof,high,advisory,\n"
            for name, one in CONTENT.items())  # fmt: skip
    (own / "indicators.csv").write_text(",".join(COLUMNS) + "\n" + "".join(rows))
    options = TriageOptions(packs=[], rules=(own,), workers=1)
    (server,) = triage([_folder(tmp_path)], options).assessment.servers
    titles = [one.title for one in server.findings if one.title.startswith("Published")]
    assert sorted(titles) == sorted(f"Published indicator ({kind}): {name}" for name in CONTENT)


@pytest.mark.parametrize("pack", [_folder, _zip, _tar])
@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_every_hash_that_is_shared_is_looked_up(
    tmp_path: Path, pack: Callable[[Path], Path], kind: str
) -> None:
    """Of pages, programs, configuration and what nothing reads, however it is packed."""
    feed = tmp_path / "feed.txt"
    feed.write_text("".join(f"{hashlib.new(kind, one).hexdigest()} # {name}\n"
                            for name, one in CONTENT.items()), "utf-8")  # fmt: skip
    options = TriageOptions(packs=[], shared=SharedPaths((feed,)), workers=1)
    (server,) = triage([pack(tmp_path)], options).assessment.servers
    titles = [one.title for one in server.findings if one.title.startswith("Shared")]
    assert sorted(titles) == sorted(f"Shared indicator ({kind}): {name} (feed)" for name in CONTENT)


def test_only_what_is_asked_for_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file beyond the bound, and of one that nothing was read of, none."""
    monkeypatch.setattr(known_files, "LARGEST", 5)
    assert list(OtherHashes(()).found()) == list(OtherHashes(("md5",)).found()) == []
    for size, count in ((5, 2), (6, 0)):
        made = OtherHashes(("sha1", "md5"))
        for _ in range(size):
            made.update(b"a")
        assert len(list(made.found())) == count
