"""Sequences of matches on one server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alpheus.detect.model import HitGroup, RuleInfo
from alpheus.detect.sigma import RuleSet, compile_rules
from alpheus.judge.sequences import findings_of_sequences
from alpheus.knowledge.model import RuleMeaning, SigmaFile
from alpheus.model import Confidence, Event, Finding, Stage, Weight
from making import T0, event, origin, record

PROXY = {"product": "exchange", "service": "httpproxy"}
STEP = RuleMeaning(Stage.ATTEMPTED, Weight.INDICATION, Confidence.MEDIUM)
WHOLE = RuleMeaning(Stage.EXPLOITED, Weight.PROOF, Confidence.HIGH)


def _file(name: str, meaning: RuleMeaning, **more: object) -> SigmaFile:
    return SigmaFile("proxylogon", Path(f"{name}.yml"), {"title": name, "name": name, **more},
                     meaning)  # fmt: skip


def _rules() -> RuleSet:
    steps = [
        _file(
            name, STEP, logsource=PROXY,
            detection={"sel": {"UrlStem": f"/{name}"}, "condition": "sel"},
        )
        for name in ("one", "two")
    ]  # fmt: skip
    order = {
        "type": "temporal_ordered", "rules": ["one", "two"], "timespan": "1h",
        "group-by": ["ClientIpAddress"],
    }  # fmt: skip
    found = compile_rules([*steps, _file("both", WHOLE, correlation=order)])
    assert not found.rejected, found.rejected
    return found


RULES = _rules()


def _request(
    stem: str, minutes: int, client: str = "192.0.2.1", *, malformed: bool = False
) -> Event:
    fields = {"UrlStem": f"/{stem}", "ClientIpAddress": client}
    return event(fields=fields, time=T0 + timedelta(minutes=minutes), line=minutes + 1,
                 malformed=malformed)  # fmt: skip


def _findings(*events: Event, raw: bool = False) -> list[Finding]:
    groups: dict[str, HitGroup] = {}
    for one in events:
        for rule in RULES.match(one):
            info = RuleInfo(rule.id, rule.pack, rule.title, rule.meaning)
            groups.setdefault(rule.id, HitGroup(info, origin(), raw)).add(one)
    return findings_of_sequences(record(hits=list(groups.values())), RULES)


def test_a_completed_sequence_means_what_the_sequence_says() -> None:
    """Its weight and stage are its own; it cites all its steps, timed by its completion."""
    (found,) = _findings(_request("one", 0), _request("two", 20))
    assert (found.rule, found.stage, found.weight) == ("both", Stage.EXPLOITED, Weight.PROOF)
    assert [citation.line for citation in found.citations] == [1, 21]
    assert found.time == T0 + timedelta(minutes=20)
    assert found.detail == "the sequence was completed once"


def test_steps_out_of_order_of_others_or_too_late_are_none() -> None:
    """Order, client and span all have to fit."""
    assert _findings(_request("two", 0), _request("one", 20)) == []
    assert _findings(_request("one", 0), _request("two", 20, "192.0.2.9")) == []
    assert _findings(_request("one", 0), _request("two", 90)) == []


def test_two_clients_complete_it_twice() -> None:
    """One finding tells how often, timed by the first completion."""
    (found,) = _findings(
        _request("one", 0), _request("two", 5),
        _request("one", 1, "192.0.2.9"), _request("two", 2, "192.0.2.9"),
    )  # fmt: skip
    assert found.detail == "the sequence was completed 2 times"
    assert found.time == T0 + timedelta(minutes=2)
    assert found.citations_total == 4


def test_damaged_and_unparsed_lines_are_no_steps() -> None:
    """What its writer cannot have written, or what did not parse, completes nothing."""
    assert _findings(_request("one", 0), _request("two", 5, malformed=True)) == []
    assert _findings(_request("one", 0), _request("two", 5), raw=True) == []
