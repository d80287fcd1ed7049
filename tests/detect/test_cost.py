"""What rules cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from alpheus.detect import cost
from alpheus.detect.cost import Search, measure
from alpheus.detect.kit import REQUEST_SOURCES, Kit
from alpheus.detect.sigma import Rule, RuleSet
from alpheus.detect.sigma.benign_traffic import lines
from alpheus.knowledge.packs import load_packs
from alpheus.parsers.base import LineKind, ReadOptions
from alpheus.scan.needles import Needle, Needles
from detect.sigma.building import HTTPPROXY, WEBSERVER, rule
from instructions import searches
from system import needs

DEAREST = 1.1
"""No shipped rule may slow the search by more."""

BAD = "[a-z0-9+/]{80,}"


@pytest.fixture(scope="module")
def shipped() -> Kit:
    """The packs that ship."""
    return Kit.compile(load_packs(), ReadOptions())


def _block(source: str, count: int = 1000) -> bytes:
    return b"\n".join(lines(count, source)) + b"\n"


def _wanted(kit: Kit, source: str, left_out: Collection[str] = ()) -> tuple[Needle, ...]:
    rules = tuple(one for one in kit.rules.rules if one.id not in left_out)
    return tuple(replace(kit, rules=RuleSet(rules)).wanted(source, LineKind.REQUESTS))


def _without(kit: Kit, source: str, left_out: Collection[str] = ()) -> Needles:
    return Needles(_wanted(kit, source, left_out))


def _with(kit: Kit, source: str, more: Rule) -> Needles:
    rules = (*kit.rules.rules, more)
    return Needles(replace(kit, rules=RuleSet(rules)).wanted(source, LineKind.REQUESTS))


def _sharing(kit: Kit, source: str) -> set[frozenset[str]]:
    """Every rule, and every rule together with all that share a needle with it."""
    found = {frozenset({one.id}) for one in kit.rules.of_source(source)}
    searched = kit.plan(source, LineKind.REQUESTS).searches.values()
    for one in kit.rules.of_source(source):
        found.add(frozenset().union(*(who for who in searched if one.id in who)))
    return found


def _dear(kit: Kit, source: str) -> list[Needles]:
    """A frequent text, an expression without a text, and one in the matcher itself."""
    field = {"iis": "cs-uri-query", "httpproxy": "UrlQuery"}[source]
    logsource = {"iis": WEBSERVER, "httpproxy": HTTPPROXY}[source]
    return [
        _with(kit, source, rule({f"{field}|contains": "cmd="}, logsource, name="frequent")),
        _with(kit, source, rule({f"{field}|re": BAD}, logsource, name="every-line")),
        Needles([*kit.wanted(source, LineKind.REQUESTS), Needle(f"x{BAD}")]),
    ]


def _rare(kit: Kit, source: str) -> Needles:
    field = {"iis": "cs-uri-query", "httpproxy": "UrlQuery"}[source]
    logsource = {"iis": WEBSERVER, "httpproxy": HTTPPROXY}[source]
    return _with(kit, source, rule({f"{field}|contains": "rare.text"}, logsource, name="rare"))


@dataclass(frozen=True)
class _Compared:
    """What is searched for in ordinary lines of one source, to compare what each search takes."""

    control: list[Needles]
    """All needles of the kit twice, and with a rare text."""
    dear: list[Needles]
    without: dict[tuple[Needle, ...], tuple[Needles, list[frozenset[str]]]]
    """All but those of some rules, and of which rules; the same needles stand here once."""

    @classmethod
    def of(cls, kit: Kit, source: str) -> _Compared:
        whole = _without(kit, source)
        compared = cls([whole, whole, _rare(kit, source)], _dear(kit, source), {})
        for group in _sharing(kit, source):
            needles = _wanted(kit, source, group)
            if needles not in compared.without:
                compared.without[needles] = (Needles(needles), [])
            compared.without[needles][1].append(group)
        return compared

    def prefilters(self) -> list[Needles]:
        """In the order in which their instructions are told."""
        return [*self.control, *self.dear, *(one for one, _ in self.without.values())]

    def check(self, counted: Sequence[int]) -> None:
        """What was counted for each prefilter."""
        alone, same, rare = counted[:3]
        assert same / alone == pytest.approx(1, rel=0.01)
        assert rare / alone < DEAREST
        costs = [one / alone for one in counted[3 : 3 + len(self.dear)]]
        assert min(costs) > DEAREST, costs
        ratios = [alone / one for one in counted[3 + len(self.dear) :]]
        for ratio, (_, who) in zip(ratios, self.without.values(), strict=True):
            assert ratio <= DEAREST, who


@needs("valgrind", "valgrind")
def test_no_shipped_rule_slows_the_search(shipped: Kit, tmp_path: Path) -> None:
    """Neither a rule nor those that share needles with it take more than 10 % of instructions.

    A rule that is dear would be noticed, and a rare text is not; the same search takes the same
    number of instructions. All are counted in one run, since starting it takes longest.
    """
    compared = {source: _Compared.of(shipped, source) for source in REQUEST_SOURCES}
    work = [
        (one, _block(source, 250))
        for source in REQUEST_SOURCES for one in compared[source].prefilters()
    ]  # fmt: skip
    counted = searches(work, tmp_path)
    for one in compared.values():
        share = len(one.prefilters())
        one.check(counted[:share])
        counted = counted[share:]
    assert not counted


@needs("valgrind", "valgrind")
def test_all_packs_are_searched_for_as_quickly_as_one(shipped: Kit, tmp_path: Path) -> None:
    """Within 15 % of instructions of a campaign with what it builds on."""
    packs = load_packs(["proxylogon", "iis-webshell"])
    one = Kit.compile(packs, ReadOptions(), keep=False)
    work = [
        (Needles(kit.wanted(source, LineKind.REQUESTS)), _block(source, 250))
        for source in REQUEST_SOURCES for kit in (one, shipped)
    ]  # fmt: skip
    counted = searches(work, tmp_path)
    for source, alone, together in zip(REQUEST_SOURCES, counted[::2], counted[1::2], strict=True):
        assert together / alone <= 1.15, source


@pytest.mark.parametrize("source", REQUEST_SOURCES)
def test_no_shipped_rule_is_tried_often(source: str, shipped: Kit) -> None:
    """At most one ordinary line in two hundred is parsed for a rule."""
    rules = shipped.rules.of_source(source)
    for one, costs in zip(rules, measure(rules, shipped), strict=True):
        share = next(cost.share for cost in costs if cost.source == source)
        assert share is not None, one.id
        assert share <= 0.005, one.id


@pytest.mark.parametrize(
    ("detection", "logsource", "expected"),
    [
        ({"cs-uri-query|contains": "evil.aspx"}, {"category": "webserver"}, Search.NEEDLES),
        ({"sc-status": 200}, {"category": "webserver"}, Search.EVERY_RECORD),
        ({"AnchorMailbox|contains": "~"}, HTTPPROXY, Search.EVERY_RECORD),
        ({"EventID": 1}, {"product": "windows", "service": "security"}, Search.EVENT_ID),
        ({"A": "b"}, {"product": "windows", "category": "file_event"}, Search.EVENT_ID),
        ({"A": "b"}, {"product": "windows", "service": "taskscheduler"}, Search.CHANNEL),
        ({"A": "b"}, {"product": "windows", "service": "security"}, Search.EVERY_RECORD),
    ],
)
def test_how_records_are_found(
    detection: dict[str, object], logsource: dict[str, str], expected: Search, shipped: Kit
) -> None:
    """A rule is searched for by text, by event id or by channel; else it needs every record."""
    (costs,) = measure([rule(detection, logsource)], shipped)
    assert {cost.search for cost in costs} == {expected}
    assert all(cost.trial > 0 for cost in costs)
    if expected is Search.EVERY_RECORD:
        assert {cost.share for cost in costs} == {1.0}


def test_what_is_known_of_which_source(shipped: Kit) -> None:
    """Of logs of requests the share and the slowdown; of other logs and of events neither."""
    texts = {"CMD|contains": "rare.text"}
    rules = [
        rule({"cs-uri-query|contains": "rare.text"}, WEBSERVER, name="web"),
        rule(texts, {"product": "exchange", "service": "ecp-server"}, name="ecp"),
        rule({"EventID": 1}, {"product": "windows", "service": "security"}, name="event"),
    ]
    web, ecp, event = measure(rules, shipped)
    assert [one.source for one in web] == ["httpproxy", "iis"]
    assert all(one.share == 0.0 and one.slowdown for one in web)
    for one in (*ecp, *event):
        assert (one.share, one.slowdown, one.together) == (None, None, 1)


def test_a_frequent_text_shows_in_its_share(shipped: Kit) -> None:
    """Lines that hold a rule's needles are counted, however many rules are measured with it."""
    frequent = rule({"cs-uri-stem|contains": "/ews/exchange.asmx"}, WEBSERVER, name="frequent")
    both = rule({"cs-uri-query|contains|all": ["cmd=ping", "rare"]}, WEBSERVER, name="both")
    shares = [{cost.share for cost in costs} for costs in measure([frequent, both], shipped)]
    assert all(0.1 < share < 0.2 for share in shares[0] if share is not None)
    assert shares[1] == {0.0}


