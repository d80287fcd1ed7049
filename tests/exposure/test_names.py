"""What the domain name system says."""

from __future__ import annotations

import dns.resolver
import pytest

from alpheus.errors import UsageError
from alpheus.exposure.names import MailDomain, Resolver, spelt_out
from name_server import NameServer

CLOUD = "example-org.mail.protection.outlook.com"
RECORDS = {
    ("mail.example.org", "A"): ["127.0.0.10", "127.0.0.11"],
    ("mail.example.org", "AAAA"): ["2001:db8::10"],
    ("www.example.org", "CNAME"): "web.example.net",
    ("web.example.net", "A"): ["127.0.0.80"],
    ("empty.example.org", "TXT"): ['"nothing here"'],
    ("silent.example.org", "SILENT"): True,
    ("failing.example.org", "CODE"): "SERVFAIL",
    ("odd.example.org", "CODE"): "YXDOMAIN",
    ("broken.example.org", "RAW"): b"\x81\x80\x00\x01\xff\xff",
    **{(f"loop{n}.example.org", "CNAME"): f"loop{n + 1}.example.org" for n in range(40)},
    ("many.example.org", "A"): [f"127.0.1.{host}" for host in range(40)],
    ("example.org", "MX"): ["20 backup.example.org.", "10 mail.example.org."],
    ("autodiscover.example.org", "CNAME"): "mail.example.org",
    ("cloud.example", "MX"): [f"0 {CLOUD}."],
    ("autodiscover.cloud.example", "CNAME"): "autodiscover.outlook.com",
    ("cloud.example", "TXT"): ['"v=spf1 include:spf.protection" ".outlook.com -all"'],
    ("sends.example", "TXT"): ['"other"', '"v=spf1 redirect=spf.protection.outlook.com"'],
    ("hybrid.example", "MX"): ["5 mail.hybrid.example."],
    ("hybrid.example", "TXT"): ['"v=spf1 ip4:127.0.0.9 +include:spf.protection.outlook.com ~all"'],
    ("mail.hybrid.example", "A"): ["127.0.0.9"],
    ("weird.example", "MX"): ["10 bad\\032name.example.", "10 .", "10 ok.weird.example."],
}


@pytest.fixture(scope="module")
def server():
    """A name server that knows RECORDS."""
    with NameServer(RECORDS) as started:
        yield started


@pytest.fixture
def resolver(server):
    """Asks it, with patience: an answer may be late on a busy machine."""
    return Resolver(["127.0.0.1"], server.port, timeout=10)


@pytest.fixture
def hasty(server):
    """Asks it, with little patience, for what is never answered."""
    return Resolver(["127.0.0.1"], server.port, timeout=0.3)


def test_a_name_leads_to_its_addresses(resolver):
    """Of both IP versions, whatever the spelling."""
    found = resolver.addresses("Mail.Example.ORG.")
    assert found.name == "mail.example.org"
    assert set(found.addresses) == {"127.0.0.10", "127.0.0.11", "2001:db8::10"}
    assert (found.aliases, found.error) == ((), "")


def test_aliases_are_followed_and_told(resolver):
    """The names on the way say who serves a name."""
    found = resolver.addresses("www.example.org")
    assert (found.addresses, found.aliases) == (("127.0.0.80",), ("web.example.net",))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.example.org", "there is no such name"),
        ("empty.example.org", "the name has no address"),
        ("silent.example.org", "no answer within 0.3 s"),
        ("failing.example.org", "the name server cannot answer"),
        ("broken.example.org", "no answer within 0.3 s"),
        ("loop0.example.org", "the name server cannot answer"),
        ("odd.example.org", "the answer is unusable: YXDOMAIN"),
        ("a b", "'a b' is no host name"),
    ],
)
def test_what_leads_nowhere_says_why(resolver, hasty, name, reason):
    """A failure is a result with its reason, never an exception."""
    found = (hasty if "no answer" in reason else resolver).addresses(name)
    assert (found.addresses, found.error) == ((), reason)


def test_a_name_with_countless_addresses_is_cut(resolver):
    """An answer of others does not decide how much is asked."""
    found = resolver.addresses("many.example.org")
    assert len(found.addresses) == 32
    assert found.error == "more than 32 addresses"


