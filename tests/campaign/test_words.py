"""What numbers say in sentences."""

from __future__ import annotations

import msgspec

from alpheus.campaign import words
from alpheus.campaign.breakdown import Decoys
from alpheus.campaign.estimates import Range
from alpheus.campaign.pace import Pace, Projection, Trend
from alpheus.campaign.reasons import Reason
from alpheus.campaign.service import Overview
from campaign_overview import nothing, overview


def test_the_sentence_that_matters() -> None:
    """How many are left of how many, and where the number is going."""
    said = words.headline(overview())
    assert said.startswith("148 of 900 servers that had something to do are left (139 systems), ")
    assert "stopped falling around" in said
    assert words.headline(nothing()) == "No server is known that had anything to do."


def test_every_trend_has_words() -> None:
    """None is left out."""
    whole = overview()
    for trend in Trend:
        pace = msgspec.structs.replace(whole.pace, trend=trend, since="2021-03-20")
        said = words.headline(msgspec.structs.replace(whole, pace=pace))
        assert said.startswith("148 of 900 servers")
        assert said.endswith(".")


def _with(*, victims: int, systems: int, victim_entries: int = 90) -> Overview:
    whole = overview()
    (total,) = whole.total.lines
    total = msgspec.structs.replace(
        total, victims=victims, victim_entries=victim_entries,
        systems=msgspec.structs.replace(total.systems, victims=systems),
    )  # fmt: skip
    return msgspec.structs.replace(
        whole, total=msgspec.structs.replace(whole.total, lines=(total,))
    )


def test_what_is_to_be_done() -> None:
    """On both axes, in systems, with their servers."""
    said = words.both_axes(overview())
    assert said.startswith("Of those left, 139 systems (148 servers) are without the fix and 0 ")


def test_raw_and_merged() -> None:
    """Side by side, systems before servers; who says that there are victims is told as it is."""
    said = words.merged(_with(victims=30, systems=28))
    assert "Raw lists say 90 victims; merged, and with what assessments and people say, " in said
    assert "they are 28 systems (30 servers) of 120 organisations" in said
    assert "1,450 entries of lists and 1,700 sightings are 891 systems (900 servers)" in said
    said = words.merged(_with(victims=1, systems=1, victim_entries=0))
    assert "No list names a victim; by assessments, or by the word of people, 1 server of" in said
    assert "Raw" not in said
    assert "none" in words.merged(_with(victims=0, systems=0))
    assert "nobody else names a victim" in words.merged(
        _with(victims=0, systems=0, victim_entries=0)
    )
    assert words.merged(nothing()) == "Nothing has been imported that is a server."


def test_what_is_taken_for_a_decoy_is_said() -> None:
    """It is in no other number."""
    whole = _with(victims=30, systems=28)
    assert "decoys" not in words.merged(whole)
    total = msgspec.structs.replace(whole.total, decoys=Decoys(22, 21))
    said = words.merged(msgspec.structs.replace(whole, total=total))
    assert said.endswith("Not counted: 22 taken for decoys, 21 of which lists name as victims.")


def test_pace_in_words() -> None:
    """With its interval; a date has two ends, or there is none."""
    pace = Pace(
        Trend.FALLING, 14, 100, 500, "2021-03-02", per_day=Range(0.05, 0.04, 0.06), fastest=0.1,
        fastest_day="2021-03-16", half_life=Range(13.5, 11.2, 17.0),
        projection=Projection("2021-04-12", "2021-04-14", "2021-04-18"),
    )  # fmt: skip
    said = " ".join(words.speed(pace))
    assert "5.0 % a day (4.0 to 6.0; below 0 it rose): half of them in 14 days (11 to 17)" in said
    assert "between 12 April 2021 and 18 April 2021" in said
    open_end = msgspec.structs.replace(
        pace, half_life=Range(60, 30, float("inf")), projection=Projection(why_not="of chance")
    )
    said = " ".join(words.speed(open_end))
    assert "(30 to without end)" in said
    assert "No date can be foretold: of chance." in said


def test_alerts() -> None:
    """Open again, broken into again, not seen."""
    said = list(words.alerts(overview()))
    assert said[0].startswith("3 servers vulnerable again")
    assert "1 came in the last 14 days" in said[0]
    assert said[1].startswith("1 server broken into again")
    assert said[2].startswith("9 servers of those left not seen for 14 days")
    assert list(words.alerts(nothing())) == []


def test_for_how_long_an_answer_is_waited() -> None:
    """By the settings of the notices, or the usual times, which is said."""
    whole = overview()
    assert "contact 3 days, registrant 3 days, provider 5 days" in words.waited(whole)
    assert "the usual times" in words.waited(whole)
    planned = msgspec.structs.replace(whole.remaining, wait_planned=True)
    said = words.waited(msgspec.structs.replace(whole, remaining=planned))
    assert "as the notices' settings say (wait_days)" in said
    assert words.waited(nothing()) == ""


def test_every_reason_has_words_and_an_act() -> None:
    """And every group."""
    assert set(words.REASONS) == set(Reason)
    for one in overview().remaining.reasons:
        said, act = words.reason(one)
        assert said.startswith(f"{one.servers} server")
        assert act
    found = overview().remaining.groups
    assert found
    for group in found:
        said, act = words.group(group)
        assert f"{group.left} of {group.ever} left" in said
        assert act


def test_ways_in_words() -> None:
    """With their denominators."""
    channels = overview().channels
    said = {words.way(one): words.fixed(one, channels.within) for one in channels.ways}
    assert said["letter"].startswith("252 of 252 fixed within 14 days, 100 % (98 to 100)")
    assert said["contact by email"].startswith("0 of 100 fixed within 14 days, 0 % (0 to 4)")
    assert any(text.startswith("After the notice: 352 servers") for text in words.waiting(channels))
    assert "Nobody is known to have been told" in " ".join(words.waiting(nothing().channels))


def test_who_was_told_is_never_said_to_be_nobody() -> None:
    """Told is told by any way, also where nothing was seen of it since."""
    channels = overview().channels
    unseen = msgspec.structs.replace(channels, told=nothing().channels.told)
    said = " ".join(words.waiting(unseen))
    assert "Nobody is known" not in said
    assert "None that was told was seen since" in said
    whole = msgspec.structs.replace(overview(), channels=unseen)
    assert words.waited(whole).startswith("An answer is waited for")


def test_small_words() -> None:
    """One is no more than one."""
    assert (words.servers(1), words.servers(1_204)) == ("1 server", "1,204 servers")
    assert (words.organisations(1), words.days(1.2)) == ("1 organisation", "1 day")
    assert words.value_of("network", "64500") == "AS64500"
    assert words.value_of("sector", "") == "unknown"
