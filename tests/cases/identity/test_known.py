"""What identity reads of an observation is what the whole observation says."""

from __future__ import annotations

import msgspec

from alpheus.cases.identity import Sighting
from alpheus.cases.identity.known import Known
from alpheus.exposure.model import Observation, Pool
from alpheus.exposure.output.jsonl import encode
from cases_filling import listed, seen
from exposure_runs import OPEN, tls

_EACH = (
    seen(1, OPEN, 1),
    seen(2, None, 2, tls=tls("a" * 64), flags=("compromised-reported",)),
    seen(3, OPEN, 3, pool=Pool(("QQ0001XY", "QQ0002XY"), (OPEN,), mixed=False), servers=()),
    seen(4, OPEN, 4, **listed(
        1, 2, ASN="as64500", Hostname="mail.b.example", netbios_computer_name="QQ4",
        url="https://192.0.2.4/aspnet_client/x.aspx", dns_domain="b.local", city="x",
    )),
)  # fmt: skip


def test_it_says_the_same_as_the_whole() -> None:
    """For every field that a sighting has."""
    for observation in _EACH:
        line = encode(observation)
        whole = msgspec.json.decode(line, type=Observation)
        known = msgspec.json.decode(line, type=Known)
        assert Sighting.from_observation(known, 7) == Sighting.from_observation(whole, 7)
