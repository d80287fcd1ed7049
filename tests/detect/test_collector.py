"""What is learned from all files, in bounded memory."""

from __future__ import annotations

from datetime import timedelta

from alpheus.detect import collector as module
from alpheus.detect.collector import Collector
from alpheus.evidence.sparing import Left
from alpheus.model import BuildWitness, Skipped
from making import T0, at, event, origin, rule


def test_events_outside_the_span_asked_for_are_no_hits() -> None:
    """`--since` and `--until` bound findings; an unknown time is never left out."""
    collector = Collector(start=at("2021-03-01"), end=at("2021-03-02"))
    for time in (at("2021-02-28"), at("2021-03-01"), at("2021-03-03"), None):
        collector.hit(rule(), origin(), event(time=time))
    assert [group.total for group in collector.hits.values()] == [2]


def test_losses_beyond_the_limit_are_summed_up(monkeypatch) -> None:
    """Too many losses to list are still counted."""
    monkeypatch.setattr(module, "SKIPPED_KEPT", 2)
    collector = Collector()
    for number in range(5):
        collector.lose(Skipped("E1", "a", number, "broken", 3))
    losses = collector.losses()
    assert sum(loss.count for loss in losses) == 15
    assert len(losses) == 3


def test_a_build_seen_twice_has_one_span() -> None:
    """Sightings of a build by one source are joined."""
    collector = Collector()
    for day in (1, 0, 2):
        time = T0 + timedelta(days=day)
        collector.witness(BuildWitness("httpproxy", "15.1.2176.2", "EX01", time, time), origin())
    (span,) = collector.witnesses.values()
    assert (span.first, span.last) == (T0, T0 + timedelta(days=2))


def test_pages_asked_for_are_bounded(monkeypatch) -> None:
    """A scanner that asks for ever new names fills no memory."""
    monkeypatch.setattr(module, "PAGES_KEPT", 3)
    collector = Collector()
    kept = [collector.use(origin(), f"/{n}.aspx") for n in range(5)]
    assert [use is not None for use in kept] == [True, True, True, False, False]
    assert collector.use(origin(), "/1.aspx") is kept[1]


def test_proof_is_kept_when_noise_has_filled_the_store(monkeypatch) -> None:
    """However much noise came before, the first events of every rule are kept."""
    monkeypatch.setattr(module, "EVENTS_KEPT", 10)
    collector = Collector()
    for number in range(500):
        collector.hit(rule("noise", client="c-ip"), origin(), event("iis", {"c-ip": str(number)}))
    collector.hit(rule("proof"), origin(), event())
    kept = {group.rule.id: len(list(group.kept())) for group in collector.hits.values()}
    assert kept["proof"] == 1
    assert kept["noise"] <= 110


def test_hashes_are_kept_of_cited_files_alone() -> None:
    """A million files that nothing cites need no memory; a cited one gets its own hash."""
    collector = Collector()
    collector.hit(rule(), origin(), event())
    cited = event().citation
    collector.hashed(cited.evidence, cited.path, "a" * 64)
    collector.hashed(cited.evidence, "C/logs/other.log", "b" * 64)
    assert collector.hashes == {(cited.evidence, cited.path): "a" * 64}


def test_parts_read_apart_add_up_to_the_whole() -> None:
    """Two collectors that saw half each, joined, know what one that saw all knows."""
    events = [
        event("iis", {"c-ip": f"192.0.2.{n % 3}"}, time=T0 + timedelta(minutes=n)) for n in range(9)
    ]
    whole, left, right = Collector(), Collector(), Collector()
    for number, one in enumerate(events):
        for target in (whole, left if number % 2 else right):
            target.hit(rule(client="c-ip"), origin(), one)
            hours = target.cover(origin(), "iis-site-1")
            hours.rows += 1
            hours.note(one.time)
            target.lose(Skipped("E1", "a", number, "broken"))
            target.files_read += 1
    left.absorb(right)
    (mine,), (theirs,) = left.hits.values(), whole.hits.values()
    assert (mine.total, mine.first, mine.last) == (theirs.total, theirs.first, theirs.last)
    assert {c: len(e) for c, e in mine.events.items()} == {
        c: len(e) for c, e in theirs.events.items()
    }
    assert left.hours[origin(), "iis-site-1"].hours == whole.hours[origin(), "iis-site-1"].hours
    assert sum(loss.count for loss in left.losses()) == 9
    assert left.files_read == whole.files_read


def test_what_is_left_in_a_store_is_one_loss_of_each_package() -> None:
    """However many parts it was read in; no bound on losses hides it."""
    whole = Collector()
    for package in ("E1", "E1", "E2", "E1"):
        part, left = Collector(), Left(package)
        left.add(2_000_000)
        part.lose(left.loss())
        part.lose(Skipped(package, "a", None, "broken"))
        whole.absorb(part)
    losses = whole.losses()
    assert {type(one) for one in losses} == {Skipped}
    assert [(one.evidence, one.count, one.reason[:24]) for one in losses if not one.path] == [
        ("E1", 3, "left in the store (6 MB)"), ("E2", 1, "left in the store (2 MB)"),
    ]  # fmt: skip
    assert len(losses) == 6


def test_events_of_pages_are_bounded_over_all_pages(monkeypatch) -> None:
    """However many pages a site has, each keeps a few; closed places keep what they need."""
    monkeypatch.setattr(module, "PAGE_EVENTS_KEPT", 20)
    whole = Collector()
    for part in range(3):
        one = Collector()
        for number in range(300):
            use = one.use(origin(), f"/{part}-{number % 10}.aspx")
            assert use is not None
            use.closed = number % 10 == 0
            one.keep_use(use, event(time=T0 + timedelta(seconds=number)))
        whole.absorb(one)
    kept = [(use.closed, len(use.succeeded)) for use in whole.uses.values()]
    assert all(number == 30 for closed, number in kept if closed)
    assert all(number == module.PAGE_EVENTS_ALWAYS for closed, number in kept if not closed)
    assert whole.page_events == sum(number for _, number in kept)
