"""Random rules and events for property tests, with a slow and obvious evaluator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

FIELDS = ("cs-method", "cs-uri-stem", "cs-uri-query", "cs(User-Agent)", "sc-status")
WORDS = ("owa", "/ecp/y.js", "power shell", "a", "evil.corp", "x+y", "K9-z", 'q"t', "200", "")
MODIFIERS = ("", "|contains", "|startswith", "|endswith")

VALUES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
EVENTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5)
TESTS = st.tuples(
    st.sampled_from(FIELDS),
    st.sampled_from(MODIFIERS),
    st.lists(VALUES.filter(bool), min_size=1, max_size=3),
)


@st.composite
def detections(draw: st.DrawFn) -> dict[str, Any]:
    """A detection of some items and a random condition over them."""
    items: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 4))):
        tests = draw(st.lists(TESTS, min_size=1, max_size=3))
        items[f"s{number}"] = {field + modifier: values for field, modifier, values in tests}
    names = st.sampled_from(sorted(items))
    tree = st.recursive(
        names,
        lambda inner: st.one_of(
            st.builds(lambda a, b: f"({a} and {b})", inner, inner),
            st.builds(lambda a, b: f"({a} or {b})", inner, inner),
            st.builds(lambda a: f"(not {a})", inner),
        ),
        max_leaves=6,
    )
    return {**items, "condition": draw(tree)}


LONG_WORDS = (
    "/owa/auth/x.aspx",
    "Power Shell",
    "Power+Shell",
    'fn("say"x"y")',
    "KHTML, like Gecko",
    "it's_mine",
    "evil.corp?q=turtle",
    "half%sure",
    "Żółw-turtle",
    "C:\\inetpub\\wwwroot",
    "{a;b}[c]|d^e",
)

SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: text.replace(" ", "+"),
    lambda text: text.replace("+", " "),
    lambda text: text.replace(",", " "),
    lambda text: quote(text, safe=""),
    lambda text: "unrelated",
)
"""How a log, or an attacker, may write a text."""

FEW = st.sampled_from([1, 1, 1, 2])


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, str]]:
    """A detection of longer texts, and an event that fulfils most of its tests."""
    items: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for number in range(draw(FEW)):
        tests = {}
        for field in draw(st.permutations(FIELDS[:4]))[: draw(FEW)]:
            wanted = draw(st.permutations(LONG_WORDS))[: draw(FEW)]
            tests[f"{field}|contains"] = [word.replace("?", "\\?") for word in wanted]
            word = draw(st.sampled_from(wanted))
            if "?" in word and field == "cs-uri-query" and draw(st.booleans()):
                fields["cs-uri-stem"], _, fields[field] = word.partition("?")
            else:
                spelling = draw(st.sampled_from(SPELLINGS))
                fields[field] = fields.get(field, "") + spelling(word)
        items[f"s{number}"] = tests
    condition = draw(st.sampled_from([" and ", " or "])).join(items)
    negated = draw(st.sampled_from(["", " and not none"]))
    items["none"] = {"cs-method": "TRACE"}
    return {**items, "condition": f"({condition}){negated}"}, fields


def naive(detection: Mapping[str, Any], fields: Mapping[str, str]) -> bool:
    """The truth of a detection, by Python's own operators on the plain fields."""
    truth = {
        name: all(_test(key, values, fields) for key, values in tests.items())
        for name, tests in detection.items()
        if name != "condition"
    }
    words = re.findall(r"\w+|[()]", detection["condition"])
    expression = " ".join(str(truth[word]) if word in truth else word for word in words)
    return bool(eval(expression, {}))


def _test(key: str, values: list[str], fields: Mapping[str, str]) -> bool:
    name, _, modifier = key.partition("|")
    value = fields.get(name, "").lower()
    if not value:
        return False
    compare = {
        "": value.__eq__,
        "contains": value.__contains__,
        "startswith": value.startswith,
        "endswith": value.endswith,
    }[modifier]
    return any(compare(wanted.lower()) for wanted in values)


def iis_line(fields: Mapping[str, str]) -> str:
    """An event as IIS writes it: blanks as `+`, nothing as `-`."""
    return " ".join(fields.get(name, "").replace(" ", "+") or "-" for name in FIELDS)


def csv_line(fields: Mapping[str, str], columns: tuple[str, ...]) -> str:
    """An event as Exchange writes it: quoted where needed, quotes doubled, no comma in an agent."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([fields.get(name, "") for name in columns])
    return buffer.getvalue()
