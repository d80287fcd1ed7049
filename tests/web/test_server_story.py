"""The story of an attack is there to be zoomed, from everything down to a record."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.cases.assessments import Kept, milliseconds
from alpheus.web.pictures.timeline import SHORTEST
from alpheus.web.server_story import RECORDS, Story, precise
from alpheus.web.words import words
from assessments import compromised, hostile
from server_filling import document, findings, kept_of

T0 = datetime(2021, 3, 1, 2, 58, 46, tzinfo=UTC)
LINK = re.compile(r'<a class="mark [\w ]+" href="([^"]*)"')


def _text(seconds: float) -> str:
    moment = T0 + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03}Z,record at {seconds}"


def _kept(*each: tuple[str, str, list[float]]) -> Kept:
    whole = document(compromised())
    whole["servers"][0]["findings"] = findings(*(
        (stage, weight, _text(min(at))[:24], [_text(one) for one in sorted(at)])
        for stage, weight, at in each
    ))  # fmt: skip
    return kept_of(whole)


def _story(kept: Kept, address: str = "", language: str = "en") -> Story:
    asked = {name: each[0] for name, each in parse_qs(urlsplit(address).query).items()}
    return Story(kept, asked, words(language), "/servers/7", 42)


def _links(story: Story) -> list[str]:
    """Where marks lead, on a phone."""
    return [one.replace("&amp;", "&") for one in LINK.findall(str(story.pictures()[0]))]


TIMES = st.lists(
    st.floats(0, 3e7, allow_nan=False) | st.floats(0, 3, allow_nan=False), min_size=1, max_size=25
).map(lambda each: [round(one, 3) for one in each])


@settings(max_examples=40, deadline=None)
@given(TIMES, TIMES)
def test_every_record_is_reached_by_following_links(
    first: list[float], second: list[float]
) -> None:
    """From the page as it opens; none leads to a view that was there already."""
    kept = _kept(("exploited", "proof", first), ("operated", "indication", second))
    wanted = set(range(len(kept.outline.records)))
    reached: set[int] = set()
    known: set[str] = set()
    ways = [""]
    while ways:
        story = _story(kept, ways.pop())
        chosen = story.chosen()
        if chosen is not None:
            reached.add(chosen.number)
            continue
        if story.quotes:
            reached.update(one.number for one in story.quoted())
        more = [*_links(story), *([story.next] if story.next else [])]
        ways += [one for one in more if one not in known]
        known.update(more)
    assert reached == wanted


def test_a_record_shows_its_line_and_what_it_proves() -> None:
    """Evidence, path, line and text, and the finding; and the records before and after."""
    kept = _kept(("exploited", "proof", [0, 5, 9]))
    story = _story(kept, "?record=1")
    here = story.chosen()
    assert here is not None
    assert (here.citation.path, here.citation.line) == ("logs/1.log", 2)
    assert here.citation.text.endswith("record at 5")
    assert [finding.title for _, finding in here.findings] == ["Finding 1"]
    assert [_story(kept, way).view.record for way in story.around] == [0, 2]
    assert _story(kept, "?record=0").around[0] == ""
    assert _story(kept, "?record=2").around[1] == ""


def test_a_record_outside_of_the_view_takes_the_view_along() -> None:
    """Whoever goes on from record to record always sees where it stands."""
    kept = _kept(("exploited", "proof", [0, 40_000]))
    story = _story(kept, f"?record=0&from={_text(-5)[:24]}&to={_text(5)[:24]}")
    after = _story(kept, story.around[1])
    assert after.view.record == 1
    assert after.inside == 1


def test_views_lead_closer_wider_earlier_later_and_back() -> None:
    """Never out of what there is to see, and never to a view that is the same."""
    kept = _kept(("exploited", "proof", [0, 100, 40_000]), ("operated", "proof", [90_000]))
    story = _story(kept)
    assert story.links["whole"] == ""
    for name in ("closer", "wider", "earlier", "later"):
        way, view = story.links[name], story.view.span
        for _ in range(100):
            if not way:
                break
            turned = _story(kept, way)
            assert turned.view.span != view
            assert turned.everything.start <= turned.view.span.start
            assert turned.view.span.end <= turned.everything.end
            if name == "closer":
                assert turned.inside
            way, view = turned.links[name], turned.view.span
        else:
            pytest.fail(name)
    assert _story(kept, story.links["closer"]).links["whole"]


def test_what_is_far_away_or_weighs_nothing_does_not_hide_the_attack() -> None:
    """A stray file of years ago is outside at first, and is told."""
    kept = _kept(
        ("operated", "proof", [0, 60]), ("none", "context", [-86_400 * 3_000]),
        ("probed", "indication", [-86_400 * 900]),
    )  # fmt: skip
    story = _story(kept)
    assert (story.inside, story.outside) == (2, 2)
    wide = story
    while wide.links["wider"]:
        wide = _story(kept, wide.links["wider"])
    assert wide.outside == 0


@pytest.mark.parametrize("address", [
    "?from=x&to=y", "?from=2021-03-05&to=2021-03-01", "?record=-1", "?record=999999999999",
    "?record=٣", "?from=0001-01-01&to=9999-12-31T23:59:59Z", "?first=10000", "?from=&to=",
    "?from=2021-03-01T00:00:00%2B99:00&to=2021-03-02",
])  # fmt: skip
def test_any_address_gives_a_view(address: str) -> None:
    """What cannot be is as if it were not asked."""
    story = _story(_kept(("exploited", "proof", [0, 5])), address)
    assert story.view.span.length >= SHORTEST
    assert story.chosen() is None
    assert all(story.pictures())


def test_an_assessment_without_times_has_no_picture() -> None:
    """A page on a disk says nothing of when."""
    whole = document(compromised())
    whole["servers"][0]["findings"] = findings(("implanted", "proof", "", ["<%eval%>"]))
    whole["servers"][0]["campaigns"] = []
    story = _story(kept_of(whole))
    assert not story.is_there
    assert story.outline.undated == 1


def test_many_records_are_quoted_in_parts() -> None:
    """Each part leads to the next, and back to the first."""
    kept = _kept(("exploited", "proof", [float(n) for n in range(3 * RECORDS)]))
    story = _story(kept, _story(kept).href())
    numbers = [one.number for one in story.quoted()]
    while story.next:
        story = _story(kept, story.next)
        numbers += [one.number for one in story.quoted()]
    assert numbers == list(range(3 * RECORDS))
    assert _story(kept, story.previous).quoted()[0].number == 0


def test_hostile_text_does_nothing_in_the_picture() -> None:
    """Nor in what it says to who cannot see it, in any language."""
    for language in ("en", "es", "de"):
        for picture in _story(kept_of(document(hostile())), language=language).pictures():
            assert "<script" not in str(picture)
            assert "<img" not in str(picture)
            assert not re.search("[\u202e\x1b\u2066]", str(picture))


def test_times_are_precise_to_the_millisecond() -> None:
    """And are read back."""
    for text in ("2021-03-01T02:58:46Z", "2021-03-01T02:58:46.387Z"):
        number = milliseconds(text)
        assert number is not None
        assert precise(number) == text
