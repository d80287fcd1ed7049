"""The facts of one answer."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.model import Answer, Certificate, ProbeKind, Response, Tls, Witness
from alpheus.exposure.read_answer import (
    ABSENT,
    BALANCER,
    DEFAULT_PAGE,
    FRONT_END,
    MANIFEST,
    MANY_BUILDS,
    MANY_HEADERS,
    MOST_SAID,
    OWA_VERSION,
    PAGE,
    REFUSED,
    SIGN_ON_PAGE,
    TO_HTTPS,
    TRUNCATED,
    UNKNOWN_GATEWAY,
    WINDOWS_SIGN_ON,
    is_certified,
    read_answer,
)

HOST = "mail.example.com"
MANIFEST_PAGE = b"""<asmv1:assembly>
  <assemblyIdentity version="4.0.30319.0" name="Microsoft.Windows.CommonLanguageRuntime"/>
  <assemblyIdentity version='15.01.2176.009'
    name='Microsoft.Exchange.eDiscovery.ExportTool.application' language="neutral"/>
</asmv1:assembly>"""


def _read(
    status: int = 200,
    *headers: tuple[str, str],
    body: bytes = b"",
    probe: ProbeKind = ProbeKind.OWA,
    host: str = HOST,
    truncated: bool = False,
) -> Answer:
    return read_answer(probe, host, Response(status, headers, body, truncated))


def test_the_header_of_the_front_page_is_a_witness() -> None:
    """`X-OWA-Version` names a build, without its padding; the front end names itself first."""
    answer = _read(
        302,
        ("location", "https://mail.example.com/owa/auth/logon.aspx?url=x&reason=0"),
        ("x-owa-version", "15.01.2176.009"),
        ("x-feserver", "EX01"),
        ("x-beserver", "EX02"),
        ("x-calculatedbetarget", "ex02.corp.example"),
    )
    assert answer.witnesses == (Witness(OWA_VERSION, "15.1.2176.9"),)
    assert answer.servers == ("EX01", "EX02", "ex02.corp.example")
    assert {OWA_VERSION, FRONT_END} <= set(answer.signs)
    assert (answer.redirect, answer.gateway, answer.other, answer.online) == ("", "", "", False)


@pytest.mark.parametrize(
    "value",
    ["fifteen", "", "15.1.-2176.-9", "15.1.2176,9", "15.1.2176.9.1", "15.1.2176.\uff19",
     "15.1.2176.9\x1b[2J", "15.1." + "9" * 5000, "15.1", "1e3.1.1.1"],
)  # fmt: skip
def test_a_header_that_is_no_build_is_a_doubt(value: str) -> None:
    """Only the spelling that Exchange itself uses there is believed; the rest is noted."""
    answer = _read(302, ("x-owa-version", value))
    assert answer.witnesses == ()
    assert len(answer.doubts) == 1
    assert len(answer.doubts[0]) < 200
    assert answer.signs


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-owa-version", "15.1.2176.{}"), ("x-owa-version", "15.1.{}.9"), ("x-owa-version", "x{}"),
     ("x-serverapplication", "Exchange/15.1.2176.{}"), ("x-feserver", "EX{}"),
     ("x-beserver", "EX{}"), ("x-diaginfo", "EX{}"), ("x-owa-error", "{}")],
)  # fmt: skip
def test_an_answer_says_so_much_and_no_more(header: str, value: str) -> None:
    """Thousands of headers fill no result, take no time, and are a doubt."""
    many = tuple((header, value.format(number)) for number in range(20_000))
    begun = time.process_time()
    answer = _read(200, *many)
    assert time.process_time() - begun < 1
    for said in (answer.witnesses, answer.servers, answer.signs):
        assert len(said) <= MOST_SAID
    assert len(answer.doubts) <= MOST_SAID + 2
    assert {MANY_HEADERS, MANY_BUILDS} & set(answer.doubts)
    assert (MANY_BUILDS in answer.doubts) is (len(answer.witnesses) == MOST_SAID)
    few = _read(200, *many[:2])
    assert not {MANY_HEADERS, MANY_BUILDS} & set(few.doubts)


def test_a_page_says_so_much_and_no_more() -> None:
    """Paths of many builds are a doubt, also beside a header."""
    page = b" ".join(b"/owa/auth/15.1.%d/" % number for number in range(2000, 2020))
    answer = _read(200, ("x-owa-version", "15.1.2176.9"), body=page)
    assert len(answer.witnesses) == MOST_SAID
    assert answer.doubts == (MANY_BUILDS,)


def test_cookies_of_which_there_are_many_are_no_doubt() -> None:
    """Exchange and balancers set several."""
    cookies = [("set-cookie", f"c{number}=1; path=/") for number in range(30)]
    assert _read(200, ("x-feserver", "EX01"), *cookies).doubts == ()


def test_two_different_headers_are_a_doubt() -> None:
    """One server has one build."""
    answer = _read(302, ("x-owa-version", "15.1.2176.9"), ("x-owa-version", "15.1.2176.4"))
    assert len(answer.witnesses) == 2
    assert answer.doubts


@pytest.mark.parametrize(
    ("page", "build"),
    [
        (b"href='/owa/auth/15.1.2176/themes/resources/favicon.ico'", "15.1.2176"),
        (b"src='/owa/8.1.375.2/themes/base/lgntopl.gif'", "8.1.375.2"),
        (b"src='/owa/14.3.123.4/scripts/'", "14.3.123.4"),
        (b"x wa/ wa/ /OWA/ '/owa/prem/15.0.1497.12/a'", "15.0.1497.12"),
        (b"/ecp/15.1.2106/scripts/", None),
        (b"/owa/auth/15.1.2176", None),
        (b"/owa/auth/15.1.21761.2.3.4/", None),
    ],
)
def test_paths_of_the_page_are_witnesses(page: bytes, build: str | None) -> None:
    """A path must be closed by a slash: a page that breaks off may have cut the number."""
    expected = (Witness(PAGE, build),) if build else ()
    assert _read(body=b"<html>" + page).witnesses == expected


def test_a_page_may_name_several_builds() -> None:
    """Each distinct build is kept, in order, of the first places only."""
    body = b"/owa/auth/15.1.2176/a /owa/auth/15.1.2176/b /owa/auth/15.0.1497/c"
    assert [w.build for w in _read(body=body).witnesses] == ["15.1.2176", "15.0.1497"]
    assert len(_read(body=b"".join(b"/owa/1.1.%d/" % n for n in range(999))).witnesses) < 30


@pytest.mark.parametrize(
    "mark",
    [
        b"<!-- OwaPage = ASP.auth_logon_aspx -->",
        b"<!-- {57A118C6-2DA9-419d-BE9A-F92B0F9A418B} -->",
        b"var a = IsOwaPremiumBrowser();",
        b'<form action="/owa/auth.owa">',
    ],
)
def test_marks_of_the_logon_page_are_signs(mark: bytes) -> None:
    """They stay when headers are stripped."""
    assert _read(body=mark).signs


def test_the_manifest_names_a_build() -> None:
    """Only the identity of the export tool counts, not those of what it needs."""
    answer = _read(body=MANIFEST_PAGE, probe=ProbeKind.MANIFEST)
    assert answer.witnesses == (Witness(MANIFEST, "15.1.2176.9"),)
    assert answer.signs
    assert not _read(body=b"<html>15.1.2176.9</html>", probe=ProbeKind.MANIFEST).witnesses


def test_a_version_of_the_web_services_is_a_witness() -> None:
    """Imported answers may hold what needs a sign-on to get."""
    body = (
        b'<h:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2176"'
        b' MinorBuildNumber="9" Version="V2017"/>'
    )
    assert _read(body=body).witnesses == (Witness("ServerVersionInfo", "15.1.2176.9"),)
    assert not _read(body=b"ServerVersionInfo MajorVersion='15' aaaaaaaaaa>").witnesses


@pytest.mark.parametrize(
    "location",
    ["/owa/auth/logon.aspx?replaceCurrent=1", "https://mail.example.com:443/owa/auth/logon.aspx",
     "//MAIL.example.com./OWA/auth/logon.aspx"],
)  # fmt: skip
def test_the_way_to_the_logon_page_is_a_sign(location: str) -> None:
    """A redirect to the logon page of the same host shows Exchange by itself."""
    answer = _read(302, ("location", location))
    assert answer.signs
    assert not answer.redirect


def test_the_bare_address_sends_to_its_own_name() -> None:
    """Asked by address, the logon page under a name is a sign, and the name worth asking."""
    location = ("location", "https://mail.example.com/owa/auth/logon.aspx?url=1")
    answer = _read(302, location, host="192.0.2.1")
    assert answer.signs
    assert answer.redirect == HOST
    assert not _read(302, location, host="www.example.com").signs


@pytest.mark.parametrize(
    ("headers", "gateway"),
    [
        ([("location", "/my.policy"), ("set-cookie", "MRHSession=1")], "F5 BIG-IP APM"),
        ([("location", "/vpn/index.html")], "Citrix Gateway"),
        ([("location", "https://sts.example.com/adfs/ls?x")], "Microsoft ADFS"),
        ([("location", "https://login.microsoftonline.com/x")], "Microsoft Entra ID"),
        ([("location", f"https://{HOST}/CookieAuth.dll?GetLogon?curl=Z2Fowa")], "Microsoft TMG"),
        ([("location", "https://login.example.net/start")], UNKNOWN_GATEWAY),
    ],
)
def test_redirects_to_gateways(headers: list[tuple[str, str]], gateway: str) -> None:
    """Known gateways by their marks; another host is a gateway that nobody knows."""
    assert _read(302, *headers).gateway == gateway


@pytest.mark.parametrize("status", [403, 407, 429, 502, 503])
def test_refusals_are_gateways(status: int) -> None:
    """What refuses says nothing of what stands behind it."""
    assert _read(status).gateway == UNKNOWN_GATEWAY


def test_carriers_are_gateways_only_where_they_refuse() -> None:
    """A content network that passes on a page is not what answers."""
    headers = (("server", "cloudflare"), ("cf-ray", "1-FRA"))
    assert _read(403, *headers).gateway == "Cloudflare"
    assert _read(404, *headers).gateway == ""
    assert _read(200, *headers, ("x-owa-version", "15.1.2176.9")).gateway == ""


def test_challenges_and_captchas() -> None:
    """A page that wants a script to run first answers in Exchange's place."""
    script = b"<html><script>document.cookie='a=1';location.reload()</script></html>"
    assert _read(body=script).gateway == "a JavaScript challenge"
    assert _read(503, body=b"<script src='/cdn-cgi/challenge-platform/x'>").gateway == "Cloudflare"
    assert _read(body=b"<div class='g-recaptcha'>").gateway == "Captcha"


