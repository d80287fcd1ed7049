"""Folders of new evidence: read, named though empty, or merely above something."""

from __future__ import annotations

import os
import tarfile
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.respond.verification_listing import (
    Listing,
    Served,
    as_text,
    folder_of,
    listings_of,
    place_of,
)
from clean_assessments import CLIENT
from ntfs_records import file_name, mft_record, reference

HOST = r"""<configuration><system.applicationHost><sites><site name="Default Web Site">
<application path="/"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot" />
<virtualDirectory path="/Shop" physicalPath="D:\a\..\shop\" /></application></site></sites>
</system.applicationHost></configuration>"""
CONFIG = "C/Windows/System32/inetsrv/config/applicationHost.config"


def _tree(folder: Path, *files: str, empty: tuple[str, ...] = ()) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    for name in empty:
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


def _packed(folder: Path, form: str) -> Path:
    if form == "folder":
        return folder
    packed = folder.with_suffix(f".{form}")
    if form == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for one in sorted(folder.rglob("*")):
                archive.write(one, one.relative_to(folder))
    else:
        with tarfile.open(packed, "w:gz") as tar:
            tar.add(folder, ".")
    return packed


@pytest.mark.parametrize("form", ["folder", "zip", "tgz"])
def test_an_empty_folder_is_named(tmp_path: Path, form: str) -> None:
    """On disk and in archives; one that only holds folders with files is not empty."""
    tree = _tree(tmp_path / "e", "C/inetpub/wwwroot/web.config", "C/Windows/System32/x.dll",
                 empty=("C/inetpub/wwwroot/aspnet_client/system_web",))  # fmt: skip
    (found,) = listings_of([_packed(tree, form)])
    assert set(found.held) == {"c:/inetpub/wwwroot", "c:/windows/system32"}
    assert set(found.empty) == {CLIENT, f"{CLIENT}/system_web"}


def test_a_zip_without_entries_of_folders_names_none(tmp_path: Path) -> None:
    """Nor does a tree of folders in which nobody asked for pages."""
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("C/inetpub/wwwroot/web.config", "x")
    (found,) = listings_of([tmp_path / "e.zip"])
    assert set(found.empty) == set()
    logs = _tree(
        tmp_path / "l", "C/inetpub/logs/u_ex.log", empty=("C/inetpub/wwwroot/aspnet_client",)
    )
    (found,) = listings_of([logs])
    assert set(found.empty) == set()


def test_a_folder_whose_files_cannot_be_read_is_neither(tmp_path: Path) -> None:
    """A link is no file, and what it hides is not nothing."""
    tree = _tree(tmp_path / "e", "C/inetpub/wwwroot/web.config",
                 empty=("C/inetpub/wwwroot/aspnet_client",))  # fmt: skip
    (tree / "C/inetpub/wwwroot/aspnet_client/x.aspx").symlink_to("/nowhere")
    (found,) = listings_of([tree])
    assert CLIENT not in {*found.held, *found.empty}


def test_folders_that_are_called_after_servers_are_told_apart(tmp_path: Path) -> None:
    """Where somebody knows their names; a folder of such a name on a volume is none."""
    tree = _tree(tmp_path / "e", "MX01/C/inetpub/wwwroot/a.aspx", "mx02/C/Users/mx01/x.txt")
    (found,) = listings_of([tree])
    assert set(found.held) == {"c:/inetpub/wwwroot", "c:/users/mx01"}
    parts = listings_of([tree], servers={"mx01", "mx02"})
    assert {one.owner: set(one.held) for one in parts} == {
        "": set(), "mx01": {"c:/inetpub/wwwroot"}, "mx02": {"c:/users/mx01"},
    }  # fmt: skip
    assert {one.evidence for one in parts} == {"E1"}


def test_the_same_bytes_are_told_under_any_name(tmp_path: Path) -> None:
    """A picture that is none."""
    tree = _tree(tmp_path / "e", "C/inetpub/wwwroot/x.jpg")
    digest = sha256(b"C/inetpub/wwwroot/x.jpg").hexdigest()
    (found,) = listings_of([tree], {digest})
    assert [one.path for one in found.copies] == ["C/inetpub/wwwroot/x.jpg"]
    assert listings_of([tree])[0].copies == ()
    known = {("E1", "C/inetpub/wwwroot/x.jpg"): digest, ("E2", "C/other.jpg"): digest}
    (listed,) = listings_of([tree], copies=known)
    assert listed.copies == found.copies
    assert listings_of([tree], {digest}, copies={})[0].copies == ()


def test_a_large_copy_is_told_as_well(tmp_path: Path) -> None:
    """However much of it there is to read."""
    path = _tree(tmp_path, "C/inetpub/wwwroot/x.jpg") / "C/inetpub/wwwroot/x.jpg"
    content = bytes(range(256)) * (40 << 10)
    path.write_bytes(content)
    (found,) = listings_of([tmp_path], {sha256(content).hexdigest()})
    assert [one.path for one in found.copies] == ["C/inetpub/wwwroot/x.jpg"]


