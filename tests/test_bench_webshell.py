"""The table for web shells counts as it says; the figures of real corpora are not tested."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="`make bench` is for POSIX systems")


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Gives a module of the tool."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"tools.bench_webshell.{name}")


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.bench_webshell", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _stand_in() -> str:
    return f"'{sys.executable}' '{ROOT / 'tools' / 'bench_webshell' / 'selfcheck.py'}'"


def test_figures_are_as_they_were_counted_by_hand() -> None:
    """Duplicates, clusters, inline code, broken rules: all in tiny corpora."""
    ended = _bench("--self-check")
    assert (ended.returncode, ended.stdout) == (
        0, "the measuring is as it was counted by hand\n",
    ), ended.stderr  # fmt: skip


def test_lists_hold_paths_and_never_content(tmp_path: Path, tool) -> None:
    """What was missed, what was a false alarm, what ours said; the corpora stay as they are."""
    corpus = tmp_path / "corpus"
    tool("selfcheck").write(corpus)
    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    lists = tmp_path / "lists.tsv"
    ended = _bench(
        "--corpus", str(corpus), "--no-speed", "--lists", str(lists), "--program", _stand_in()
    )
    assert ended.returncode == 0, ended.stderr
    assert lists.read_text("utf-8").splitlines() == [
        "in both\t\t\ttwo/both.asp",
        "in both\t\t\tsite/both.asp",
        "missed\tours\tsuspicious\tone/b.aspx",
        "missed\tours\tno answer\ttwo/d.ASP",
        "false alarm\tours\tsuspicious\tsite/a.aspx",
        "false alarm\tours\tmalicious\tsite/b.aspx",
    ]
    assert "mark-" not in ended.stdout
    assert {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a corpus"),
        (["--corpus", "{room}"], "has no folder shells/"),
        (["--shells", "{room}", "--benign", "{room}/absent"], "does not exist"),
        (["--shells", str(ROOT / "tests"), "--benign", "{room}"], "lies in the repository"),
        (["--shells", "{room}", "--benign", "{room}", "--rounds", "0"], "begins at 1"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    """With the remedy, before anything is read."""
    ended = _bench(*(argument.format(room=tmp_path) for argument in arguments))
    assert ended.returncode == 2
    assert says in ended.stderr


def test_a_program_that_says_nothing_is_no_measurement(tmp_path: Path, tool) -> None:
    """An error, not a table of zeros."""
    tool("selfcheck").write(tmp_path)
    ended = _bench("--corpus", str(tmp_path), "--program", f"'{sys.executable}' -c 'x'")
    assert ended.returncode == 1
    assert "ended with" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("text", "inline"),
    [
        ("<p>text</p>", False),
        ("<% code %>", True),
        ("< % code %>", True),
        ("<%= value %><%: value %><%# Eval() %><%$ Resources: a %>", False),
        ("<%-- <% code %> --%>", False),
        ("<%@ Page Language='C#' %><%  %>", False),
        ("<script language='C#' runat = server>code</script>", True),
        ("<script title='>' RUNAT=\"Server\">", True),
        ("<script>code</script><p runat=server>", False),
        ("<%@ WebHandler Class='A' %> class A {}", True),
        ("<%@ WebHandler Class='A' %>\n", False),
        ("<%@ WebService CodeBehind='a.cs' Class='A' %> text", False),
    ],
)
def test_code_of_the_server_is_told_from_markup(text: str, inline: bool, tool) -> None:
    """Expressions, data binding, comments and directives alone are no inline code."""
    assert tool("corpus").has_server_code(text) is inline


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_undone_before_comparing(encoding: str, tool) -> None:
    """With a byte order mark or without."""
    assert tool("corpus").decoded(("<% code %>" * 3).encode(encoding)) == "<% code %>" * 3


def test_renewed_banners_and_passwords_make_no_new_shell(tool) -> None:
    """Comments, white space, numbers and texts do not count; other words do; order does not."""
    clusters = tool("clusters")
    body = " ".join(f"word{letter}(a{letter});" for letter in "abcdefghijklmnop")
    texts = [
        f"<% /* one */ {body} key = 'first' %>",
        "<% wholly + different - words * here %>",
        f"<%-- two --%><% // three\n{body}\n\n  key = 'second' + 17 %>",
    ]
    assert clusters.cluster([clusters.shingles(text) for text in texts]) == [0, 1, 0]
    assert clusters.cluster([clusters.shingles(text) for text in reversed(texts)]) == [0, 1, 0]


def test_clusters_are_linked_through_others(tool) -> None:
    """Single link: the ends of a chain are one cluster though they are not near."""
    chain = [frozenset(range(at, at + 100)) for at in range(0, 100, 10)]
    assert set(tool("clusters").cluster([*chain, frozenset({1000})])) == {0, 1}
    assert tool("clusters").cluster([]) == []


def test_the_judgement_of_the_same_place_counts(tmp_path: Path, tool) -> None:
    """Content that lies in several places is judged where the page lies; elsewhere, the worst."""
    corpus, ours = tool("corpus"), tool("ours")
    path = tmp_path / "site" / "a" / "page.aspx"
    page = corpus.Page(path, "site", "site/a/page.aspx", "aspx", "00", 1, inline=False)
    said = [("b/page.aspx", "malicious"), ("a/page.aspx", "benign")]
    assert ours.Answers({"00": said}).of(page) == "benign"
    assert ours.Answers({"00": [said[0], ("c/page.aspx", "unknown")]}).of(page) == "malicious"
    assert (
        ours.Answers({"00": [(f"{tmp_path}\\site\\a\\page.aspx", "unknown")]}).of(page) == "unknown"
    )
    assert ours.Answers().of(page) == "no answer"


def test_bytes_are_those_that_were_answered_for(tool) -> None:
    """By the size that is told, or else by that of the page with this hash; noise is counted."""
    said = '{"sha256": "AA", "path": "a", "judgement": "benign"%s}'
    answers = tool("ours")._answers([said % "", said % ', "size": 7', "", "noise", "[]"])
    assert (answers.records, answers.unreadable) == (2, 2)
    assert answers.size(tool("corpus").Side([], sizes={"aa": 5})) == 12