def test_windows_sign_on() -> None:
    """401 with NTLM is what IIS does with or without Exchange: a hint, neither sign nor gateway."""
    answer = _read(401, ("www-authenticate", "Negotiate"), ("www-authenticate", "NTLM"))
    assert set(answer.hints) == {REFUSED, WINDOWS_SIGN_ON}
    assert (answer.signs, answer.gateway) == ((), "")
    assert _read(401, ("www-authenticate", 'Basic realm="x"')).gateway == UNKNOWN_GATEWAY
    assert _read(401, ("x-feserver", "EX01"), ("www-authenticate", "NTLM")).signs == (FRONT_END,)


def test_own_pages_are_something_else() -> None:
    """A titled page that is not a default page says what it is; a server of its own kind too."""
    page = b"<html><head><TITLE>\n Router\n Login </TITLE>"
    assert _read(body=page).other == "a page titled \u201cRouter Login\u201d"
    assert _read(404, ("server", "GoAhead-Webs")).other
    assert _read(302, ("location", "/app/login.aspx?ReturnUrl=%2fowa")).other
    for software in ("nginx", "Apache/2.4", "Microsoft-IIS/10.0", ""):
        answer = _read(404, ("server", software))
        assert (answer.other, answer.hints) == ("", (ABSENT,))


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<title>IIS Windows Server</title>", b"<title>Welcome to nginx!</title>"],
)
def test_default_pages_say_nothing(body: bytes) -> None:
    """Neither Exchange nor positively something else."""
    answer = _read(body=body)
    assert (answer.signs, answer.other, answer.hints) == ((), "", (DEFAULT_PAGE,))


