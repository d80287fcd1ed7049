"""Tags of small documents: strictly where they are valid, tolerantly where they are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.xml_elements import DECLARED, Tag, flaw, strict_tags, tolerant_tags

_TEXT = """<?xml version="1.0" encoding="utf-16"?>
<!-- <hidden a="1"/> -->
<a x="1 &amp; 2" y='q"'>
  <b/>
  <![CDATA[<c/>]]>
</a>
"""
_TAGS = [
    Tag("a", 3, attributes={"x": "1 & 2", "y": 'q"'}),
    Tag("b", 4),
    Tag("b", 4, end=True),
    Tag("a", 6, end=True),
]


def test_both_readings_of_a_valid_document_are_equal() -> None:
    """Comments and sections hold no tags; a wrong encoding in the declaration does not matter."""
    assert flaw(_TEXT) is None
    assert list(strict_tags(_TEXT)) == _TAGS
    assert list(tolerant_tags(_TEXT)) == _TAGS


def test_a_broken_document_has_a_flaw_with_its_place() -> None:
    """And what is behind it is found all the same."""
    text = '<a>\n<b x=1/>\n<c y="2"/>\n</a>'
    found = flaw(text)
    assert found is not None
    assert found.reason.startswith("broken XML at line 2: ")
    assert 4 <= found.offset <= 12
    assert [tag.name for tag in tolerant_tags(text)] == ["a", "c", "c", "a"]


@pytest.mark.parametrize("entity", ['<!ENTITY e "x">', '<!ENTITY e SYSTEM "file:///etc/hostname">'])
def test_a_document_type_is_refused(entity: str) -> None:
    """No entity is expanded in either reading."""
    text = f'<!DOCTYPE a [{entity}]><a x="&e;"/>'
    found = flaw(text)
    assert found is not None
    assert found.reason == DECLARED
    assert [tag.attributes.get("x") for tag in tolerant_tags(text)] == ["&e;", None]


@pytest.mark.parametrize("piece", ["<!-- ", "<a ", '<a x="', "<", "<![CDATA[", "<a" + " " * 50])
def test_hostile_text_ends_soon(piece: str) -> None:
    """No pattern costs quadratic time."""
    list(tolerant_tags(piece * 20_000))
    assert flaw(piece * 20_000) is not None


@settings(max_examples=150)
@given(st.text(alphabet="<>/!-?ab =\"'&;\n[]", max_size=60))
def test_no_text_raises(text: str) -> None:
    """Valid or not, both readings end."""
    list(tolerant_tags(text))
    if flaw(text) is None:
        list(strict_tags(text))


def test_lone_surrogates_do_not_raise() -> None:
    """Text decoded from broken UTF-16 may hold them."""
    assert flaw("<a x='\ud800'/>") is None
