"""What may leave, and what does not."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment
from alpheus.sharing.policy import Policy, is_outside


@pytest.mark.parametrize("tlp", list(Tlp))
def test_what_may_be_told_to_fewer_is_left_out(assessment: Assessment, tlp: Tlp) -> None:
    """A finding under TLP:RED leaves only with an output for as few; the rest is counted."""
    policy = Policy(tlp, named=True)
    (one,) = policy.allowed([assessment])
    rules = {each.rule for each in one.servers[0].findings}
    assert ("told" in rules) is (tlp is Tlp.RED)
    assert policy.left_out == ({} if tlp is Tlp.RED else {"TLP:RED": 1})


def test_a_hidden_victim_is_named_nowhere(hidden: tuple[Policy, list[Assessment]]) -> None:
    """Not by name, alias, headline, quote or folder."""
    said = msgspec.json.encode(hidden[1]).decode()
    for name in ("EX01", "corp.example", "=cmd"):
        assert name not in said


def test_a_name_that_says_nothing_is_the_same_in_one_output(assessment: Assessment) -> None:
    """And another one in the next, so that outputs cannot be laid side by side."""
    one, two = Policy(Tlp.AMBER, named=False), Policy(Tlp.AMBER, named=False)
    names = [next(iter(each.allowed([assessment]))).servers[0].name for each in (one, one, two)]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    ("address", "outside"),
    [("45.77.252.175", True), ("10.1.1.1", False), ("fe80::1", False), ("[2a03:2880::7]", True),
     ("127.0.0.1", False), ("no address", False), ("", False)],
)  # fmt: skip
def test_addresses_inside_stay_inside(address: str, outside: bool) -> None:
    """Only addresses of the internet are an intruder's."""
    assert is_outside(address) is outside
