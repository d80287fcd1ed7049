"""Templates say the same as Jinja makes of them, only quicker."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from alpheus.web.rendering import _made_visible, environment
from alpheus.web.templating import Templates, shown

TEMPLATES = (
    "{{ text }}|{{ safe }}|{{ none }}|{{ number }}|{{ 1.5 }}|{{ 'a<b' }}",
    (
        "{% macro m(x, y=2, class='') %}<i class={{ class }}>{{ x }}{{ y }}"
        "{% if caller is defined %}{{ caller() }}{% endif %}</i>{% endmacro %}"
        "{{ m(text) }}{{ m(x=text, y=number, class='<') }}{{ m(*pair) }}{{ m(**named) }}"
        "{% call m(text) %}{{ safe }}{{ text }}{% endcall %}"
        "{% call(z) m(text, class='c') %}x{% endcall %}"
    ),
    "{% for one in pair %}{{ loop.index }}{{ one }}{{ loop.cycle('a', '<') }}{% endfor %}",
    "{% set kept %}{{ text }}<b>{% endset %}{{ kept }}{{ kept|length }}{{ text|upper }}",
    "{{ held.key }}|{{ held['<'] }}|{{ held.values()|list }}|{{ held.get('key') }}|{{ pair.0 }}",
    "{{ say(text, end='!') }}{{ text.upper() }}{{ [text, safe] }}{{ text ~ safe }}",
)


def say(text: str, end: str = "") -> Markup:
    """A function of ours."""
    return escape(text) + end


def _both(source: str, **values: Any) -> tuple[str, str]:
    options: dict[str, Any] = {"autoescape": True, "finalize": _made_visible,
                               "undefined": StrictUndefined}  # fmt: skip
    return (
        Environment(**options).from_string(source).render(**values),
        Templates(**options).from_string(source).render(**values),
    )


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_value_is_visible_and_escaped(text: str, other: str) -> None:
    """As Jinja does it in two steps."""
    for value in (text, Markup(other), None, 7, 1.5, (text, other), {text: other}, True):
        assert shown(value) == str(escape(_made_visible(value)))


@pytest.mark.parametrize("source", TEMPLATES)
@pytest.mark.parametrize("text", ["plain", "<b>&\"'", "\u202e\x00\u00e9<", ""])
def test_templates_say_the_same(source: str, text: str) -> None:
    """Values, macros with and without callers, loops, parts of things and functions."""
    values = {
        "text": text, "safe": Markup("<u>&amp;</u>"), "none": None, "number": 3, "say": say,
        "pair": (text, "b"), "named": {"x": text, "y": 1},
        "held": {"key": text, "<": 1, "values": text},
    }  # fmt: skip
    usual, ours = _both(source, **values)
    assert ours == usual


def test_what_is_not_there_is_said() -> None:
    """A name, a part and a function that there are not."""
    for source in ("{{ nothing }}", "{{ held.nothing }}", "{{ nothing(1) }}", "{{ held.no() }}"):
        with pytest.raises(UndefinedError):
            _both(source, held={})
        with pytest.raises(UndefinedError):
            Templates(undefined=StrictUndefined).from_string(source).render(held={})


def test_every_template_can_be_made() -> None:
    """Those of all pages."""
    made = environment()
    names = made.list_templates()
    assert len(names) > 40
    for name in names:
        made.get_template(name)
