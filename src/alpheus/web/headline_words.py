"""The sentence that an assessment begins with, in the reader's language.

It is kept in English, put together of parts (`judge.headline`, `judge.coverage`);
`texts/headlines.csv` has how each part is said. Where the first part is none of ours, the whole
stays as it is; a later part that nobody put in words stands among the others.
"""

from __future__ import annotations

import re

from alpheus.web.refusals import told
from alpheus.web.words import Words, words

TABLE = "headlines.csv"
_BETWEEN = "; "
_END = "."
_LONGEST = 4_000
_MOMENT = re.compile(
    r"(?<![\w.-])\d{4}-\d\d-\d\d(?P<clock> \d\d:\d\d(?::\d\d)?)?(?![\w.:-])", re.ASCII
)
"""A day, or a time; none that is part of a name."""


def said(headline: str, language: str) -> str:
    """A headline in a language; as it is where its beginning is none of ours."""
    if language == "en" or len(headline) > _LONGEST:
        return headline
    first, *others = headline.removesuffix(_END).split(_BETWEEN)
    begins = told(first, language, table=TABLE)
    if begins == first:
        return headline
    told_parts = [begins, *(told(part, language, table=TABLE) for part in others)]
    spoken = words(language)
    end = _END if headline.endswith(_END) else ""
    return _dated(_BETWEEN.join(told_parts), spoken) + end


def _dated(text: str, spoken: Words) -> str:
    return _MOMENT.sub(lambda m: spoken.day(m[0]) + (m["clock"] or ""), text)
