"""A unit is known by all that its result depends on."""

from __future__ import annotations

from alpheus.fleet.model import Parameters, Recipe, UnitKind


def test_a_key_follows_from_content_parameters_and_knowledge() -> None:
    """The same work has one key; if anything differs, it is other work."""
    recipe = Recipe(UnitKind.TRIAGE, Parameters(), "1")
    others = [
        Recipe(UnitKind.TRIAGE, Parameters(), "2"),
        Recipe(UnitKind.TRIAGE, Parameters(packs=("proxylogon",)), "1"),
        Recipe(UnitKind.TRIAGE, Parameters(zone="Europe/Berlin"), "1"),
    ]
    keys = {one.key("content") for one in (recipe, *others)} | {recipe.key("other")}
    assert len(keys) == 5
    assert Recipe(UnitKind.TRIAGE, Parameters(), "1").key("content") in keys
