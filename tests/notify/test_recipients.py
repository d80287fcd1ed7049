"""Ways to reach somebody: which rung, which channel, and who is never written to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from alpheus.cases.organisations import Organisation
from alpheus.directory.contacts import ON_THE_SERVER
from alpheus.directory.owner_model import Advice
from alpheus.notify.model import LADDER, Channel, Rung
from alpheus.notify.recipients import NO_STREET, Ways, ways_of
from alpheus.notify.settings import Settings, Team
from notices_filling import SENDER, SETTINGS, contact, provider, usual

TEAM = Advice("national-cert", "report@ncert.example", name="NCERT")


def _ways(
    owner: Iterable[Advice], network: Iterable[Advice] = (), settings: Settings = SETTINGS,
    **more: Any,
) -> Ways:  # fmt: skip
    fields = {"key": "", "name": "", **more}
    return ways_of(Organisation(**fields, contacts=tuple(owner)), network, settings)


def _with(**more) -> Settings:
    return msgspec.structs.replace(SETTINGS, **more)


def test_they_come_in_the_order_of_the_ladder() -> None:
    """Of each rung the best first, each once."""
    abuse = Advice("abuse", "noc@org.example")
    address = contact(name="A School\n1 Street")
    owner = (contact("IT@one.example"), usual("org.example"), address, contact("it@one.example"))
    found = _ways(owner, (TEAM, provider(), abuse)).recipients
    assert [one.address for one in found] == [
        "it@one.example", "security@org.example", "noc@org.example", "abuse@isp.example",
        "report@ncert.example", "A School\n1 Street",
    ]  # fmt: skip
    places = [LADDER.index(one.rung) for one in found]
    assert places == sorted(places)
    assert found[-1].channel is Channel.LETTER


def test_a_provider_is_told_of_its_own_network_alone() -> None:
    """Contacts of a network come from the server; the organisation's come from it alone."""
    others = provider("abuse@other.example")
    network = (provider(), contact("x@y.example"))
    found = _ways((contact("it@one.example"), others), network).recipients
    assert [one.address for one in found] == ["it@one.example", "abuse@isp.example"]


def test_a_contact_with_a_telephone_has_two_ways() -> None:
    """Mail and a call."""
    found = _ways([contact("it@one.example", phone="+1 555")]).recipients
    assert [(one.channel, one.address) for one in found] == [
        (Channel.EMAIL, "it@one.example"), (Channel.PHONE, "+1 555"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "warning", "on_server"),
    [
        ("security@org.example", "", True),
        ("it@mail.org.example", "", True),
        ("it@noorg.example", "", False),
        ("it@elsewhere.example", "", False),
        ("security@other.example", ON_THE_SERVER, True),
        ("a@b.example", "this mailbox may lie on the server in question: as was said", True),
    ],
)  # fmt: skip
def test_mailboxes_that_may_lie_on_the_server(address: str, warning: str, on_server: bool) -> None:
    """By the directory's word, or since they are of the organisation's domain."""
    (one,) = _ways([contact(address, warning=warning)], domain="org.example").recipients
    assert one.on_server is on_server


def test_who_is_never_written_to_is_left_out() -> None:
    """And that there was somebody is known."""
    found = _ways([contact("it@org.example"), contact("a@one.example")],
                  settings=_with(never=frozenset({"org.example"})))  # fmt: skip
    assert ([one.address for one in found.recipients], found.barred) == (["a@one.example"], True)


def test_the_national_team_of_the_settings_comes_last_of_its_rung() -> None:
    """By mail, or else by telephone; whoever is the sender is not told by itself."""
    team = Team("NCERT", "Other@ncert2.example", "+1 555")
    found = _ways((), (TEAM,), _with(national_team=team)).recipients
    assert [one.address for one in found] == ["report@ncert.example", "other@ncert2.example"]
    (call,) = _ways((), (), _with(national_team=Team("NCERT", "", "+1 555"))).recipients
    assert (call.channel, call.rung) == (Channel.PHONE, Rung.NATIONAL_TEAM)
    own = Advice("national-cert", "team@" + SENDER.email.partition("@")[2])
    assert _ways((), (own,)).recipients == ()


def test_what_is_no_address_is_no_way() -> None:
    """Nor is advice of a kind that nobody knows."""
    for one in (contact("a@b\r\nBcc: c@d.example"), contact(), Advice("other", "a@b.example"),
                Advice("security-txt", name="A School")):  # fmt: skip
        assert _ways([one], [one]).recipients == ()


@pytest.mark.parametrize(
    ("name", "city", "region", "address"),
    [
        ("First Bank", "Exampletown", "US-WI", "First Bank\nExampletown, WI"),
        ("City of Exampletown", "", "US-WI", "City of Exampletown\nExampletown, WI"),
        ("City of Exampletown, WI", "", "US-WI", "City of Exampletown, WI\nExampletown, WI"),
        ("Klinikum", "Musterstadt", "AT-9", "Klinikum\nMusterstadt"),
        ("First Bank", "", "US-WI", ""),
        ("City of London Foods", "", "GB", ""),
        ("bank.example", "Exampletown", "US-WI", ""),
        ("", "Exampletown", "US-WI", ""),
    ],
)
def test_a_name_and_a_town_are_an_address(name: str, city: str, region: str, address: str) -> None:
    """The last of all ways, with the warning that its street is to be found."""
    found = _ways((), name=name, city=city, region=region, domain="bank.example").recipients
    assert [one.address for one in found] == [address] * bool(address)
    for one in found:
        assert (one.channel, one.rung, one.warning) == (Channel.LETTER, Rung.LETTER, NO_STREET)


def test_a_postal_address_of_a_list_goes_before_a_name_and_a_town() -> None:
    """So that nobody gets two letters."""
    whole = contact(name="First Bank\n1 Street\nExampletown")
    (one,) = _ways([whole], name="First Bank", city="Exampletown").recipients
    assert (one.address, one.warning) == (whole.name, "")
