"""How a server came into its state, in the language of a notice.

Evidence is kept in English, as what changed a state gives it. The phrases `why.*` of English are
those sentences with places for their values, and have the same key in every language.
"""

from __future__ import annotations

import re
from functools import cache

from alpheus.notify.blocks import bare, clean
from alpheus.notify.wording import ENGLISH, Language, shipped

_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC: (.+) \(([^()]*)\)", re.DOTALL)
_PLACE = re.compile(r"\{(\w+)\}")
_WHY, _WAS, _WHO = "why.", "was.", "who."
_WHOLE = "why.line"
_LONGEST = 2_000


def said_of(line: str, language: Language) -> str:
    """A sentence of evidence in a language; what a person or a rule wrote stays as it is."""
    found = _LINE.fullmatch(line) if len(line) <= _LONGEST else None
    if found is None:
        return line
    time, why, who = found.groups()
    said = language.say(
        _WHOLE, time=language.time(f"{time.replace(' ', 'T')}:00Z"), why=_reason(why, language),
        who=_named(_WHO, who, language),
    )  # fmt: skip
    return clean(bare(said))


def _reason(text: str, language: Language) -> str:
    for key, expression in _expressions():
        found = expression.fullmatch(text)
        if found is None:
            continue
        values = {name: _value(name, value, language) for name, value in found.groupdict().items()}
        return bare(language.say(key, **values))
    return text


def _value(name: str, value: str, language: Language) -> str:
    if name == "state":
        return _named(_WAS, value, language)
    return language.time(value) if name == "time" else value


def _named(kind: str, word: str, language: Language) -> str:
    """A word of ours in a language; any other as it is."""
    key = f"{kind}{word.replace(' ', '-')}"
    return bare(language.say(key)) if key in language.phrases else word


@cache
def _expressions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The longest first, so that a sentence with a value is not taken for one without."""
    english = shipped().language(ENGLISH).phrases
    rows = [(key, text) for key, text in english.items()
            if key.startswith(_WHY) and key != _WHOLE]  # fmt: skip
    rows.sort(key=lambda row: -len(row[1]))
    return tuple((key, _expression(text)) for key, text in rows)


def _expression(text: str) -> re.Pattern[str]:
    parts = _PLACE.split(text)
    form = "".join(
        f"(?P<{part}>\\S+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
    return re.compile(form)
