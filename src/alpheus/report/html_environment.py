"""How reports become HTML: no script, nothing fetched, every value visible and escaped."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from alpheus.report import views
from alpheus.report.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def html_environment(*styles: str) -> Environment:
    """Templates of ours with their style sheets, by their names in the folder of templates."""
    from jinja2 import (  # noqa: PLC0415 - slow to load, only for HTML
        Environment,
        PackageLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=PackageLoader("alpheus.report", "templates"),
        autoescape=True,
        finalize=_made_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    folder = files("alpheus.report").joinpath("templates")
    style = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in styles)
    environment.globals.update(style=Markup(style))  # noqa: S704 (our own files)
    environment.filters.update(size=views.size_text, grouped=_grouped)
    return environment


def _made_visible(value: object) -> object:
    """Applied to every expression of a template, before it is escaped."""
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))


def _grouped(number: int) -> str:
    """Return a number with its thousands set apart by a thin space."""
    return f"{number:,}".replace(",", "\u202f")
