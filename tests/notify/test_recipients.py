"""Ways to reach somebody: which rung, which channel, and who is never written to."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.directory.contacts import ON_THE_SERVER
from alpheus.directory.owner_model import Advice
from alpheus.notify.model import LADDER, Channel, Rung
from alpheus.notify.recipients import ways_of
from alpheus.notify.settings import Settings, Team
from notices_filling import SENDER, SETTINGS, contact, provider, usual

TEAM = Advice("national-cert", "report@ncert.example", name="NCERT")


def _with(**more) -> Settings:
    return msgspec.structs.replace(SETTINGS, **more)


def test_they_come_in_the_order_of_the_ladder() -> None:
    """Of each rung the best first, each once."""
    abuse = Advice("abuse", "noc@org.example")
    address = contact(name="A School\n1 Street")
    owner = (contact("IT@one.example"), usual("org.example"), address, contact("it@one.example"))
    found = ways_of(owner, (TEAM, provider(), abuse), SETTINGS).recipients
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
    found = ways_of((contact("it@one.example"), others), (provider(), contact("x@y.example")),
                    SETTINGS).recipients  # fmt: skip
    assert [one.address for one in found] == ["it@one.example", "abuse@isp.example"]


def test_a_contact_with_a_telephone_has_two_ways() -> None:
    """Mail and a call."""
    found = ways_of([contact("it@one.example", phone="+1 555")], (), SETTINGS).recipients
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
    ],
)  # fmt: skip
def test_mailboxes_that_may_lie_on_the_server(address: str, warning: str, on_server: bool) -> None:
    """By the directory's word, or since they are of the organisation's domain."""
    (one,) = ways_of([contact(address, warning=warning)], (), SETTINGS, "org.example").recipients
    assert one.on_server is on_server


def test_who_is_never_written_to_is_left_out() -> None:
    """And that there was somebody is known."""
    found = ways_of([contact("it@org.example"), contact("a@one.example")], (),
                    _with(never=frozenset({"org.example"})))  # fmt: skip
    assert ([one.address for one in found.recipients], found.barred) == (["a@one.example"], True)


def test_the_national_team_of_the_settings_comes_last_of_its_rung() -> None:
    """By mail, or else by telephone; whoever is the sender is not told by itself."""
    team = Team("NCERT", "Other@ncert2.example", "+1 555")
    found = ways_of((), (TEAM,), _with(national_team=team)).recipients
    assert [one.address for one in found] == ["report@ncert.example", "other@ncert2.example"]
    (call,) = ways_of((), (), _with(national_team=Team("NCERT", "", "+1 555"))).recipients
    assert (call.channel, call.rung) == (Channel.PHONE, Rung.NATIONAL_TEAM)
    own = Advice("national-cert", "team@" + SENDER.email.partition("@")[2])
    assert ways_of((), (own,), SETTINGS).recipients == ()


def test_what_is_no_address_is_no_way() -> None:
    """Nor is advice of a kind that nobody knows."""
    for one in (contact("a@b\r\nBcc: c@d.example"), contact(), Advice("other", "a@b.example"),
                Advice("security-txt", name="A School")):  # fmt: skip
        assert ways_of([one], [one], SETTINGS).recipients == ()
