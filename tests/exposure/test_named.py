"""Names among the targets: their addresses, their mail servers, and the scope."""

from __future__ import annotations

from pathlib import Path

from alpheus.exposure.model import Status
from alpheus.exposure.named import Named, find_named
from alpheus.exposure.names import Addresses, MailDomain, Resolver
from alpheus.exposure.target_list import divide
from alpheus.exposure.targets import read_targets
from exposure_probing import scope_of


class _Known(Resolver):
    """A resolver that knows two tables and asks nobody."""

    def __init__(self, hosts: dict[str, tuple[str, ...]], domains: dict[str, MailDomain]) -> None:
        super().__init__()
        self._hosts = hosts
        self._known = domains

    def addresses(self, name: str) -> Addresses:
        found = self._hosts.get(name, ())
        return Addresses(name, found, error="" if found else "there is no such name")

    def describe(self, name: str) -> MailDomain:
        return self._known.get(name, MailDomain(name))


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
    found = _found(tmp_path, ["town.example"], _Known(HOSTS, DOMAINS), "[town.example]")
    assert {one.address: one.names for one in found.endpoints} == {}
    found = _found(
        tmp_path, ["town.example"], _Known(HOSTS, DOMAINS), "[town.example, 127.0.1.0/24]"
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
        tmp_path, ["mail.town.example", "127.0.1.0/29"], _Known(HOSTS, {}), "[127.0.1.0/24]"
    )
    assert found.endpoints == []
    assert found.names_at == {("127.0.1.2", 443): ("mail.town.example",)}


def test_a_name_that_leads_nowhere_is_a_result(tmp_path: Path) -> None:
    """Unresolved, or not asked with the address and the reason; cloud mail flow is told."""
    domains = {"gone.example": MailDomain("gone.example", (), (), True, ("MX x",))}
    found = _found(
        tmp_path, ["gone.example", "mail.town.example"], _Known(HOSTS, domains),
        "[gone.example, 127.0.3.0/24]",
    )  # fmt: skip
    by_target = {one.target: one for one in found.observations}
    gone, outside = by_target["gone.example"], by_target["mail.town.example"]
    assert gone.status is Status.UNRESOLVED
    assert "Exchange Online" in gone.reason
    assert gone.flags == ("cloud-mail-flow",)
    assert outside.status is Status.NOT_ASKED
    assert "127.0.1.2" in outside.reason
