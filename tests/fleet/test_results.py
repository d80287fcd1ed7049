"""Assessment and timeline of each package lie below one folder, by the hash of their content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import OutputError, UsageError
from alpheus.fleet.results import check_results, keep_assessment, results_place, timeline_of
from store_server import BUCKET, StoreServer, store_server


def test_where_results_go(tmp_path: Path) -> None:
    """What is read again takes the place of what was there."""
    check_results(str(tmp_path / "results"))
    keep_assessment(str(tmp_path / "results"), "ab", b"{}")
    keep_assessment(str(tmp_path / "results"), "ab", b"{1}")
    found = sorted(path for path in (tmp_path / "results").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "results/assessments/ab.json"
    ]
    assert found[0].read_bytes() == b"{1}"
    with timeline_of(str(tmp_path / "results"), "ab") as path:
        assert path == tmp_path / "results" / "timelines" / "ab.parquet"


def test_without_a_place_nothing_is_written(tmp_path: Path) -> None:
    """It is asked for, or not."""
    keep_assessment("", "ab", b"{}")
    with timeline_of("", "ab") as path:
        assert path is None
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """And told when it becomes one later."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written there"):
        check_results(str(tmp_path / "file"))
    with pytest.raises(OutputError, match="cannot be written"):
        keep_assessment(str(tmp_path / "file"), "ab", b"{}")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreServer]:
    """A store."""
    with store_server(monkeypatch.setenv) as server:
        yield server


def _stored(s3: StoreServer) -> dict[str, bytes]:
    listed = s3.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        one["Key"]: s3.client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
        for one in listed
    }


def test_results_in_a_store(s3: StoreServer) -> None:
    """Each in one request, whole or not at all; again takes the place of what was there."""
    place = results_place("s3://evidence/out")
    check_results(place)
    for text in (b"{}", b"{1}"):
        keep_assessment(place, "ab", text)
    with timeline_of(place, "ab") as path:
        assert path is not None
        path.write_bytes(b"rows")
    assert not path.exists()
    found = _stored(s3)
    assert found.pop("out/about.txt").startswith(b"Results of alpheus")
    assert found == {"out/assessments/ab.json": b"{1}", "out/timelines/ab.parquet": b"rows"}
    assert {one.method for one in s3.seen} == {"PUT"}


def test_a_timeline_that_was_not_finished_is_not_stored(s3: StoreServer) -> None:
    """Neither where the reading failed, nor where there is none."""
    with pytest.raises(KeyError), timeline_of("s3://evidence/half/", "ab") as path:
        assert path is not None
        path.write_bytes(b"half")
        raise KeyError
    with timeline_of("s3://evidence/half/", "ab"):
        pass
    assert [one.method for one in s3.seen] == []


def test_a_store_that_takes_nothing_is_refused_before_anything_is_read(
    s3: StoreServer,
) -> None:
    """And told when it becomes one later."""
    with pytest.raises(UsageError, match=r"no-such-bucket.*cannot be written there"):
        check_results("s3://no-such-bucket/out")
    with pytest.raises(OutputError, match="cannot be written there"):
        keep_assessment("s3://no-such-bucket/out", "ab", b"{}")
    with pytest.raises(UsageError, match="a folder or a bucket"):
        check_results("https://host/out")


def test_a_place_as_it_is_kept() -> None:
    """A path is made absolute; an address stays."""
    assert results_place("out") == str(Path("out").absolute())
    assert results_place("s3://bucket/out") == "s3://bucket/out"