def test_a_name_is_asked_for_once(server):
    """Answers are kept, failures too."""
    resolver = Resolver(["127.0.0.1"], server.port, timeout=1)
    before = server.asked["silent.example.org", "A"], server.asked["mail.example.org", "A"]
    for _ in range(3):
        resolver.addresses("silent.example.org")
        resolver.addresses("mail.example.org")
    after = server.asked["silent.example.org", "A"], server.asked["mail.example.org", "A"]
    assert after[1] - before[1] == 1
    assert 1 <= after[0] - before[0] <= 3


def test_many_names_are_asked_at_a_time_and_answered_in_order(server):
    """A name that is never answered holds up the others no longer than its own time."""
    resolver = Resolver(["127.0.0.1"], server.port, timeout=1)
    names = ["mail.example.org", "silent.example.org", "www.example.org"] * 3
    assert [found.name for found in resolver.addresses_of(names)] == names
    domains = ["example.org", "cloud.example", "hybrid.example"]
    assert [found.domain for found in resolver.describe_all(domains)] == domains


def test_mail_hosts_come_in_the_order_of_their_preference(resolver):
    """The domain of a host is the nearest name above it that has an MX."""
    expected = ("example.org", ("mail.example.org", "backup.example.org"), ("mail.example.org",))
    for name in ("example.org", "mail.example.org", "a.b.example.org"):
        found = resolver.describe(name)
        assert (found.domain, found.mail_hosts, found.autodiscover) == expected
        assert not found.cloud_mail_flow
    assert resolver.describe("a.b.c.d.example.org").mail_hosts == ()


def test_mail_in_the_cloud_is_told_with_its_signs(resolver):
    """By MX and autodiscover; an alias counts even where it leads nowhere."""
    found = resolver.describe("mail.cloud.example")
    assert found.cloud_mail_flow
    assert found.cloud_signs == (
        f"MX {CLOUD}",
        "autodiscover autodiscover.outlook.com",
        "SPF spf.protection.outlook.com",
    )


def test_sending_through_the_cloud_is_a_sign_but_no_mail_flow(resolver):
    """A hybrid organisation includes the cloud in its SPF and still gets its mail itself."""
    found = resolver.describe("hybrid.example")
    assert not found.cloud_mail_flow
    assert found.cloud_signs == ("SPF spf.protection.outlook.com",)
    assert resolver.describe("sends.example").cloud_signs == found.cloud_signs


def test_names_that_are_none_are_left_out(resolver):
    """An MX may hold any bytes."""
    assert resolver.describe("weird.example").mail_hosts == ("ok.weird.example",)
    assert resolver.describe("a b").error == "'a b' is no host name"


def test_a_domain_that_cannot_be_learnt_about_says_so(hasty):
    """Not knowing is not the same as having no mail."""
    assert "no answer" in hasty.describe("silent.example.org").error


def test_candidates_lead_to_the_address_or_to_nobody(resolver):
    """Those that lead to it come first; those that lead elsewhere are another server's."""
    found = resolver.candidates(
        "127.0.0.10",
        ["www.example.org"],
        [resolver.describe("example.org")],
        ["exch01.corp.local", "MAIL.example.org", "not a name", "*.example.org"],
    )
    assert found == (
        "mail.example.org",
        "autodiscover.example.org",
        "backup.example.org",
        "exch01.corp.local",
        "owa.example.org",
        "webmail.example.org",
    )


def test_the_cloud_is_no_candidate(resolver):
    """Names of the cloud's own servers are not asked of somebody's address."""
    domain = MailDomain("cloud.example", (CLOUD,))
    assert CLOUD not in resolver.candidates("127.0.0.10", [], [domain])


def test_wildcards_become_the_usual_names():
    """A wildcard itself is no name that can be asked for."""
    assert list(spelt_out(["*.example.org", "a.example"])) == [
        "mail.example.org", "autodiscover.example.org", "owa.example.org", "webmail.example.org",
        "a.example",
    ]  # fmt: skip


def test_a_machine_without_a_resolver_says_so(monkeypatch):
    """The remedy is to name one."""

    def nothing(*_, **__):
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", nothing)
    with pytest.raises(UsageError, match="name one"):
        Resolver().addresses("mail.example.org")


def test_a_name_server_is_an_address():
    """A name server that is none is an error of usage."""
    with pytest.raises(UsageError, match="name one"):
        Resolver(["not an address"]).addresses("mail.example.org")


def test_memory_of_answers_is_bounded(resolver, monkeypatch):
    """Beyond a number of names it starts anew."""
    monkeypatch.setattr("alpheus.exposure.names._KEPT", 2)
    for name in ("a b", "c d", "e f"):
        resolver.addresses(name)
    assert len(resolver._addresses) == 1