DEAR = ("wp-login", "flogon", "dear")
ORDINARY = (
    "default.eas", "emsmdb", "exchange.asmx", "service.svc", "autodiscover.xml",
    "oab.xml", "flogon", "rpcproxy.dll", "healthcheck.htm", "clientapplication",
    "robots.txt", "favicon.ico", "wp-login", "index.asp", "logon.css",
    "logon.aspx", "inboxrules.svc", "common.js", "nspi", "odata_pc_probe",
)  # fmt: skip
"""Texts of ordinary lines."""


def _count_dear(one: Needles, other: Needles, _: bytes) -> float:
    """Stands for a measurement: each needle of a dear rule takes half of the time again."""
    patterns = [needle.pattern.replace("\\", "") for needle in one._needles]
    return 1.0 + sum(word in pattern for word in DEAR for pattern in patterns) / 2


def test_dear_rules_are_told_from_others(shipped: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many rules, measured together, those that slow the search are singled out."""
    monkeypatch.setattr(cost, "slowdown", _count_dear)
    rules = [rule({"UrlStem|contains": one}, HTTPPROXY, name=one) for one in ORDINARY]
    found = {costs[0]: name for costs, name in zip(measure(rules, shipped), ORDINARY, strict=True)}
    dear = {name for one, name in found.items() if (one.slowdown, one.together) == (1.5, 1)}
    assert dear == {"wp-login", "flogon"}
    assert {one.slowdown for one, name in found.items() if name not in dear} == {1.0}


def test_plain_texts_stay_together(shipped: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of texts that no ordinary line holds are measured once; the same needles count once."""
    monkeypatch.setattr(cost, "slowdown", _count_dear)
    texts = ["dear.one", "dear.two", "/three/", "/three/"]
    rules = [
        rule({"UrlQuery|contains": text}, HTTPPROXY, name=f"rule-{number}")
        for number, text in enumerate(texts)
    ]
    assert {(c.slowdown, c.together) for (c,) in measure(rules, shipped)} == {(2.0, 3)}


def test_rules_that_need_every_line_are_measured_alone(
    shipped: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they cost the search is not laid at the door of other rules."""
    monkeypatch.setattr(
        cost, "slowdown", lambda one, *_: 9.0 if any(n.pattern == "." for n in one._needles) else 1
    )
    short = [rule({"UrlQuery|contains": one}, HTTPPROXY, name=f"short-{one}") for one in "~!"]
    rare = rule({"UrlQuery|contains": "rare.text"}, HTTPPROXY, name="rare")
    *every, other = (costs[0] for costs in measure([*short, rare], shipped))
    assert {(one.slowdown, one.together) for one in every} == {(9.0, 1)}
    assert (other.slowdown, other.together) == (1.0, 1)


def test_a_prefilter_is_as_fast_as_itself() -> None:
    """A slowdown is a ratio of times, taken in turn."""
    needles = Needles(["evil"])
    assert cost.slowdown(needles, needles, b"some evil line\n" * 100) > 0