def test_pages_that_break_off_say_nothing() -> None:
    """Only a whole page can be something else."""
    answer = _read(body=b"<title>Mail</title>", truncated=True)
    assert (answer.other, answer.hints) == ("", (TRUNCATED,))


def test_redirects_on_the_same_host() -> None:
    """To HTTPS, or to some sign-on page: both leave it open; to pages of its own: that is one."""
    assert _read(302, ("location", "/owa/1")).other
    assert _read(302, ("location", "/start.php")).other
    assert _read(302, ("location", "/owa/?x=1")).hints == (SIGN_ON_PAGE,)
    assert _read(301, ("location", f"https://{HOST}/owa/")).hints == (TO_HTTPS,)
    assert _read(302, ("location", "/portal/logon")).hints == (SIGN_ON_PAGE,)


def test_exchange_online_is_told_by_its_server_names() -> None:
    """A build of the cloud alone is not enough, and a name is, with whatever build."""
    target = ("x-calculatedbetarget", "BE0P281MB0001.DEUP281.PROD.OUTLOOK.COM")
    assert _read(302, ("x-owa-version", "15.20.3912.31"), target).online
    assert _read(302, ("x-owa-version", "15.1.1240.20"), target).online
    assert _read(302, ("x-owa-version", "15.20.3912.31"), ("x-feserver", "CY4PR02CA0010")).online
    assert not _read(302, ("x-owa-version", "15.20.3912.31"), ("x-feserver", "EX01")).online
    assert not _read(302, ("x-owa-version", "15.20.3912.31")).online


