"""How reports become HTML."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from alpheus.report.html_environment import html_environment


def _shown(template: str, **values: object) -> str:
    return html_environment("report.css").from_string(template).render(**values)


def test_every_value_is_visible_and_escaped() -> None:
    """Markup of evidence and control characters become text; what is ours stays markup."""
    shown = _shown("{{ one }}{{ none }}{{ ours }}", one="<b>\x1b[2J", none=None, ours=Markup("<i>"))
    assert "<b>" not in shown
    assert "\x1b" not in shown
    assert shown.startswith("&lt;b&gt;")
    assert shown.endswith("<i>")


def test_a_name_that_is_not_given_is_an_error() -> None:
    """A report never leaves out silently what its template asks for."""
    with pytest.raises(UndefinedError):
        _shown("{{ absent }}")


def test_styles_are_put_together() -> None:
    """In their order; numbers are grouped by thin spaces."""
    both = html_environment("report.css", "webshell.css").globals["style"]
    one = html_environment("report.css").globals["style"]
    assert str(both).startswith(str(one))
    assert len(str(both)) > len(str(one))
    assert _shown("{{ 1234567|grouped }}") == "1\u202f234\u202f567"
