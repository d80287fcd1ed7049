"""What to install on a server of a known build, said in the reader's language."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from alpheus.knowledge.build_advice import Action, Installable, describe_build
from alpheus.knowledge.build_number import parse_build
from alpheus.notify.blocks import Marked
from alpheus.notify.wording import Language


def install_of(build: str, language: Language, today: str) -> Marked:
    """What to install; `today` is ISO 8601 in UTC and decides what is still supported."""
    action, target, steps = _advice(build, today[:10])
    if not target:
        return language.say(f"install.{action}")
    if not steps:
        return language.say(f"install.{action}.only", target=target)
    first: str | Marked = steps[0]
    if len(steps) > 1:
        first = language.say("install.then", first=steps[0], second=steps[1])
    return language.say(f"install.{action}.first", target=target, first=first)


@lru_cache(maxsize=4096)
def _advice(build: str, day: str) -> tuple[str, str, tuple[str, ...]]:
    """The action, what it leads to ('' is nothing), and what helps until then, quickest first."""
    number, today = parse_build(build), _day(day)
    if number is None or today is None:
        return Action.UNKNOWN, "", ()
    found = describe_build(number, today).advice
    if found.target is None:
        return found.action, "", ()
    free = tuple(_name(one) for one in found.until_then if not one.paid)
    return found.action, _name(found.target), () if found.action is Action.UPDATE else free[:2]


def _name(what: Installable) -> str:
    name = what.name.replace(" with ", " + ")
    return f"{name} ({what.kb})" if what.kb else name


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
