"""What stands at the head of each form."""

from __future__ import annotations

import pytest
import yaml

from alpheus.collect.head import head, quoted, remarks
from alpheus.knowledge.collection_file import formats


@pytest.mark.parametrize("name", ["kape", "velociraptor", "acquire", "list", "robocopy"])
def test_each_form_says_that_it_was_not_run(name: str) -> None:
    """In words for its user, with how it is used, in lines that fit."""
    form = formats()[name]
    lines = head(form, "x.file")
    text = " ".join(lines)
    assert "not run" in form.label
    assert form.label in text
    assert "{file}" not in text
    assert max(map(len, lines)) <= 90


def test_remarks_keep_empty_lines_short() -> None:
    """No blank stands at the end of a line."""
    assert list(remarks(("a", "", "b"))) == ["# a", "#", "# b"]


@pytest.mark.parametrize("text", ["a", "it's", "a: b # c", "two\nlines", "C:\\x\\"])
def test_a_quoted_text_is_read_back_as_one_line(text: str) -> None:
    """Whatever stands in it."""
    assert yaml.safe_load(quoted(text)) == " ".join(text.split())
