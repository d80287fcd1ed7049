"""What the report calls things."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

from alpheus.exposure.report.history import Changes
from alpheus.exposure.report.transitions import Kind
from alpheus.exposure.report.words import FLAGS, KINDS, MEANINGS, SHORT, change_sentence


def test_every_change_has_words() -> None:
    """All but those that are none."""
    told = set(Kind) - {Kind.SAME, Kind.OTHER}
    assert set(KINDS) == set(MEANINGS) == set(SHORT) == told
    assert next(iter(KINDS)) is Kind.REGRESSED


def test_every_flag_of_a_conclusion_has_a_meaning() -> None:
    """A reader need not know the code."""
    source = files("alpheus.exposure").joinpath("conclude.py").read_text("utf-8")
    found = set(re.findall(r"flags(?:\.append\(|=\(\*flags, )\"([a-z-]+)\"", source))
    assert len(found) > 5
    assert found <= set(FLAGS)


def test_the_sentence_of_changes_begins_with_the_worst() -> None:
    """Fixed and vulnerable again comes first; nothing that does not answer is called fixed."""
    changes = Changes(
        kinds=Counter({Kind.REGRESSED: 1, Kind.NEW: 1200, Kind.GONE: 2}),
        fates=Counter({"fixed": 3, "gone": 2, "vulnerable": 1}),
    )
    assert change_sentence(changes, "2021-03-01", "ProxyLogon") == (
        "1 server is vulnerable again to what had been fixed. Of 6 servers that were vulnerable to"
        " ProxyLogon on 2021-03-01: 3 fixed; 1 still vulnerable; 2 without an answer. Of all"
        " servers: 1,200 new, 2 no longer answering."
    )
    assert change_sentence(Changes(), "2021-03-01", "ProxyLogon") == (
        "On 2021-03-01, no server was known to be vulnerable to ProxyLogon."
    )
