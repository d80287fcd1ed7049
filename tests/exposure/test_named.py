"""Names among the targets: their addresses, their mail servers, and the scope."""

from __future__ import annotations

from pathlib import Path

from alpheus.exposure.model import Status
from alpheus.exposure.named import Named, denied_addresses, find_named
from alpheus.exposure.names import MailDomain, Resolver
from alpheus.exposure.target_list import divide
from alpheus.exposure.targets import read_targets
from exposure_probing import KnownNames, probed, scope_of
from internet import running


def _found(folder: Path, items: list[str], resolver: Resolver, allow: str, more: str = "") -> Named:
    scope = scope_of(folder, 443, more, allow=allow)
    allowed, _ = divide(read_targets(items), scope)
    return find_named(allowed, scope, resolver)


HOSTS = {
    "town.example": ("127.0.1.1",), "mail.town.example": ("127.0.1.2",),
    "autodiscover.town.example": ("127.0.1.2",), "mx.elsewhere.example": ("127.0.9.9",),
}  # fmt: skip
DOMAINS = {
    "town.example": MailDomain(
        "town.example", ("mail.town.example", "mx.elsewhere.example"), (), True,
        ("MX town.mail.protection.outlook.com",),
    )
}  # fmt: skip


def test_a_mail_domain_leads_to_its_servers(tmp_path: Path) -> None:
    """Each address once, with all the names that lead to it; another's server is left alone."""
    found = _found(tmp_path, ["town.example"], KnownNames(HOSTS, DOMAINS), "[town.example]")
    assert {one.address: one.names for one in found.endpoints} == {}
    found = _found(
        tmp_path, ["town.example"], KnownNames(HOSTS, DOMAINS), "[town.example, 127.0.1.0/24]"
    )
    assert {one.address: one.names for one in found.endpoints} == {
        "127.0.1.1": ("town.example",),
        "127.0.1.2": ("autodiscover.town.example", "mail.town.example"),
    }
    assert all(one.target == "town.example" for one in found.endpoints)
    assert all(one.cloud_signs for one in found.endpoints)


def test_a_name_gives_its_name_to_an_address_that_is_a_target_itself(tmp_path: Path) -> None:
    """So that nobody is asked twice."""
    found = _found(
        tmp_path, ["mail.town.example", "127.0.1.0/29"], KnownNames(HOSTS, {}), "[127.0.1.0/24]"
    )
    assert found.endpoints == []
    assert found.names_at == {("127.0.1.2", 443): ("mail.town.example",)}


def test_names_of_a_list_are_those_of_its_address(tmp_path: Path) -> None:
    """At every port of the scope, after the names that lead there by themselves."""
    table = tmp_path / "list.csv"
    table.write_text("ip,names\n127.0.1.2,owa.town.example mail.town.example\n127.0.1.3,\n")
    found = _found(
        tmp_path, [str(table), "mail.town.example"], KnownNames(HOSTS, {}), "[127.0.1.0/24]"
    )
    assert found.endpoints == []
    assert found.names_at == {("127.0.1.2", 443): ("mail.town.example", "owa.town.example")}


def test_a_name_that_leads_nowhere_is_a_result(tmp_path: Path) -> None:
    """Unresolved, or not asked with the address and the reason; cloud mail flow is told."""
    domains = {"gone.example": MailDomain("gone.example", (), (), True, ("MX x",))}
    found = _found(
        tmp_path, ["gone.example", "mail.town.example"], KnownNames(HOSTS, domains),
        "[gone.example, 127.0.3.0/24]",
    )  # fmt: skip
    by_target = {one.target: one for one in found.observations}
    gone, outside = by_target["gone.example"], by_target["mail.town.example"]
    assert gone.status is Status.UNRESOLVED
    assert "Exchange Online" in gone.reason
    assert gone.flags == ("cloud-mail-flow",)
    assert outside.status is Status.NOT_ASKED
    assert "127.0.1.2" in outside.reason


def test_a_server_is_asked_by_the_names_of_a_list(tmp_path: Path) -> None:
    """It shows Exchange under its name alone; a name that is denied denies its address."""
    with running() as internet:
        shown, denied = internet.address("virtual-host"), internet.address("exchange-2016")
        name, other = (internet.truth(one).names[0] for one in (shown, denied))
        table = tmp_path / "list.csv"
        table.write_text(
            f"address,port,names\n{shown},{internet.port},{name}\n{denied},{internet.port},{other}\n"
        )
        scope = scope_of(tmp_path, internet.port, f"deny: [{other}]\n")
        seen = probed(tmp_path, scope, [str(table)])
        hosts = [head.decode() for address, head in internet.server.log.heads if address == shown]
        assert internet.server.log.connections[denied] == 0
    assert seen[shown].status is Status.IDENTIFIED
    assert seen[shown].names[0] == name
    assert f"\r\nHost: {name}" in hosts[0]
    assert seen[denied].status is Status.NOT_ASKED
    assert "denied" in seen[denied].reason


def test_a_name_of_a_list_allows_nothing(tmp_path: Path) -> None:
    """Anybody can write a name beside an address; only the scope says which are asked."""
    table = tmp_path / "list.csv"
    table.write_text("ip,names\n198.51.100.7,mail.town.example\n")
    scope = scope_of(tmp_path, 443, allow="[town.example]")
    allowed, outside = divide(read_targets([str(table)]), scope)
    assert len(allowed) == 0
    assert [one.target for one in outside] == ["198.51.100.7"]
    assert find_named(allowed, scope, KnownNames({}, {})).endpoints == []


def test_addresses_of_a_name_that_are_outside_are_told(tmp_path: Path) -> None:
    """Each with the reason; what is asked is asked all the same."""
    hosts = {"two.example": ("127.0.1.1", "127.0.9.9")}
    found = _found(tmp_path, ["two.example"], KnownNames(hosts, {}), "[127.0.1.0/24]")
    assert [one.address for one in found.endpoints] == ["127.0.1.1"]
    (left_out,) = found.observations
    assert (left_out.target, left_out.address) == ("two.example", "127.0.9.9")
    assert left_out.status is Status.NOT_ASKED


def test_denied_names_deny_what_they_lead_to(tmp_path: Path) -> None:
    """Themselves and the usual names below them; how many lead nowhere is counted."""
    scope = scope_of(tmp_path, 443, "deny: [town.example, gone.example]\n")
    found, nowhere = denied_addresses(scope, KnownNames(HOSTS, {}))
    assert set(found) == {"127.0.1.1", "127.0.1.2"}
    assert "town.example leads to it" in found["127.0.1.1"]
    assert nowhere == 1
