"""Random rules and events for property tests, with a slow and obvious evaluator."""

from __future__ import annotations

import base64
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


RICH_WORDS = ("a", "B", "k", "ab", " -enc ", " /enc ", "x", "7", "12", "0x10", "-3.5", "d2hvYW1p")
RICH_VALUES = st.lists(st.sampled_from(RICH_WORDS), min_size=1, max_size=3).map("".join)
RICH_EVENTS = st.dictionaries(st.sampled_from(("A", "B", "C")), RICH_VALUES, max_size=3)
TEXT_MODIFIERS = (
    "", "|contains", "|startswith", "|endswith", "|cased", "|contains|cased", "|contains|all",
    "|endswith|cased", "|neq", "|contains|neq", "|re", "|re|i", "|windash|contains",
    "|base64offset|contains", "|base64|contains",
)  # fmt: skip
RICH_TESTS = st.one_of(
    st.tuples(
        st.sampled_from(("A", "B", "C")),
        st.sampled_from(TEXT_MODIFIERS),
        st.lists(RICH_VALUES, min_size=1, max_size=3),
    ),
    st.tuples(
        st.sampled_from(("A", "B", "C")),
        st.sampled_from(("|gt", "|gte", "|lt", "|lte")),
        st.lists(st.integers(-20, 20), min_size=1, max_size=2),
    ),
    st.tuples(
        st.sampled_from(("A", "B", "C")),
        st.sampled_from(("|fieldref", "|fieldref|contains", "|fieldref|startswith")),
        st.lists(st.sampled_from(("A", "B", "C")), min_size=1, max_size=2),
    ),
    st.tuples(
        st.sampled_from(("A", "B", "C")),
        st.just("|exists"),
        st.lists(st.booleans(), min_size=1, max_size=1),
    ),
)
"""Tests with every kind of modifier that can be evaluated by an obvious line of Python."""


@st.composite
def detections(
    draw: st.DrawFn, one_test: st.SearchStrategy[tuple[str, str, list[Any]]] = TESTS
) -> dict[str, Any]:
    """A detection of some items and a random condition over them."""
    items: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 4))):
        tests = draw(st.lists(one_test, min_size=1, max_size=3))
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


def _test(key: str, values: list[Any], fields: Mapping[str, str]) -> bool:
    name, *modifiers = key.split("|")
    value = fields.get(name, "")
    if "neq" in modifiers:
        rest = "|".join([name, *(m for m in modifiers if m != "neq")])
        return not _test(rest, values, fields)
    judge = all if "all" in modifiers else any
    return judge(_one(modifiers, value, wanted, fields) for wanted in values)


def _one(modifiers: list[str], value: str, wanted: Any, fields: Mapping[str, str]) -> bool:
    """One value of a test, without any cleverness."""
    kind = modifiers[0] if modifiers else ""
    if kind == "exists":
        return bool(value) is wanted
    if not value:
        return False
    if kind in {"gt", "gte", "lt", "lte"}:
        return _compares(kind, value, wanted)
    if kind == "re":
        return re.search(wanted, value, re.IGNORECASE if "i" in modifiers else 0) is not None
    if kind == "fieldref":
        wanted, modifiers = fields.get(wanted, ""), [*modifiers[1:], "fieldref"]
        if not wanted:
            return False
    return any(_text(modifiers, value, one) for one in _spellings(kind, wanted))


def _spellings(kind: str, wanted: str) -> list[str]:
    """The texts that a modifier makes of one."""
    if kind == "windash":
        dashes = [wanted]
        for place in re.finditer(r"\B[-/]\b", wanted):
            at = place.start()
            dashes = [d[:at] + c + d[at + 1 :] for d in dashes for c in "-/\u2013\u2014\u2015"]
        return dashes
    raw = wanted.encode()
    if kind == "base64":
        return [base64.b64encode(raw).decode()]
    if kind == "base64offset":
        found = []
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
            first = -(-shift * 8 // 6)
            last = (shift + len(raw)) * 8 // 6
            found.append(encoded[first:last])
        return found
    return [wanted]


def _text(modifiers: list[str], value: str, wanted: str) -> bool:
    if "cased" not in modifiers:
        value, wanted = value.lower(), wanted.lower()
    if "contains" in modifiers:
        return wanted in value
    if "startswith" in modifiers:
        return value.startswith(wanted)
    return value.endswith(wanted) if "endswith" in modifiers else value == wanted


def _compares(kind: str, value: str, wanted: int) -> bool:
    try:
        number = float(int(value, 16)) if value.lower().startswith("0x") else float(value)
    except ValueError:
        return False
    return {
        "gt": number > wanted,
        "gte": number >= wanted,
        "lt": number < wanted,
        "lte": number <= wanted,
    }[kind]


def iis_line(fields: Mapping[str, str]) -> str:
    """An event as IIS writes it: blanks as `+`, nothing as `-`."""
    return " ".join(fields.get(name, "").replace(" ", "+") or "-" for name in FIELDS)


def csv_line(fields: Mapping[str, str], columns: tuple[str, ...]) -> str:
    """An event as Exchange writes it: quoted where needed, quotes doubled, no comma in an agent."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([fields.get(name, "") for name in columns])
    return buffer.getvalue()
