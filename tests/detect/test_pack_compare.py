"""What a pack shares with others, what it costs, and what changed in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from alpheus.detect.kit import Kit
from alpheus.detect.pack_compare import Overlap, differences, overlaps, search_costs
from alpheus.knowledge.model import Pack
from alpheus.knowledge.packs import load_packs, read_whole_pack
from alpheus.knowledge.scaffold import new_pack
from alpheus.parsers.base import ReadOptions

CAMPAIGNS = [pack for pack in load_packs() if pack.window is not None]


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A new pack."""
    folder = tmp_path_factory.mktemp("packs")
    made = new_pack("my-pack", folder, "iis", date(2026, 5, 14), date(2026, 6, 30))
    return read_whole_pack(made)


def test_rules_that_match_the_same_records_are_named(mine: Pack) -> None:
    """Both ways, by the examples of either."""
    twin = replace(mine, id="twin", sigma=tuple(replace(one, pack="twin") for one in mine.sigma))
    found = overlaps(mine, [twin])
    assert Overlap("my-pack-request-answered", "my-pack-request-answered", "twin") in found
    assert overlaps(mine, []) == ()


@pytest.mark.parametrize("pack", CAMPAIGNS, ids=lambda pack: pack.id)
def test_no_two_campaigns_share_a_record(pack: Pack) -> None:
    """What belongs to one campaign raises no alarm about another."""
    others = [one for one in CAMPAIGNS if one.id != pack.id]
    assert overlaps(pack, others) == ()


def test_what_a_pack_costs_is_measured_beside_others(mine: Pack) -> None:
    """A rule that finds every line is noticed; a rare text is not."""
    without, whole = (Kit.compile(packs, ReadOptions(), keep=False) for packs in ((), (mine,)))
    assert max(search_costs(whole, without).values()) < 1.3


def test_all_changes_are_told(mine: Pack) -> None:
    """Rules, indicators, steps, keys; nothing where nothing changed."""
    (proxyshell,) = [one for one in CAMPAIGNS if one.id == "proxyshell"]
    assert differences(proxyshell, proxyshell) == ()
    found = {(one.kind, one.what.split()[0]) for one in differences(proxyshell, mine)}
    assert {("~", "version"), ("~", "window"), ("~", "deciding"), ("+", "rule"), ("-", "rule"),
            ("-", "indicator"), ("-", "step"), ("-", "pages")} <= found  # fmt: skip
    (toolshell,) = [one for one in CAMPAIGNS if one.id == "toolshell"]
    without = replace(toolshell, fixed_builds=toolshell.fixed_builds[1:])
    (change,) = differences(toolshell, without)
    assert (change.kind, change.what) == ("-", "fix")
    assert "CVE-2025-49704 16.0.5508.1000" in change.detail
    changed = replace(mine.sigma[0], document={**mine.sigma[0].document, "level": "low"})
    (change,) = differences(mine, replace(mine, sigma=(changed, *mine.sigma[1:])))
    assert (change.kind, change.detail) == ("~", "level")
