"""`alpheus pack new|check|test|bench|diff|list`, and the guide that leads through them."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.knowledge.packs import pack_folder

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "packs.md"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def pack(tmp_path: Path, capsys: Captured) -> Path:
    """A new pack for IIS servers, with a small scenario."""
    command = ["pack", "new", "mine", "--folder", str(tmp_path), "--product", "iis"]
    assert main([*command, "--from", "2026-05-14", "--to", "2026-06-30"]) == 0
    capsys.readouterr()
    return tmp_path / "mine"


def test_a_new_pack_passes_check_and_test(pack: Path, capsys: Captured) -> None:
    """As it stands."""
    assert main(["pack", "check", str(pack)]) == 0
    assert "2 rules, 4 examples run, 0 problems" in capsys.readouterr().out
    assert main(["pack", "test", str(pack)]) == 0
    assert capsys.readouterr().out == "mine: as the truth says\n"


def test_check_names_file_and_line(pack: Path, capsys: Captured) -> None:
    """Of clean-up steps and scenarios, too, and fails."""
    (pack / "clean.yaml").write_text("- id: x\n")
    scenario = pack / "lab" / "answered.yml"
    scenario.write_text(scenario.read_text().replace("stem:", "stam:"))
    assert main(["pack", "check", str(pack)]) == 1
    printed = capsys.readouterr().out
    assert re.search(rf"{re.escape(str(pack / 'clean.yaml'))}:\d+: ", printed)
    assert re.search(rf"{re.escape(str(scenario))}:\d+: .*stam", printed)


@pytest.mark.parametrize(
    ("name", "key"),
    [("pack.yaml", "from: 2026-05-14"), ("lab/answered.yml", "begins: 2026-05-16"),
     ("sigma/mine-request-refused.yml", "status: experimental")],
)  # fmt: skip
def test_check_names_the_line_of_a_day_that_is_none(
    pack: Path, name: str, key: str, capsys: Captured
) -> None:
    """A 30th of February is told where it stands, in every file of YAML."""
    path = pack / name
    text = path.read_text()
    path.write_text(text.replace(key, f"{key.partition(' ')[0]} 2026-02-30", 1))
    line = text[: text.index(key)].count("\n") + 1
    assert main(["pack", "check", str(pack)]) == 1
    assert f"{path}:{line}: " in capsys.readouterr().out


def test_check_names_a_place_once(pack: Path, capsys: Captured) -> None:
    """Also that of a file which is no YAML."""
    (pack / "clean.yaml").write_text("- id: x\n- [\n")
    assert main(["pack", "check", str(pack)]) == 1
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "clean.yaml" in one]
    assert re.fullmatch(rf"{re.escape(str(pack / 'clean.yaml'))}:\d+: [^/]*", line)
    assert "line" not in line.removeprefix(str(pack))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"null", b"- {id: 1}", b"a: {b: ["])
def test_check_says_of_any_bytes_what_they_are(
    pack: Path, content: bytes, capsys: Captured
) -> None:
    """In every file of a pack: it is told or taken, and never ends the program."""
    (pack / "clean.yaml").write_text("[]")
    (pack / "collection.yaml").write_text("entries: []")
    for path in [one for one in pack.rglob("*") if one.is_file()]:
        before = path.read_bytes()
        path.write_bytes(content)
        assert main(["pack", "check", str(pack)]) in {0, 1}, path
        assert " problem" in capsys.readouterr().out
        path.write_bytes(before)


def test_a_scenario_that_goes_wrong_fails(pack: Path, capsys: Captured) -> None:
    """With what should be, and what is."""
    scenario = pack / "lab" / "answered.yml"
    text = scenario.read_text()
    scenario.write_text(text.replace("verdict: suspicious", "verdict: compromised"))
    assert main(["pack", "test", str(pack)]) == 1
    assert "verdict should be compromised, and is suspicious" in capsys.readouterr().out


def test_alarms_in_clean_evidence_are_counted(pack: Path, tmp_path: Path, capsys: Captured) -> None:
    """With file and line; the pack's own scenarios are run beside it."""
    (pack / "lab" / "answered.yml").unlink()
    logs = tmp_path / "logs"
    logs.mkdir()
    head = "#Fields: date time cs-method cs-uri-stem s-port c-ip sc-status\n"
    for name, stem in (("a", "/"), ("b", "/replace/this-page.aspx")):
        row = f"2026-05-20 07:00:00 POST {stem} 443 192.0.2.1 200\n"
        (logs / f"u_ex26052{len(name)}{name}.log").write_text(head + row)
    assert main(["pack", "test", str(pack), "--clean", str(logs)]) == 1
    printed = capsys.readouterr().out
    assert "false alarm: mine-request-answered (1)" in printed
    assert f"{logs}: 1 false alarm of mine" in printed
    assert main(["pack", "test", str(pack)]) == 2
    assert "holds no scenario" in capsys.readouterr().err


