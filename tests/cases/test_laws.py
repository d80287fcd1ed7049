"""Laws and their steps, as the tables have them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alpheus.cases import laws as module
from alpheus.cases.laws import laws, laws_in, rules
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

LAW = {"law": "L", "title": "", "from": "", "until": "", "basis": "incident", "countries": "XX",
       "sectors": "", "perhaps": "", "condition": "", "source": ""}  # fmt: skip
STEP = {"law": "L", "step": "s", "title": "", "begins": "aware", "after": "1 hour", "due": "",
        "met_by": "report", "cves": "", "source": ""}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    for cached in (laws, rules, module._by_country):
        cached.cache_clear()


def _given(monkeypatch: pytest.MonkeyPatch, law: dict[str, str], step: dict[str, str]) -> None:
    for cached in (laws, rules, module._by_country):
        cached.cache_clear()
    monkeypatch.setattr(module, "read_table", lambda name, _: [law if "laws" in name else step])


def test_laws_bind_in_their_countries() -> None:
    """The European one in 27, the American ones in one; nobody knows of a country without."""
    assert [law.law for law in laws_in("DE")] == ["NIS2"]
    assert len(laws_in("DE")[0].countries) == 27
    assert {law.law for law in laws_in("US")} == {"ED-21-02", "BOD-22-01"}
    assert laws_in("CH") == laws_in("") == ()


def test_sectors_of_laws_are_known_sectors() -> None:
    """A word that no owner has would never bind."""
    known = {row["sector"] for row in read_table("sectors.csv", ("sector",))}
    for law in laws():
        assert law.sectors | law.perhaps <= known
        assert not law.sectors & law.perhaps
        assert law.binds("")


def test_every_step_is_of_a_law_and_names_its_source() -> None:
    """And every law, too."""
    assert {rule.law for rule in rules()} == {law.law for law in laws()}
    assert all(one.source for one in (*laws(), *rules()))


@pytest.mark.parametrize(
    "change",
    [{"after": "1 year"}, {"after": "soon"}, {"after": "", "due": ""}, {"met_by": "hope"},
     {"begins": "never"}, {"begins": ""}, {"law": "M"}],
)  # fmt: skip
def test_a_row_that_makes_no_clock_is_refused(
    change: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the name of the table and of the row."""
    _given(monkeypatch, LAW, {**STEP, **change})
    with pytest.raises(KnowledgeError, match=rf"case_deadlines\.csv: {change.get('law', 'L')} s"):
        rules()


def test_a_law_without_a_basis_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name of the table and of the law."""
    _given(monkeypatch, {**LAW, "basis": "hope"}, STEP)
    with pytest.raises(KnowledgeError, match=r"case_laws\.csv: L"):
        laws()
