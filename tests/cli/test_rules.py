"""`alpheus rules`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from alpheus.cli import main

GOOD = """
title: Web \x1b[31mred
author: Ann
logsource: {category: webserver}
detection: {s: {sc-status: 200}, condition: s}
"""
FREQUENT = """---
title: Frequent
author: Somebody whose name is so long that together with the licence it fills more than a line
logsource: {category: webserver}
detection: {s: {cs-uri-stem|contains: /ews/exchange.asmx}, condition: s}
"""
BAD = "title: Bad\nlogsource: {category: webserver}\ndetection: {s: {a|nosuch: b}, condition: s}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rule that is used and one that is not."""
    (tmp_path / "good.yml").write_text(GOOD.replace("\x1b", ""))
    (tmp_path / "bad.yml").write_text(BAD)
    return tmp_path


def test_text_says_what_becomes_of_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every rule with author and licence, the reason of a rejection, and a summary."""
    assert main(["rules", "check", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert f"rejected  {folder / 'bad.yml'}" in printed
    assert "by Ann; no licence stated" in printed
    assert "tried on EVERY record" in printed
    assert "2 rules and files: 1 loaded, 1 rejected, 0 not-applicable" in printed
    assert "Unknown modifier" in printed


def test_costs_are_readable(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In 80 columns beside paths; what nothing can be searched for is named with its cost."""
    (folder / "good.yml").write_text(GOOD.replace("\x1b", "") + FREQUENT)
    main(["rules", "check", str(folder)])
    printed = capsys.readouterr().out
    rules, summary = printed.split("rules and files:")
    assert [line for line in rules.splitlines() if len(line) > 80 and str(folder) not in line] == []
    assert re.search(r"iis: found by needles, 14\.\d\d% of ordinary records\n +search \d", rules)
    assert re.search(
        r"nothing can be searched for first: 1\n  search [\d.,]+ x, [\d.]+ x per trial  Web",
        summary,
    )


def test_json_is_complete(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for programs, under a schema of its own."""
    assert main(["rules", "check", str(folder), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "alpheus.rules/1"
    assert document["summary"] == {"loaded": 1, "rejected": 1}
    assert [rule["state"] for rule in document["rules"]] == ["rejected", "loaded"]
    cost = document["rules"][1]["costs"][0]
    assert (cost["source"], cost["search"], cost["share"]) == ("httpproxy", "every-record", 1.0)
    assert list(cost) == ["source", "search", "share", "slowdown", "together", "trial"]
    assert cost["together"] == 1


def test_strict(folder: Path) -> None:
    """A rejected rule is a result, and only with `--strict` a failure."""
    assert main(["rules", "check", str(folder), "--strict"]) == 1
    assert main(["rules", "check", str(folder / "good.yml"), "--strict"]) == 0
    assert main(["rules", "check", str(folder / "nothing")]) == 2