def test_a_log_in_a_folder_that_is_served_may_be_any_file(tmp_path: Path) -> None:
    """Only where logs are written their bytes are not looked at: there they are many, and large."""
    for folder in ("inetpub/wwwroot/logging", "inetpub/logs/LogFiles/W3SVC1"):
        path = tmp_path / "C" / folder / "x.log"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"the bytes of a page")
    (found,) = listings_of([tmp_path], {sha256(b"the bytes of a page").hexdigest()})
    assert [one.path for one in found.copies] == ["C/inetpub/wwwroot/logging/x.log"]


def test_what_is_served_is_read_from_the_configuration(tmp_path: Path) -> None:
    """That of IIS, with its variables; none of another name or place."""
    for name in (CONFIG, "C/inetpub/wwwroot/applicationHost.config"):
        _tree(tmp_path, name)
        (tmp_path / name).write_text(HOST)
    (found,) = listings_of([tmp_path])
    assert found.served == (
        Served("Default Web Site", "/", "c:/inetpub/wwwroot"),
        Served("Default Web Site", "/shop", "d:/shop"),
    )


def test_the_table_of_a_volume_is_read(tmp_path: Path) -> None:
    """Names in use by folder, and how old it is."""
    made, root = datetime(2021, 3, 3, tzinfo=UTC), reference(5, 5)
    names = [file_name("wwwroot", root, made), file_name("k.aspx", reference(1, 1), made),
             file_name("gone.aspx", reference(1, 1), made)]  # fmt: skip
    _tree(tmp_path, "C/$MFT")
    (tmp_path / "C/$MFT").write_bytes(
        mft_record(file_name("$MFT", root, made), created=made)
        + mft_record(names[0], directory=True, created=made)
        + mft_record(names[1], created=made) + mft_record(names[2], created=made, in_use=False)
    )  # fmt: skip
    (found,) = listings_of([tmp_path])
    assert found.tables["c"].names == {"/wwwroot": {"k.aspx"}}
    assert found.tables["c"].newest == made


def test_packages_are_called_as_the_triage_calls_them(tmp_path: Path) -> None:
    """Each once; one that cannot be opened is left out, and keeps its number."""
    one, two = _tree(tmp_path / "1", "a"), _tree(tmp_path / "2", "b")
    (tmp_path / "bad.vhdx").write_bytes(b"vhdxfile and no more")
    found = listings_of([one, one, tmp_path / "bad.vhdx", two])
    assert [each.evidence for each in found] == ["E1", "E3"]


def test_places_are_compared_by_volume_and_name() -> None:
    """In any case; what lies in no volume by its path."""
    assert place_of("a/C%3A/Inetpub/X.aspx") == "c:/inetpub/x.aspx"
    assert place_of("logs/x.aspx") == "/logs/x.aspx"
    assert folder_of("c:/inetpub/x.aspx") == "c:/inetpub"


@pytest.mark.parametrize("form", ["folder", "tgz"])
def test_a_package_tells_when_it_was_made(tmp_path: Path, form: str) -> None:
    """No earlier than its newest file is, by the time that the container says; else by its own."""
    tree = _tree(tmp_path / "e", "C/inetpub/wwwroot/a.aspx", "C/inetpub/wwwroot/b.aspx")
    for name, day in (("a.aspx", 14), ("b.aspx", 2)):
        time = datetime(2021, 3, day, tzinfo=UTC).timestamp()
        os.utime(tree / "C/inetpub/wwwroot" / name, (time, time))
    packed = _packed(tree, form)
    os.utime(packed, (0, datetime(2021, 4, 1, tzinfo=UTC).timestamp()))
    (found,) = listings_of([packed])
    assert found.newest == datetime(2021, 3, 14, tzinfo=UTC)
    assert found.made("2021-03-12T00:00:00Z") == "2021-03-14T00:00:00Z"
    assert found.made("2021-03-14T00:00:00Z") == "2021-04-01T00:00:00Z"
    assert Listing("E1").made("") == ""


def test_collections_in_one_package_have_their_own_days(tmp_path: Path) -> None:
    """Where they are of one volume; a folder counts by the newest in which it is."""
    paths = {"mon/C/web/a.aspx": 14, "mon/C/web2/a.aspx": 13, "fri/C/web2/a.aspx": 18,
             "fri/C/logs/u_ex.log": 19, "fri/D/x/a.aspx": 2}  # fmt: skip
    tree = _tree(tmp_path / "all", *(one for one in paths if one[:3] == "fri"))
    inner = _tree(tmp_path / "inner", *(one[4:] for one in paths if one[:3] == "mon"))
    for name, day in paths.items():
        path = inner / name[4:] if name[:3] == "mon" else tree / name
        time = datetime(2021, 3, day, tzinfo=UTC).timestamp()
        os.utime(path, (time, time))
    with tarfile.open(tree / "mon.tgz", "w:gz") as tar:
        tar.add(inner, ".")
    (found,) = listings_of([tree])
    days = {folder: time.day for folder, time in found.times.items()}
    assert days == {"c:/web": 14, "c:/web2": 19, "c:/logs": 19}
    assert found.made("", "c:/web") == "2021-03-14T00:00:00Z"
    assert found.made("", "c:").startswith("2021-03-19")
    assert found.made("", "d:/x") == as_text(found.newest)
