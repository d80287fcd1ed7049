"""What is wrong in a pack is told with file and line, and one thing hides no other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from alpheus.detect.pack_check import check_pack
from alpheus.knowledge.packs import FOLDER
from alpheus.knowledge.scaffold import new_pack

RULE = "sigma/my-pack-request-answered.yml"
YARA = (
    'rule mine\n{\n    meta:\n        name = "my-pack-page-mine"\n    strings:\n'
    '        $a = "needle in a page"\n    condition:\n        $a\n}\n'
)
PAGES = (
    "- {rule: mine, matches: true, pieces: [needle, ' in a page']}\n"
    "- {rule: mine, matches: false, pieces: [nothing]}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack that is in order."""
    return new_pack("my-pack", tmp_path, "iis", date(2026, 5, 14), date(2026, 6, 30))


def _line(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "what"),
    [
        ("pack.yaml", "  from:", "  form:", "  form:", "window: Object contains unknown field"),
        ("pack.yaml", "references:", "referencez:", "referencez:", "unknown field `referencez`"),
        ("pack.yaml", "    why:", "    wy:", "    wy:", "playbook[0]: Object contains unknown"),
        ("pack.yaml", "references:", "title: again\nreferences:", "title: again", "title is given"),
        (RULE, "    cs-method:", "    a: 1\n    a: 2\n    cs-method:", "a: 2", "given twice"),
        ("pack.yaml", "when: stage:exploited", "when: soon", "when: soon", "no condition"),
        ("pack.yaml", "id: my-pack", "id: other", "id: other", "the folder is 'my-pack'"),
        ("pack.yaml", '["iis-site-*"]', "[no-such]", "- name: front-end", "no entry to collect"),
        ("pack.yaml", "title:", "title: [", "products", "expected"),
        (RULE, "stage: exploited", "stage: explodet", "stage: explodet", "'explodet' is none of"),
        (RULE, "sc-status: '404'", "sc-status: '200'", "negative:", "should not match"),
        (RULE, "sc-status: '200'", "sc-status: '404'", "positive:", "it should match"),
        (RULE, "name: my-pack-", "name: your-pack-", "name: your-pack-", "does not begin with"),
        (RULE, "|endswith:", "|endsometimes:", "detection:", "endsometimes"),
        (RULE, "category: webserver", "category: nothing", "logsource:", "not a source"),
    ],
)  # fmt: skip
def test_each_error_has_its_line(
    folder: Path, name: str, old: str, new: str, at: str, what: str
) -> None:
    """Where an editor can jump to."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = [one for one in check_pack(folder).problems if what in one.what]
    assert found
    assert found[0].path == path
    assert abs(found[0].line - _line(path, at)) <= 1
    assert str(found[0]).startswith(f"{path}:{found[0].line}: ")


def test_every_file_is_looked_at(folder: Path) -> None:
    """A wrong pack.yaml hides neither a wrong table nor a wrong rule."""
    (folder / "pack.yaml").write_text("id: [")
    (folder / "indicators.csv").write_text(
        "type,value,meaning,stage,weight,confidence,source,note\nsha256,zz,a,implanted,proof,high,b,\n"
    )
    (folder / "sigma" / "my-pack-broken.yml").write_text("a: 1\nb: [")
    (folder / "sigma" / "my-pack-foreign.yml").write_text(
        "title: x\nname: my-pack-x\nlogsource: {category: webserver}\n"
        "detection: {a: {b: c}, condition: a}\n"
    )
    (folder / "playbook.md").unlink()
    problems = check_pack(folder).problems
    assert {one.path.name for one in problems} == {
        "pack.yaml", "indicators.csv", "my-pack-broken.yml", "my-pack-foreign.yml", "playbook.md",
    }  # fmt: skip
    assert any(one.path.name == "indicators.csv" and one.line == 2 for one in problems)


@pytest.mark.parametrize(
    ("name", "content", "line", "what"),
    [
        ("de.csv", b"\xff\xfe", 1, "cannot be read"), ("de.csv", b"a,b\n", 1, "its columns are"),
        ("es.csv", b"text,said\na,b\nc\n", 3, "a text, and how it is said"),
        ("xx.csv", b"text,said\na,b\n", 1, "nobody reads it"),
        ("de.txt", b"", 1, "nobody reads it: only de.csv, es.csv are"),
    ],
)  # fmt: skip
def test_texts_in_other_languages_are_read(
    folder: Path, name: str, content: bytes, line: int, what: str
) -> None:
    """What is wrong there would be shown in English, and nobody would know why."""
    (folder / "texts").mkdir()
    (folder / "texts" / name).write_bytes(content)
    (found,) = check_pack(folder).problems
    assert (found.path.name, found.line) == (name, line)
    assert what in found.what


@pytest.mark.parametrize(
    ("rules", "pages", "wrong"),
    [
        (YARA, PAGES, ""),
        (YARA, "", "is not there: pages that mine must match"),
        (YARA, PAGES.splitlines()[0], "there is no page that it must not match"),
        (YARA, PAGES.replace("needle", "nothing"), "mine should match this page"),
        (YARA, PAGES.replace("rule: mine", "rule: other"), "there is no rule other"),
        (YARA, "- {rule: mine}\n", "rule, matches and pieces are expected"),
        (YARA, "- [", "pages"),
        (YARA.replace("$a\n}", "$b\n}"), PAGES, "unknown"),
        ("nothing", PAGES, "holds no rule"),
    ],
)
def test_rules_of_pages_are_run(folder: Path, rules: str, pages: str, wrong: str) -> None:
    """On the pages beside them, each with one that it must match and one that it must not."""
    (folder / "yara").mkdir()
    (folder / "yara" / "mine.yar").write_text(rules)
    if pages:
        (folder / "yara" / "examples.yml").write_text(pages)
    problems = check_pack(folder).problems
    if not wrong:
        assert problems == ()
    elif wrong == "pages":
        assert problems[0].path.name == "examples.yml"
    else:
        assert any(wrong in one.what for one in problems), problems


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in FOLDER.glob("*/pack.yaml")))
def test_packs_that_ship_are_in_order(pack: str) -> None:
    """By the same check that others are asked to pass."""
    assert check_pack(FOLDER / pack).problems == ()


def test_a_rule_that_shows_the_product_must_be_there(folder: Path) -> None:
    """A name that no rule of the pack has would leave the product unseen for ever."""
    path = folder / "pack.yaml"
    name = "my-pack-request-refused"
    path.write_text(path.read_text() + f"""
product_signs:
  - {{product: Gateway, kind: rule, value: {name}}}
  - {{product: Gateway, kind: rule, value: my-pack-request-refusd}}
""")  # fmt: skip
    (problem,) = check_pack(folder).problems
    assert problem.line == _line(path, "refusd")
    assert "'my-pack-request-refusd' is no rule of this pack" in problem.what
