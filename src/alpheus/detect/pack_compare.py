"""What a pack shares with others, what it costs beside them, and how two of its versions differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alpheus.detect.cost import slowdown
from alpheus.detect.kit import REQUEST_SOURCES, Kit
from alpheus.detect.sigma import compile_rules
from alpheus.detect.sigma.benign_traffic import lines
from alpheus.detect.sigma.examples import event_of
from alpheus.knowledge.model import DecidingGroup, Pack, Window
from alpheus.parsers.base import LineKind
from alpheus.scan.needles import Needles

_LINES = 4_000


@dataclass(frozen=True, slots=True)
class Overlap:
    """A record that should raise `rule` raises `other` as well, a rule of another pack."""

    rule: str
    other: str
    pack: str


def overlaps(pack: Pack, others: Sequence[Pack]) -> tuple[Overlap, ...]:
    """Rules of other packs that match a positive example of this one, and the other way round."""
    return tuple(dict.fromkeys([*_one_way([pack], others), *_one_way(others, [pack], turned=True)]))


def _one_way(
    packs: Sequence[Pack], others: Sequence[Pack], *, turned: bool = False
) -> Iterator[Overlap]:
    rules = compile_rules([file for pack in others for file in pack.sigma])
    for pack in packs:
        for file in pack.sigma:
            name = str(file.document.get("name", file.document["title"]))
            for example in file.examples:
                if not example.matches:
                    continue
                for rule in rules.match(event_of(example)):
                    if turned:
                        yield Overlap(rule.id, name, pack.id)
                    else:
                        yield Overlap(name, rule.id, rule.pack)


def search_costs(kit: Kit, other: Kit) -> dict[str, float]:
    """How much longer ordinary lines are searched with one kit than with another, by source."""
    found = {}
    for source in REQUEST_SOURCES:
        block = b"\n".join(lines(_LINES, source)) + b"\n"
        one, two = (Needles(each.wanted(source, LineKind.REQUESTS)) for each in (kit, other))
        found[source] = round(slowdown(one, two, block), 2)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is `+`, `-` or `~`; `what` a rule, an indicator, a step or a key."""

    kind: str
    what: str
    detail: str = ""


def differences(old: Pack, new: Pack) -> tuple[Change, ...]:
    """What became of each rule, indicator and step from one version to the other."""
    return (*_keys(old, new), *_rules(old, new), *_lists(old, new))


def _keys(old: Pack, new: Pack) -> Iterator[Change]:
    for name in ("version", "title", "products", "cves", "window", "deciding", "builds_on"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change("~", name, f"{_said(before)} -> {_said(after)}")


def _said(value: object) -> str:
    if isinstance(value, Window):
        return f"{value.start:%Y-%m-%d} to {value.end:%Y-%m-%d}"
    if isinstance(value, DecidingGroup):
        return f"{value.name} ({' or '.join(value.any_of)})"
    if isinstance(value, tuple):
        return ", ".join(map(_said, value)) or "none"
    return str(value)


def _rules(old: Pack, new: Pack) -> Iterator[Change]:
    before, after = (
        {str(file.document.get("name", file.document["title"])): file for file in pack.sigma}
        for pack in (old, new)
    )
    for name in sorted({*before, *after}):
        if name not in before:
            yield Change("+", f"rule {name}", str(after[name].document["title"]))
        elif name not in after:
            yield Change("-", f"rule {name}", str(before[name].document["title"]))
        elif before[name].document != after[name].document:
            one, two = before[name].document, after[name].document
            keys = sorted(str(key) for key in {*one, *two} if one.get(key) != two.get(key))
            yield Change("~", f"rule {name}", ", ".join(keys))


def _lists(old: Pack, new: Pack) -> Iterator[Change]:
    pairs = (
        ("indicator", {f"{one.type} {one.value}" for one in old.indicators},
         {f"{one.type} {one.value}" for one in new.indicators}),
        ("fix", {f"{one.cve} {one.build} {one.product or one.name}" for one in old.fixed_builds},
         {f"{one.cve} {one.build} {one.product or one.name}" for one in new.fixed_builds}),
        ("step", {one.action for one in old.playbook}, {one.action for one in new.playbook}),
        ("pages", {file.text for file in old.yara}, {file.text for file in new.yara}),
    )  # fmt: skip
    for word, before, after in pairs:
        for kind, changed in (("-", before - after), ("+", after - before)):
            for one in sorted(changed):
                yield Change(kind, word, " ".join(one.split())[:100])
