"""The plain marks of templates."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.blocks import (
    Run,
    bare,
    clean,
    data,
    link,
    mark,
    parse,
    plain,
    said,
)
from notice_samples import texts


def test_each_mark_begins_its_block() -> None:
    """A lead, headings, lists, tables and the end of the main part are told apart."""
    text = (
        "! a\nb\n\n# c\nd\ne\\\nf\n\n- g\nmore\n- h\n\n1. i\n2. j\n\n| k | l |\n| m | n |\n\n---\no"
    )
    found = [(block.kind, [[said(cell) for cell in row] for row in block.rows])
             for block in parse(text)]  # fmt: skip
    assert found == [
        ("lead", [["a b"]]),
        ("heading", [["c"]]),
        ("text", [["d e"], ["f"]]),
        ("bullets", [["g more"], ["h"]]),
        ("steps", [["i"], ["j"]]),
        ("table", [["k", "l"], ["m", "n"]]),
        ("break", []),
        ("text", [["o"]]),
    ]


def test_values_and_bold_are_runs() -> None:
    """A layout sees what is a value, what is bold, and what may be a link."""
    (block,) = parse(f"a **b {mark('*c*')}** {link('https://d.example')}")
    assert block.rows[0][0] == (
        Run("a "),
        Run("b ", bold=True),
        Run("*c*", bold=True, value=True),
        Run(" "),
        Run("https://d.example", value=True, link=True),
    )


@given(texts)
def test_a_value_is_never_a_mark(value: str) -> None:
    """Whatever a value is, it stays one run of one paragraph, cell or item."""
    shown = clean(value)
    for text in (f"{mark(shown)}", f"- {mark(shown)}", f"| {mark(shown)} | x |"):
        (block,) = parse(text)
        cell = block.rows[0][0]
        assert [run for run in cell if run.value] == [Run(shown, value=True)] or not shown
        assert len(block.rows) == 1


@given(st.text())
def test_a_clean_value_is_one_visible_line(value: str) -> None:
    """No control, no direction override, no mark of ours, and not endless."""
    shown = clean(value)
    assert shown == bare(shown)
    assert not set(shown) & set("\n\r\t\x00\x1b\u202e\u2028\u200b")
    assert len(shown) < 8000
    shown.encode()


@given(st.lists(texts, max_size=8))
def test_text_keeps_within_its_columns(values: list[str]) -> None:
    """No line is longer than the width unless it is one word with its mark."""
    items = "\n".join(f"- {mark(clean(value))} and more words behind it" for value in values)
    for line in plain(parse(items)).splitlines():
        assert len(line) <= 72 or " " not in line.strip().removeprefix("- ")


def test_lists_are_set_out() -> None:
    """Numbers are right-aligned to their items; headings are underlined."""
    steps = "\n".join(f"1. {'word ' * 20}" for _ in range(10))
    text = plain(parse(f"# Title\n\n{steps}"))
    assert text.startswith("Title\n-----\n\n 1. word")
    assert "\n10. word" in text
    assert "\n    word" in text


def test_a_wide_table_becomes_lines() -> None:
    """What fits stands in columns; else each row is told by its headings."""
    assert plain(parse("| a | b |\n| 1 | 2 |")) == "a  b\n-  -\n1  2\n"
    wide = plain(parse(f"| Server | State |\n| {'x' * 60} | {'y' * 40} |"))
    assert f"- {'x' * 60}\n  State:" in wide


def test_blocks_are_json() -> None:
    """Layouts that are no text get the same runs."""
    assert data(parse("! **a**")) == [
        {"kind": "lead", "rows": [[[{"text": "a", "bold": True, "value": False}]]]}
    ]
