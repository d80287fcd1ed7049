"""Tests of `alpheus.detect.sigma.fields`."""

from __future__ import annotations

import pytest

from alpheus.detect.sigma.fields import EventView, field_name, fold
from alpheus.detect.sigma.logsources import Dialect
from alpheus.model import Event
from detect.sigma.building import event

IIS_AGENT = "Mozilla/5.0+(Windows+NT+10.0)+AppleWebKit/537.36+(KHTML,+like+Gecko)"
PROXY_AGENT = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML  like Gecko)"


def candidates(found: Event, name: str, dialect: Dialect = Dialect.NATIVE) -> tuple[str, ...]:
    """What a rule sees under a name."""
    return EventView(found).get(field_name(dialect, name)).values


IIS = event(
    {
        "cs-method": "POST",
        "cs-uri-stem": "/ecp/y.js",
        "cs-uri-query": "a=%2540b+c",
        "cs(User-Agent)": IIS_AGENT,
        "cs(Referer)": "https://x/%61",
        "cs-username": "CONTOSO\\u",
        "c-ip": "1.2.3.4",
        "sc-status": "200",
        "cs-host": "mail",
    }
)
PROXY = event(
    {
        "Method": "POST",
        "UrlStem": "/ecp/y.js",
        "UrlQuery": "?a=%2540b+c",
        "UserAgent": PROXY_AGENT,
        "AuthenticatedUser": "CONTOSO\\u",
        "ClientIpAddress": "1.2.3.4",
        "HttpStatus": "200",
        "UrlHost": "mail",
    },
    "httpproxy",
)


@pytest.mark.parametrize("found", [IIS, PROXY], ids=["iis", "httpproxy"])
@pytest.mark.parametrize(
    ("names", "value"),
    [
        (("cs-method", "CS-Method"), "POST"),
        (("sc-status", "status"), "200"),
        (("c-ip", "src_ip"), "1.2.3.4"),
        (("cs-username",), "CONTOSO\\u"),
        (("cs-host",), "mail"),
        (("cs-user-agent", "c-useragent", "cs(User-Agent)"), IIS_AGENT),
        (("cs-user-agent",), IIS_AGENT.replace("+", " ")),
        (("cs-uri-stem",), "/ecp/y.js"),
        (("cs-uri-query", "c-uri-query"), "a=%2540b+c"),
        (("cs-uri-query",), "a=@b c"),
        (("c-uri", "cs-uri", "uri"), "/ecp/y.js?a=%2540b+c"),
        (("c-uri",), "/ecp/y.js?a=@b c"),
    ],
)
def test_webserver_names(found: Event, names: tuple[str, ...], value: str) -> None:
    """Rules for web servers see the same request in IIS and HttpProxy, in all spellings."""
    for name in names:
        assert value in candidates(found, name, Dialect.WEBSERVER)


@pytest.mark.parametrize("name", ["cs-uri-query", "cs-uri-stem"])
def test_joined_url(name: str) -> None:
    """In foreign rules, stem and query also hold the joined URL; in ours they do not."""
    assert "/ecp/y.js?a=@b c" in candidates(IIS, name, Dialect.JOINED)
    assert "/ecp/y.js?a=@b c" not in candidates(IIS, name, Dialect.WEBSERVER)


def test_native_httpproxy_columns_are_decoded() -> None:
    """HttpProxy rules see stem, query and mailbox decoded, and a query without its `?`."""
    found = event({"UrlQuery": "?x=%41", "AnchorMailbox": "ServerInfo~a%5D@b"}, "httpproxy")
    assert {"?x=%41", "x=%41", "x=A"} <= set(candidates(found, "UrlQuery"))
    assert "ServerInfo~a]@b" in candidates(found, "anchormailbox")


def test_an_empty_value_is_absent() -> None:
    """Empty values and empty members of a list do not exist."""
    found = event({"A": "", "Data": ("", "x")}, "ews")
    assert candidates(found, "A") == ()
    assert candidates(found, "Data") == ("x",)


def test_exporters_change_blanks_and_underscores() -> None:
    """`Threat Name` is also found as `ThreatName`, and `ProviderName` as `Provider_Name`."""
    found = event({"Threat Name": "T", "ProviderName": "P"}, "defender")
    assert candidates(found, "ThreatName") == ("T",)
    assert candidates(found, "Provider_Name") == ("P",)


def test_process_audit_speaks_sysmon() -> None:
    """A 4688 event answers to the names of Sysmon's process creation."""
    found = event(
        {
            "EventID": "4688",
            "NewProcessName": r"C:\Windows\System32\cmd.exe",
            "ParentProcessName": r"C:\w3wp.exe",
            "SubjectUserName": "EX01$",
            "SubjectDomainName": "CONTOSO",
            "NewProcessId": "0x1f4",
            "ProcessId": "0x10",
            "MandatoryLabel": "S-1-16-16384",
            "CommandLine": "cmd /c whoami",
        },
        "windows-security",
    )

    def seen(name: str) -> tuple[str, ...]:
        return candidates(found, name, Dialect.PROCESS_CREATION)

    assert seen("Image") == (r"C:\Windows\System32\cmd.exe",)
    assert seen("ParentImage") == (r"C:\w3wp.exe",)
    assert seen("User") == ("EX01$", r"CONTOSO\EX01$")
    assert seen("ProcessId") == ("0x1f4", "500")
    assert seen("ParentProcessId") == ("0x10", "16")
    assert "System" in seen("IntegrityLevel")
    assert seen("CommandLine") == ("cmd /c whoami",)
    assert candidates(found, "ProcessId") == ("0x10",)


def test_hashes_by_their_own_name() -> None:
    """Older rules test `Imphash` or `sha256` although Sysmon writes one field."""
    found = event({"Hashes": "MD5=AA,IMPHASH=BB"}, "sysmon")
    assert candidates(found, "Imphash") == ("BB",)
    assert candidates(found, "sha256") == ()


def test_antivirus_names() -> None:
    """Sigma's `antivirus` names are found in Defender's and msert's records."""
    assert candidates(event({"Threat": "T"}, "msert"), "Signature", Dialect.ANTIVIRUS) == ("T",)


def test_fold_makes_no_ascii_letter() -> None:
    """No other character becomes an ASCII letter, which a search for bytes would not find."""
    assert fold("ABC") == "abc"
    assert fold("É") == "é"
    for point in range(128, 0x11000):
        assert not any(c.isascii() and c.isalpha() for c in fold(chr(point))), hex(point)
