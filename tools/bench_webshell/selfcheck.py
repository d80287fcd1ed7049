"""The measuring measured: tiny corpora of harmless pages whose figures were counted by hand.

Run as a file this module is the stand-in for our program: it answers in its form, and judges by a
word in the page.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

WORDS = {b"mark-a": "malicious", b"mark-b": "suspicious"}
RULE = 'rule word { strings: $a = "mark-a" $b = "mark-r" condition: $a or $b }'
BROKEN = "rule broken { condition: }"

_LONG = " ".join(f"name{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
_HEAD = '<%@ Page Langage="C#" %>'
PAGES = {
    # Two near-duplicates, of which one is found, and one of another kind.
    "shells/one/a.aspx": f"{_HEAD}<% {_LONG} mark = 'mark-a' %>",
    "shells/one/copy.aspx": f"{_HEAD}<% {_LONG} mark = 'mark-a' %>",
    "shells/one/b.aspx": f"{_HEAD}<% {_LONG}   mark = 'mark-b' /* another banner */ %>",
    "shells/two/c.ashx": "words that are like no others mark-a",
    "shells/two/d.ASP": "<% rem mark-r %>",
    "shells/two/README.md": "mark-a",
    "shells/two/both.asp": "in both",
    # A false alarm without code, one with, and pages that are none.
    "benign/site/a.aspx": f"{_HEAD}<p>mark-b</p>",
    "benign/site/b.aspx": f"{_HEAD}<% mark-a %>",
    "benign/site/c.aspx": f"{_HEAD}<%= value %><%-- <% comment --%>",
    "benign/site/d.ashx": "<%@ WebHandler CodeBehind='d.cs' %> text",
    "benign/site/both.asp": "in both",
    "benign/site/empty.asp": " \n",
}
EXPECTED = (
    "| ASP.NET | ours | 3 | 66.7 % (2) | 2 | 75.0 % | 4 | 50.00 % (2) | 1 | 100.00 % (1) |",
    "| ASP.NET | rules | 3 | 66.7 % (2) | 2 | 75.0 % | 4 | 25.00 % (1) | 1 | 100.00 % (1) |",
    "| classic ASP | ours | 1 | 0.0 % (0) | 1 | 0.0 % | – | – | – | – |",
    "| classic ASP | rules | 1 | 100.0 % (1) | 1 | 100.0 % | – | – | – | – |",
    "| .ashx | ours | 1 | 100.0 % (1) | 1 | 100.0 % | 1 | 0.00 % (0) | 0 | – |",
    "| two, ASP.NET | ours | 1 | 100.0 % (1) | 1 | 100.0 % | – | – | – | – |",
    "| site, ASP.NET | ours | – | – | – | – | 4 | 50.00 % (2) | 1 | 100.00 % (1) |",
    "Shells: 4 (dropped: 1 duplicate, 1 in both corpora, 1 no server page), in 3 clusters.",
    "Benign pages: 4 (dropped: 1 empty, 1 in both corpora).",
    "rules: 1 rules in 1 files.",
    "Left out: rules: broken.yar does not compile",
)


def run(measure: Callable[[Sequence[str]], int]) -> int:
    """Measure the tiny corpora; 0 if every figure is as it was counted."""
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        write(folder)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            measure(
                [
                    "--corpus", str(folder), "--rules", str(folder / "rules"), "--rounds", "1",
                    "--program", f"'{sys.executable}' '{__file__}'",
                    "--lists", str(folder / "lists.tsv"),
                ]
            )  # fmt: skip
    text = re.sub(r" +", " ", printed.getvalue())
    missing = [line for line in EXPECTED if line not in text]
    for line in missing:
        print(f"not in the table: {line}")
    print("the measuring is at fault" if missing else "the measuring is as it was counted by hand")
    return 1 if missing else 0


def write(folder: Path) -> None:
    """The corpora, and a folder of rules of which one does not compile."""
    contents = {**PAGES, "rules/word.yar": RULE, "rules/broken.yar": BROKEN}
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", newline="\n")


def answer(arguments: Sequence[str]) -> None:
    """As our program does, for every file in the folders."""
    for place in map(Path, arguments):
        files = [place] if place.is_file() else sorted(place.rglob("*.as*"))
        for path in files:
            content = path.read_bytes()
            judged = [judgement for word, judgement in WORDS.items() if word in content]
            record = {
                "path": path.as_posix(), "sha256": hashlib.sha256(content).hexdigest(),
                "judgement": (*judged, "benign")[0], "score": 0, "family": None, "reasons": [],
            }  # fmt: skip
            sys.stdout.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    answer(sys.argv[4:])
