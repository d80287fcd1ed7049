"""`alpheus campaign run`, `status`, `retry` and `report`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.cli.campaign_run import line_of_reading
from alpheus.fleet.driver import Driver, Summary

LOG = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
    "2021-03-04 10:00:00 10.0.0.1 {method} {stem} - 198.51.100.7 a 200\n"
    "2021-03-04 10:00:05 10.0.0.1 {method} {stem} - 198.51.100.7 a 200\n"
)
PACK = ("--pack", "iis-webshell", "--workers", "1")


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three packages: two victims of the same page, and an archive that is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    for name, method, stem in (
        ("EX01", "POST", "/aspnet_client/k3.aspx"), ("EX02", "POST", "/aspnet_client/k3.aspx"),
        ("EX03", "GET", "/owa/"),
    ):  # fmt: skip
        folder = tmp_path / "fleet" / name
        folder.mkdir(parents=True)
        (folder / "u_ex210304.log").write_text(LOG.format(method=method, stem=stem), "utf-8")
        (folder / "name.txt").write_text(name, "utf-8")
    return tmp_path / "fleet"


def _status(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["campaign", "status", "--format", "json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_run_from_packages_to_servers(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each package is judged once; servers are worked out; the same again is nothing to do."""
    (fleet / "notes.txt").write_text("x", "utf-8")
    assert main(["campaign", "run", "fleet", *PACK]) == 0
    said = capsys.readouterr().err
    assert "notes.txt: is no package" in said
    assert "3 packages" in said
    assert "3 packages judged now" in said
    assert "3 observations are" in said
    assert main(["campaign", "run", "fleet", *PACK]) == 0
    assert "nothing was left to do" in capsys.readouterr().err
    found = _status(capsys)
    assert (found["units"], found["done"], found["schema"]) == (3, 3, "alpheus.campaign-run/1")
    assert main(["campaign", "status"]) == 0
    assert capsys.readouterr().out.startswith("3 of 3 units are done")
    assert main(["campaign", "report"]) == 0
    assert "198.51.100.7: 2 servers" in capsys.readouterr().out
    assert main(["campaign", "report", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [one["verdict"] for one in report["judged"]][:2] == ["compromised"] * 2
    assert (fleet.parent / "c.db.keys" / "secrets.key").stat().st_mode & 0o077 == 0


def test_large_packages_are_read_in_parts(
    fleet: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is judged once, when all of it was read; the same again is nothing to do."""
    monkeypatch.setattr("alpheus.fleet.model.PART", 150)
    assert main(["campaign", "run", "fleet", *PACK, "--later"]) == 0
    assert "3 packages judged now" in capsys.readouterr().err
    found = _status(capsys)
    assert found["done"] == found["units"] == 3 + 3 * 2
    assert main(["campaign", "report", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["units"]["done"] == len(report["judged"]) == 3
    assert [one["verdict"] for one in report["judged"]][:2] == ["compromised"] * 2
    assert main(["campaign", "run", "fleet", *PACK, "--later"]) == 0
    assert "nothing was left to do" in capsys.readouterr().err


def test_what_cannot_be_opened_is_parked_and_tried_again_by_choice(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason, and status 3; the others are done."""
    for name in ("EX01", "EX02"):
        shutil.rmtree(fleet / name)
    (fleet / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    assert main(["campaign", "run", "fleet", *PACK, "--later"]) == 3
    said = capsys.readouterr().err
    assert "parked: unit 2, broken.zip" in said
    assert "observations are" not in said, "it was left for later"
    assert main(["campaign", "retry", "1"]) == 2
    assert "unit 1 is not parked" in capsys.readouterr().err
    assert main(["campaign", "retry"]) == 0
    assert "1 unit waits again" in capsys.readouterr().err
    assert _status(capsys)["waiting"] == 1


def test_what_is_no_archive_and_is_called_so_is_not_judged(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty or garbled copy: status 3, again and again, and the report says why."""
    for name in ("EX01", "EX02"):
        shutil.rmtree(fleet / name)
    (fleet / "empty.zip").write_bytes(b"")
    (fleet / "garbled.zip").write_bytes(bytes(range(256)))
    (fleet / "away").symlink_to(fleet / "EX03")
    assert main(["campaign", "run", "fleet", *PACK]) == 3
    said = capsys.readouterr().err
    assert "away: is a link, which is not followed; passed over" in said
    assert "2 packages are parked and not judged" in said
    assert main(["campaign", "run", "fleet", *PACK]) == 3
    assert "nothing was left to do" in capsys.readouterr().err
    assert main(["campaign", "report"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 of 3 packages are judged, 2 are parked" in told
    assert "empty.zip: is called like an archive or disk image, and is empty" in told
    assert "garbled.zip: is called like an archive or disk image, and does not begin" in told
    (fleet / "empty.zip").unlink()
    assert main(["campaign", "run", "fleet", *PACK]) == 3
    assert "1 package is parked and not judged" in capsys.readouterr().err, "the other is gone"
    shutil.make_archive(str(fleet / "garbled"), "zip", fleet / "EX03")
    assert main(["campaign", "run", "fleet", *PACK]) == 0


def test_an_interrupt_says_what_to_do(
    fleet: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is finished is kept; status 130, as of any program."""

    def interrupted(_: Driver) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Driver, "run", interrupted)
    assert main(["campaign", "run", str(fleet), *PACK]) == 130
    assert "the same command goes on with the rest" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["gone"], "name a folder of packages"),
        (["fleet", "--lane", "So Not"], "is no name of a lane"),
        (["fleet", "--budget", "probe-5c=9"], "is a lane of alpheus campaign probe"),
        (["fleet", "--budget", "slow"], "is not LANE=NUMBER"),
        (["fleet", "--since", "2021-04-01", "--until", "2021-03-01"], "no time is left"),
    ],
)
def test_what_makes_no_sense_is_refused(
    fleet: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    """In one line, before anything is read."""
    assert fleet.is_dir()
    try:
        status = main(["campaign", "run", *options])
    except SystemExit as ended:  # argparse
        status = int(str(ended.code))
    assert status in {2, 3}
    assert said in capsys.readouterr().err


def test_a_folder_without_packages_is_told(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name may be mistyped; where nothing is parked, nothing waits again."""
    (fleet / "inbox").mkdir()
    assert main(["campaign", "run", str(fleet / "inbox"), *PACK]) == 0
    assert f"no package lies directly below {fleet / 'inbox'}: " in capsys.readouterr().err
    assert main(["campaign", "retry"]) == 0
    assert "nothing is parked" in capsys.readouterr().err


def test_results_of_each_package_are_written_as_well(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of those that were judged without; a place that cannot be written is refused first."""
    assert main(["campaign", "run", "fleet", *PACK, "--later"]) == 0
    (fleet.parent / "file").write_text("")
    assert main(["campaign", "run", "fleet", *PACK, "--results", "file"]) == 2
    assert "cannot be written there" in capsys.readouterr().err
    again = ["campaign", "run", "fleet", *PACK, "--later", "--results", "results"]
    assert main(again) == 0
    assert "3 packages judged now" in capsys.readouterr().err
    for kind in ("assessments/*.json", "timelines/*.parquet"):
        assert len(list((fleet.parent / "results").glob(kind))) == 3
    assert main(again) == 0
    assert "nothing was left to do" in capsys.readouterr().err


def test_the_line_of_progress_fits_a_terminal() -> None:
    """How far, how quick, how long; of the file what fits, from its end."""
    done = Summary(done=5, size=1_200_000, read=2_000_000, seconds=10.0)
    doing = "C/Program Files/Microsoft/Exchange Server/V15/Logging/HttpProxy/Eas/H_2021022800-1.LOG"
    said = line_of_reading(done, (12, 3_400_000), doing, 500_000)
    assert said.startswith("5 of 12, 1.20 of 3.40 MB, 0.25 MB/s, 16 s left  …")
    assert said.endswith("/H_2021022800-1.LOG")
    assert len(said) == 78
    begun = line_of_reading(Summary(seconds=1.0), (12, 3_400_000), "EventLogs/Security.jsonl", 0)
    assert begun == "0 of 12, 0.00 of 3.40 MB, 0.00 MB/s  EventLogs/Security.jsonl"
    many = Summary(done=29_000, size=2_900_000_000_000, read=9, seconds=250_000.0)
    waiting = line_of_reading(many, (30_000, 3_000_000_000_000), "waiting for the scheduler", 0)
    assert waiting.endswith("2.4 h left  …ing for the scheduler")
    assert len(waiting) <= 78
    assert line_of_reading(Summary(done=3, seconds=1.0), (2, 0), "", 0) == "3 of 3, 0.00 MB/s"
