"""What a notice says, before it is given a form."""

from __future__ import annotations

import pytest

from alpheus.cases.states import Compromise, Patch
from alpheus.knowledge.tables import read_table
from alpheus.notify.blocks import bare
from alpheus.notify.facts import (
    CONDITIONS,
    LABELS,
    Facts,
    condition_of,
    facts_of,
    label_of,
    steps_of,
)
from alpheus.notify.model import Notice, Rung
from alpheus.notify.wording import shipped
from notice_samples import CODE, SETTINGS, notice, subject, vulnerable


def _facts(one: Notice) -> Facts:
    return facts_of(one, SETTINGS, shipped().language(one.language), today=one.made)


def test_the_worst_axis_decides() -> None:
    """A break-in comes before a missing update; what is neither is to be looked at."""
    assert condition_of(subject(compromise="compromised", patch="fixed")) == "compromised"
    assert condition_of(subject(compromise="re-infected")) == "re-infected"
    assert condition_of(subject(compromise="reported")) == "reported"
    assert condition_of(subject(compromise="suspicious")) == "suspicious"
    assert condition_of(subject(compromise="attempted", patch="regressed")) == "regressed"
    assert condition_of(subject(compromise="cleaned", patch="vulnerable")) == "vulnerable"
    assert condition_of(subject(compromise="cleaned", patch="fixed")) == "unclear"


@pytest.mark.parametrize("patch", Patch)
@pytest.mark.parametrize("compromise", Compromise)
def test_every_state_has_its_steps(patch: str, compromise: str) -> None:
    """Whatever a server's state, its owner is told what to do, in every language."""
    condition = condition_of(subject(patch=patch, compromise=compromise))
    assert condition in CONDITIONS
    names = [name for name, _ in steps_of(condition)]
    assert names
    for tag in shipped().tags:
        assert set(names) <= set(shipped().language(tag).steps)


def test_the_table_of_steps_names_what_there_is() -> None:
    """No row of it is for a condition that never comes."""
    rows = read_table("notice_steps.csv", ("condition", "order", "step", "main"))
    assert {row["condition"] for row in rows} == set(CONDITIONS)
    assert {row["main"] for row in rows} == {"yes", "no"}


def test_the_compromised_are_told_to_isolate_before_they_patch() -> None:
    """The order is that of the playbook: cut off, preserve, then the rest."""
    assert [name for name, _ in steps_of("compromised")][:3] == [
        "isolate", "preserve", "do-not-only-patch",
    ]  # fmt: skip
    assert steps_of("vulnerable")[0][0] == "patch"
    assert "look-inside" in [name for name, _ in steps_of("vulnerable")]


def test_several_states_are_told_apart() -> None:
    """Servers are grouped by what is to be done, the worst first, and counted."""
    found = _facts(notice(vulnerable(1), subject(2), vulnerable(3), subject(4, compromise="odd")))
    assert [group.condition for group in found.groups] == ["compromised", "vulnerable"]
    assert bare(found.lead) == (
        "4 of your mail servers need your attention today (broken into: 1; open to attack: 3)."
    )
    assert found.attached
    assert found.count == 4


def test_whose_server_it_is_depends_on_the_reader() -> None:
    """A registrant is not told that it is theirs; a provider is asked for many."""
    own = "Your mail server mail1.school.example (192.0.2.2) has been broken into."
    assert bare(_facts(notice()).lead) == own
    assert bare(_facts(notice(rung=Rung.LETTER)).lead) == own
    assert bare(_facts(notice(rung=Rung.REGISTRANT)).lead) == own.replace("Your", "The")
    assert bare(_facts(notice(rung=Rung.PROVIDER)).lead).endswith("today (broken into: 1).")


def test_a_server_is_named_by_what_is_known() -> None:
    """Name and address, either, and the port where it is not the usual one."""

    def place(**changes: object) -> str:
        return _facts(notice(subject(**changes))).servers[0].place  # type: ignore[arg-type]

    assert place() == "mail1.school.example (192.0.2.2)"
    assert place(port=8443) == "mail1.school.example (192.0.2.2:8443)"
    assert place(name="") == "192.0.2.2"
    assert place(name="192.0.2.2") == "192.0.2.2"
    assert place(address="", name="a.example") == "a.example"
    assert place(name="", address="2001:db8::1", port=444) == "[2001:db8::1]:444"
    assert place(name="", address="") == "-"


def test_a_reduced_notice_has_nothing_to_tell() -> None:
    """What a template never gets, it cannot give away."""
    found = _facts(notice(subject(), vulnerable(2), reduced=True))
    assert (found.servers, found.code, found.owner) == ((), "", "")
    assert found.subject == "Please call us today: reference A-4F7K2Q"
    assert _facts(notice()).code == CODE


def test_a_label_that_is_none_is_the_strictest() -> None:
    """A typo must not let a notice spread."""
    assert label_of("amber+strict") == "TLP:AMBER+STRICT"
    assert label_of("TLP:WHITE") == "TLP:CLEAR"
    assert label_of("TLP:PINK") == label_of("") == "TLP:RED"
    for label in LABELS:
        for tag in shipped().tags:
            assert _facts(notice(tlp=label, language=tag)).meaning


def test_updates_are_told_per_build() -> None:
    """The same on all servers: at once. Else the annex has a line for each build."""

    def told(*builds: str) -> Facts:
        servers = [vulnerable(number, build=build) for number, build in enumerate(builds, 1)]
        return _facts(notice(*servers))

    same, several = told("15.1.2176.2", "15.1.2176.2"), told("15.1.2176.2", "", "15.1.2176.2")
    assert "CU19" in same.groups[0].steps[0]
    assert same.installs == ()
    assert bare(several.groups[0].steps[0]).endswith(": the annex says which.")
    assert [one.build for one in several.installs] == ["15.1.2176.2", "-"]


def test_the_main_part_stays_short() -> None:
    """The more kinds there are, the fewer steps of each; all are in the annex."""
    kinds = [
        subject(1), subject(2, compromise="suspicious"), vulnerable(3),
        vulnerable(4, patch="regressed"),
    ]  # fmt: skip
    assert [len(group.steps) for group in _facts(notice(*kinds[:1])).groups] == [5]
    found = _facts(notice(*kinds))
    assert {len(group.steps) for group in found.groups} == {2}
    assert {"rotate", "verify", "shield"} <= {action.name for action in found.actions}


def test_many_servers_are_cut_in_the_main_part_alone() -> None:
    """The table of the main part tells how many it leaves out."""
    found = _facts(notice(*[subject(number) for number in range(1, 31)]))
    assert found.left == 20
    assert found.main_table.count("\n") == 11
    assert found.table.count("\n") == 31
    assert len(found.seen) + found.seen_left == 30