def test_cookies_of_a_balancer_are_a_hint() -> None:
    """There may be several servers."""
    answer = _read(302, ("set-cookie", "BIGipServerpool=1.2.3"), ("x-feserver", "EX01"))
    assert BALANCER in answer.hints


@pytest.mark.parametrize(
    ("banner", "sign", "doubt"),
    [
        (b"220 ex01.corp.example Microsoft ESMTP MAIL Service ready at Mon, 1 Mar 2021", 1, 0),
        (b"220 web Microsoft ESMTP MAIL Service, Version: 10.0.14393 ready at ", 0, 1),
        (b"220 mail.example.com ESMTP Postfix", 0, 0),
        (b"\xff\x00", 0, 0),
    ],
)
def test_banners_of_mail_servers(banner: bytes, sign: int, doubt: int) -> None:
    """Exchange's banner, that of IIS, and all others."""
    answer = _read(220, body=banner, probe=ProbeKind.SMTP)
    assert (len(answer.signs), len(answer.doubts), len(answer.servers)) == (sign, doubt, sign)


def test_names_of_servers_are_checked() -> None:
    """What is no host name is not taken for one, and is no front end."""
    answer = _read(302, ("x-feserver", "<script>"), ("x-beserver", "a" * 999))
    assert answer.servers == ()
    assert FRONT_END not in answer.signs
    assert answer.signs


_NAMES = st.sampled_from(
    ["x-owa-version", "x-feserver", "x-beserver", "location", "set-cookie", "server",
     "www-authenticate", "content-type", "x-serverapplication"]
)  # fmt: skip


@given(
    st.sampled_from(list(ProbeKind)),
    st.text(max_size=30),
    st.integers(0, 999),
    st.lists(st.tuples(_NAMES, st.text(max_size=60)), max_size=6),
    st.binary(max_size=300),
    st.booleans(),
)
def test_nothing_that_a_stranger_sends_upsets_it(
    probe: ProbeKind,
    host: str,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    truncated: bool,
) -> None:
    """Any headers and bytes give an answer, and no build that a number could not be."""
    answer = read_answer(probe, host, Response(status, tuple(headers), body, truncated))
    assert answer.probe is probe
    assert all(w.build.replace(".", "").isascii() for w in answer.witnesses)


@pytest.mark.parametrize(
    "piece", [b"/owa/", b"<title", b"<assemblyIdentity ", b"document.cookie", b"ServerVersionInfo "]
)
def test_hostile_pages_cost_no_time(piece: bytes) -> None:
    """A page of 256 KB that is all beginnings is read at once."""
    body = (b"<script" + piece * (262_144 // len(piece)))[:262_144]
    for probe in (ProbeKind.OWA, ProbeKind.MANIFEST):
        _read(body=body, probe=probe)


def test_the_cloud_is_not_believed_by_its_headers_where_the_page_is_a_product_s() -> None:
    """Its build, a name like its own, and a page of Exchange 2016: a server with such headers."""
    headers = (("x-owa-version", "15.20.1.1"), ("x-feserver", "FR0P281CA0001"))
    assert _read(200, *headers).online
    page = b'<link href="/owa/auth/15.1.2176/themes/x.css">'
    answer = _read(200, *headers, body=page)
    assert not answer.online
    assert [witness.build for witness in answer.witnesses] == ["15.20.1.1", "15.1.2176"]


@pytest.mark.parametrize(
    ("names", "self_signed", "certified"),
    [(("outlook.office365.com",), False, True), (("x", "*.outlook.com"), False, True),
     (("*.outlook.com",), True, False), (("EX01",), False, False), ((), False, False),
     (("evil-outlook.com",), False, False)],
)  # fmt: skip
def test_whose_certificate_it_is(
    names: tuple[str, ...], self_signed: bool, certified: bool
) -> None:
    """Microsoft's by its names, and by no name that a server signed for itself."""
    tls = Tls("x", "x", Certificate("", names=names, self_signed=self_signed))
    assert is_certified(tls) is certified
    assert is_certified(None) is None
    assert is_certified(Tls(error="x")) is None


def test_a_header_of_another_product_is_kept() -> None:
    """Where nothing shows Exchange; nothing else of the answer is read otherwise for it."""
    header = ("microsoftsharepointteamservices", "16.0.0.10417")
    plain, found = _read(404), _read(404, header)
    assert found.others == (Witness("MicrosoftSharePointTeamServices", "16.0.10417"),)
    assert (found.hints, found.other, found.gateway) == (plain.hints, plain.other, plain.gateway)
    assert _read(200, header, ("x-feserver", "EX01")).others == ()
