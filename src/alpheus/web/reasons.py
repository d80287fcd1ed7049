"""Why something is as it is, in the reader's language: reasons that our programs give.

What changes a state, who is told next and why, and what a notice says was seen are kept in English,
with the values in them; `texts/reasons.csv` has how each is said (`refusals`), and
`texts/identity.csv` why observations are one server. What a person, a list or a rule wrote is shown
as it is.
"""

from __future__ import annotations

from functools import lru_cache

from alpheus.web.refusals import IDENTITY, REASONS, told

_KEPT = 4_096
_BETWEEN = "; "


@lru_cache(_KEPT)
def said(reason: str, language: str) -> str:
    """A reason, or several set apart by semicolons, in a language."""
    if language == "en" or not reason:
        return reason
    whole = told(reason, language, table=REASONS)
    if whole != reason or _BETWEEN not in reason:
        return whole
    return _BETWEEN.join(told(part, language, table=REASONS) for part in reason.split(_BETWEEN))


@lru_cache(_KEPT)
def explained(line: str, language: str) -> str:
    """A line of why observations are one server, in a language."""
    return line if language == "en" else told(line, language, table=IDENTITY)
