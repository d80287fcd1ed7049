"""What the probe concludes of every kind of server that the test internet knows."""

from __future__ import annotations

from pathlib import Path

from exposure_probing import PATIENT, Seen, probed, scope_of
from exposure_verdicts import faults
from internet import running


def test_every_kind_of_server_is_told_for_what_it_is(every_kind: Seen) -> None:
    """No state that the answers settle is wrong, and nothing is ever wrongly cleared."""
    wrong = {
        every_kind.truth[address].kind: list(faults(one, every_kind.truth[address]))
        for address, one in every_kind.found.items()
    }
    assert {kind: found for kind, found in wrong.items() if found} == {}
    assert every_kind.found.keys() == every_kind.truth.keys()


def test_a_country_of_march_2021_is_told_right(tmp_path: Path) -> None:
    """Of some hundred servers drawn at random as well."""
    with running("march-2021", seed=7) as internet:
        addresses = internet.addresses(400)
        seen = probed(tmp_path, scope_of(tmp_path, internet.port), addresses, limits=PATIENT)
        wrong = [
            (internet.truth(address), fault)
            for address, one in seen.items()
            for fault in faults(one, internet.truth(address))
        ]
    assert wrong == []
    assert len(seen) == 400
