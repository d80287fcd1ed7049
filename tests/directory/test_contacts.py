"""How an owner is reached."""

from __future__ import annotations

from alpheus.directory.contacts import ON_THE_SERVER, Known, contacts_of
from alpheus.directory.lookup import Holder
from alpheus.directory.model import Layer
from alpheus.exposure.addresses import read_range
from directory_samples import BAKERY, CARRIER, CLINIC, HOLDER, SPRINGFIELD, TEAM

RANGE = read_range("192.0.2.0/24")


def test_the_order() -> None:
    """Registered, the government's list, security.txt, abuse, usual, provider, national CERT."""
    found = contacts_of(
        Known(
            organisations=(SPRINGFIELD, CLINIC),
            domain="springfieldor.gov",
            security_txt=("s@elsewhere.example",),
            holders=(
                Holder(Layer.ASSIGNMENT, RANGE, BAKERY),
                Holder(Layer.ASSIGNMENT, RANGE, CARRIER),
                Holder(Layer.ROUTE, RANGE, HOLDER, 64500),
            ),
            provider="Example Telecom",
            teams=(TEAM,),
        )
    )
    assert [advice.kind for advice in found] == [
        "registered", "government-list", "security-txt", "abuse", "usual-mailbox",
        "usual-mailbox", "usual-mailbox", "provider", "national-cert",
    ]  # fmt: skip
    assert found[0].phone == "+1 555 0100"
    assert "forward" in found[-2].warning


def test_a_mailbox_on_the_server_is_told() -> None:
    """Whoever broke in reads it: of the owner's domain, and of any that the server serves."""
    found = contacts_of(Known((CLINIC,), "", frozenset({"lakeviewclinic.example"})))
    assert found[0].warning == ON_THE_SERVER
    (first, *_) = contacts_of(Known((SPRINGFIELD,), "springfieldor.gov"))
    assert first.warning == ""


def test_the_usual_mailboxes_always_lie_there() -> None:
    """They are of the owner's own domain."""
    found = contacts_of(Known(domain="a.example"))
    assert [advice.email for advice in found] == [
        "security@a.example", "abuse@a.example", "postmaster@a.example",
    ]  # fmt: skip
    assert {advice.warning for advice in found} == {ON_THE_SERVER}


def test_free_mail_lies_elsewhere() -> None:
    """A mailbox at a free service is not on the server, and nothing is said twice."""
    found = contacts_of(Known(security_txt=("a@gmail.com", "a@gmail.com"), domains=frozenset("x")))
    assert [advice.warning for advice in found] == [""]


def test_who_carries_the_range_is_a_provider() -> None:
    """Once, also where it is known by its name too."""
    known = Known(domain="a.example", provider="Example Telecom", carrier=CARRIER,
                  holders=(Holder(Layer.ASSIGNMENT, RANGE, CARRIER),))  # fmt: skip
    for one in (known, known._replace(holders=(Holder(Layer.ASSIGNMENT, RANGE, BAKERY),))):
        found = [advice for advice in contacts_of(one) if advice.kind == "provider"]
        assert [advice.name for advice in found] == ["Example Telecom"]


def test_nobody() -> None:
    """Without anything there is no way."""
    assert contacts_of(Known()) == ()
