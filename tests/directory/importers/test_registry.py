"""What registries publish."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.directory.model import Contact, Layer, Organisation, Route
from list_samples import read

RPSL = """% remark

organisation:   ORG-MU1-TEST
org-name:       Muster GmbH
abuse-c:        AR1-TEST

role:           Abuse
nic-hdl:        AR1-TEST
abuse-mailbox:  abuse@muster.example

inetnum:        192.0.2.0 - 192.0.2.15
netname:        MUSTER-NET
descr:          Offices
                in two lines
country:        DE
org:            ORG-MU1-TEST
abuse-c:        AR1-TEST

inet6num:       2001:db8::/48
netname:        OTHER-NET
country:        DE

inetnum:        0.0.0.0 - 255.255.255.255
netname:        ALL

route:          192.0.2.0/24
origin:         AS64500

aut-num:        AS64500
as-name:        EXAMPLE-AS

mntner:         X
"""


def test_rpsl(tmp_path: Path) -> None:
    """Names and mailboxes by handles; all addresses are nobody's; other objects are passed."""
    entries, losses, kind = read(tmp_path, RPSL)
    assert kind == "rpsl"
    first, second, route, holder = entries
    assert (first.name, first.networks) == ("Muster GmbH", ("192.0.2.0/28",))
    assert first.layer is Layer.ASSIGNMENT
    assert first.contacts == (Contact("abuse", "abuse@muster.example"),)
    assert first.attributes["descr"] == "Offices in two lines"
    assert second.name == "OTHER-NET"
    assert route == Route("192.0.2.0/24", 64500)
    assert (holder.as_number, holder.name) == (64500, "EXAMPLE-AS")
    assert len(losses) == 1


def test_an_answer_of_arin(tmp_path: Path) -> None:
    """The owner that stands behind its network is that network's."""
    content = (
        "NetRange:       192.0.2.0 - 192.0.2.255\nCIDR:           192.0.2.0/24\n"
        "NetName:        EX\n\nOrgName:        Lakeview Clinic\n"
        "StateProv:      OR\nCountry:        US\n\n"
        "OrgAbuseHandle: X\nOrgAbuseEmail:  abuse@lakeview.example\n"
    )
    ((one),), losses, kind = read(tmp_path, content)
    assert (kind, losses) == ("rpsl", [])
    assert (one.name, one.region, one.networks) == ("Lakeview Clinic", "OR", ("192.0.2.0/24",))


def test_delegated(tmp_path: Path) -> None:
    """Countries of ranges; the heading, sums, free space and numbers of networks are none."""
    content = (
        "2|ripencc|1|3|1|2|+0\nripencc|*|ipv4|*|3|summary\n"
        "ripencc|DE|ipv4|192.0.2.0|768|19930901|allocated|x\n"
        "ripencc||ipv4|10.0.0.0|256||available\n"
        "ripencc|FR|ipv6|2001:db8::|32|1|assigned|x\nripencc|FR|asn|64500|1|1|allocated|x\n"
        "ripencc|FR|ipv4|bad|256|1|allocated|x\nripencc|FR\n"
    )
    entries, losses, kind = read(tmp_path, content)
    assert kind == "delegated"
    assert [(one.country, one.networks, one.layer) for one in entries] == [
        ("DE", ("192.0.2.0-192.0.4.255",), Layer.DELEGATION),
        ("FR", ("2001:db8::/32",), Layer.DELEGATION),
    ]
    assert [loss.row for loss in losses] == [7, 8]


def test_rdap(tmp_path: Path) -> None:
    """Range, registrant and abuse mailbox, also of entities inside others."""

    def card(name: str, email: str) -> list[object]:
        return ["vcard", [["fn", {}, "text", name], ["email", {}, "text", email]]]

    record = {
        "objectClassName": "ip network", "startAddress": "192.0.2.0", "endAddress": "192.0.2.15",
        "name": "MUSTER-NET", "country": "DE", "entities": [
            {"roles": ["registrant"], "vcardArray": card("Muster GmbH", "x@y.example"),
             "entities": [{"roles": ["abuse"], "vcardArray": card("Abuse", "abuse@m.example")}]},
            "no entity", {"roles": "abuse", "vcardArray": [1, 2]},
        ],
    }  # fmt: skip
    entries, losses, kind = read(tmp_path, json.dumps([record, {"startAddress": "x"}]))
    assert kind == "rdap"
    (one,) = entries
    assert isinstance(one, Organisation)
    assert (one.name, one.networks, one.country) == ("Muster GmbH", ("192.0.2.0/28",), "DE")
    assert one.contacts == (Contact("abuse", "abuse@m.example"),)
    assert len(losses) == 1


def test_an_endless_object(tmp_path: Path) -> None:
    """It is one loss, and what follows it is read."""
    content = "inetnum: 192.0.2.0/28\n" + "remarks: x\n" * 3000 + "\n" + RPSL
    entries, losses, _ = read(tmp_path, content)
    assert "lines" in losses[0].reason
    assert len(entries) == 4


@settings(max_examples=80)
@given(st.sampled_from(["rpsl", "rdap", "delegated"]), st.binary(max_size=300))
@pytest.mark.parametrize(
    "start", [b"", b"inetnum: ", b"2|ripencc|x\nripencc|DE|ipv4|", b'{"startAddress":']
)
def test_any_bytes(tmp_path: Path, start: bytes, kind: str, content: bytes) -> None:
    """Nothing upsets it."""
    read(tmp_path, start + content, kind)