def test_what_it_costs_and_what_changed(pack: Path, capsys: Captured) -> None:
    """Ratios by source and rule; two packs, by folder or id."""
    assert main(["pack", "bench", str(pack)]) in {0, 1}
    printed = capsys.readouterr().out
    assert re.search(r"iis: searched \d\.\d\d x as long with mine", printed)
    assert "mine-request-answered: iis, by needles" in printed
    assert main(["pack", "diff", "proxytoken", str(pack)]) == 0
    assert "~ window: 2021-08-30 to 2021-12-01 -> 2026-05-14" in capsys.readouterr().out
    assert main(["pack", "diff", str(pack), str(pack)]) == 0
    assert capsys.readouterr().out == "nothing changed\n"
    assert main(["pack", "list"]) == 0
    printed = capsys.readouterr().out
    assert "2021-08-06 to 2021-12-01" in printed
    assert max(map(len, printed.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments", [["check", "."], ["bench", "."], ["test", "."], ["diff", "no-such", "proxyshell"]]
)
def test_what_is_no_pack_is_told(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """In one line."""
    monkeypatch.chdir(tmp_path)
    assert main(["pack", *arguments]) == 2
    assert "holds no pack.yaml" in capsys.readouterr().err


def _commands() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_guide_leads_to_a_working_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Its commands, one after the other, as they stand; and the rule that it tells to write."""
    monkeypatch.chdir(tmp_path)
    logs = tmp_path / "EVIDENCE"
    logs.mkdir()
    head = "#Fields: date time cs-method cs-uri-stem s-port c-ip sc-status\n"
    rows = "2026-05-20 07:00:00 POST /owa/auth.owa 443 192.0.2.1 302\n"
    (logs / "u_ex260520.log").write_text(head + rows)
    commands = _commands()
    assert [command.split()[1] for command in commands] == ["pack"] * 5 + ["triage"]
    for command in commands[:-1]:
        assert main(shlex.split(command)[1:]) in {0, 1}, command
        if " new " in command:
            _follow(tmp_path / "packs" / "my-campaign")
    printed = capsys.readouterr().out
    assert "0 problems" in printed
    assert "my-campaign: as the truth says" in printed
    assert "0 false alarms of my-campaign" in printed
    attack = rows.replace("/owa/auth.owa", "/ecp/new-hole.aspx").replace(" 302", " 200")
    (logs / "u_ex260520.log").write_text(head + rows + attack)
    assert main(shlex.split(commands[-1])[1:]) in {0, 10, 20, 30}
    assert "my-campaign" in capsys.readouterr().out


def _follow(pack: Path) -> None:
    """What the guide says to do by hand: another stem, in rules, examples and scenario."""
    for path in (*pack.glob("sigma/*.yml"), *pack.glob("lab/*.yml")):
        path.write_text(path.read_text().replace("/replace/this-page.aspx", "/ecp/new-hole.aspx"))


def test_check_tells_of_files_that_no_bundle_takes(pack: Path, capsys: Captured) -> None:
    """A program or a link in a pack is found by its author, not by who installs it."""
    (pack / "a.py").write_text("print()")
    (pack / "sigma" / "link.yml").symlink_to(pack / "pack.yaml")
    assert main(["pack", "check", str(pack)]) == 1
    printed = capsys.readouterr().out
    assert f"{pack / 'a.py'}:1: a pack holds data alone" in printed
    assert f"{pack / 'sigma' / 'link.yml'}:1: a link has no place in a pack" in printed


def test_the_folder_is_tried_and_not_the_version_in_use(tmp_path: Path, capsys: Captured) -> None:
    """An author's next version of a pack that ships, or that is installed, under the same id."""
    folder = tmp_path / "proxytoken"
    shutil.copytree(pack_folder("proxytoken") or tmp_path, folder)
    (folder / "lab" / "rule.yml").unlink()
    scenario = folder / "lab" / "attempted.yml"
    text = scenario.read_text("utf-8")
    scenario.write_text(text.replace("verdict: attempted", "verdict: suspicious"), "utf-8")
    (folder / "lab" / "quiet.yml").unlink()
    assert main(["pack", "test", str(folder)]) == 1
    assert "verdict should be suspicious, and is attempted" in capsys.readouterr().out
    scenario.write_text(text, "utf-8")
    for rule in (folder / "sigma").glob("*.yml"):
        rule.write_text(rule.read_text("utf-8").replace("RulesEditor", "NothingLikeIt"), "utf-8")
    assert main(["pack", "test", str(folder)]) == 1
    assert "campaigns should be proxytoken, and are none" in capsys.readouterr().out
