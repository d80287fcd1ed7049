"""What is concluded of an endpoint."""

from __future__ import annotations

import time
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure import conclude as module
from alpheus.exposure.conclude import conclude
from alpheus.exposure.model import (
    Answer,
    Certificate,
    Conversation,
    Endpoint,
    Observation,
    Pool,
    ProbeKind,
    Response,
    Status,
    Tls,
    Witness,
)
from alpheus.exposure.plan import next_step
from alpheus.exposure.read_answer import (
    ABSENT,
    FRONT_END,
    MANIFEST,
    OWA_VERSION,
    PAGE,
    UNKNOWN_GATEWAY,
    read_answer,
)
from alpheus.knowledge.builds import Builds

TIME = "2026-01-01T00:00:00Z"
ADDRESS = "192.0.2.7"
CVE = "CVE-2021-26855"
CU, OLD, NEW = "15.1.2176", "15.1.2176.4", "15.1.2176.9"
SMTP, BACK_END = ProbeKind.SMTP, ProbeKind.BACK_END


def _says(
    *builds: str, server: str = "EX01", source: str = "", probe: ProbeKind = ProbeKind.OWA,
    software: str = "Microsoft-IIS/10.0",
) -> Answer:  # fmt: skip
    words = tuple(
        Witness(source or (OWA_VERSION if build.count(".") == 3 else PAGE), build)
        for build in builds
    )
    signs = (*((FRONT_END,) if server else ()), *(("X-OWA-Version",) if words else ()))
    return Answer(
        probe, ADDRESS, 302, witnesses=words, signs=signs or ("sign",), software=software,
        servers=(server,) if server else (),
    )  # fmt: skip


def _talk(*answers: Answer, **more: object) -> Conversation:
    endpoint = Endpoint("a target", ADDRESS, 443, ("mail.example.com",))
    talk = Conversation(endpoint, list(answers), requests=len(answers))
    for name, value in more.items():
        setattr(talk, name, value)
    return talk


def _conclude(*answers: Answer, **more: object) -> Observation:
    return conclude(_talk(*answers, **more), TIME)


def _tls(*names: str, **more: object) -> Tls:
    return Tls("TLSv1.2", "x", Certificate("", names=names), **more)  # type: ignore[arg-type]


def test_a_build_decides_every_cve() -> None:
    """The plain case: one header, one build."""
    found = _conclude(_says(NEW), tls=_tls("EX01", "mail.example.com"))
    assert (found.status, found.exchange, found.build, found.precision) == (
        Status.IDENTIFIED, True, NEW, 4,
    )  # fmt: skip
    assert (found.witness, found.pool, found.product) == (
        OWA_VERSION, None, "Microsoft Exchange Server 2016",
    )  # fmt: skip
    assert (found.confidence, found.flags) == ("high", ())
    assert found.cves[CVE].state == "fixed"
    assert found.names == ("mail.example.com", "EX01")
    assert (found.servers, found.requests, found.time) == (("EX01",), 1, TIME)
    assert (found.target, found.address, found.port) == ("a target", ADDRESS, 443)
    assert "CU19 with Mar21SU" in found.reason


def test_three_parts_leave_it_open() -> None:
    """And say so."""
    found = _conclude(_says(), _says(CU))
    assert (found.build, found.precision, found.confidence) == (CU, 3, "medium")
    assert found.cves[CVE].state == "undetermined"
    assert "four-part" in found.cves[CVE].why


def test_a_manifest_is_a_lower_bound() -> None:
    """A fix that it shows is one; what it does not show may be there all the same."""
    fixed = _conclude(_says(CU), _says(NEW, source=MANIFEST))
    assert (fixed.build, fixed.cves[CVE].state, fixed.confidence) == (NEW, "fixed", "medium")
    assert "at least" in fixed.reason
    lagging = _conclude(_says(CU), _says(OLD, source=MANIFEST))
    assert lagging.cves[CVE].state == "undetermined"


def test_in_a_mixed_pool_the_worst_counts() -> None:
    """The lowest build is shown, no fix of one server covers another."""
    found = _conclude(_says(NEW), _says(OLD, server="EX02"))
    assert (found.build, found.cves[CVE].state) == (OLD, "vulnerable")
    assert found.pool == Pool(("EX01", "EX02"), (NEW, OLD), mixed=True)
    assert set(found.flags) == {"mixed-pool", "several-servers"}


def test_the_lowest_number_may_not_be_the_worst() -> None:
    """15.1.1415.10 is below 15.1.2176.4 and fixed, the other is not."""
    found = _conclude(_says("15.1.1415.10"), _says(OLD, server="EX02"))
    assert (found.build, found.cves[CVE].state) == ("15.1.1415.10", "vulnerable")


def test_a_server_that_was_not_seen_keeps_a_fix_open() -> None:
    """Two servers, one build."""
    found = _conclude(_says(NEW), _says(server="EX02"))
    assert found.cves[CVE].state == "undetermined"
    assert "EX02" in found.cves[CVE].why
    assert found.confidence == "low"
    assert _conclude(_says(OLD), _says(server="EX02")).cves[CVE].state == "vulnerable"


def test_several_servers_of_one_build_are_no_mixed_pool() -> None:
    """They are shown, and settle it."""
    found = _conclude(_says(NEW), _says(NEW, server="EX02"))
    assert found.pool == Pool(("EX01", "EX02"), (NEW,), mixed=False)
    assert (found.cves[CVE].state, found.flags) == ("fixed", ("several-servers",))


def test_a_contradiction_lowers_confidence_and_settles_nothing_that_it_touches() -> None:
    """A header of one update with the page of another may be a cache, a balancer or a decoy."""
    found = _conclude(_says("15.1.2106.2", CU))
    assert (found.exchange, found.confidence, found.build) == (True, "low", "15.1.2106.2")
    assert "inconsistent" in found.flags
    assert found.cves[CVE].state == "undetermined"


@pytest.mark.parametrize(
    "builds",
    [("15.0.1497.12", "15.2.721"), ("15.1.2507.72", "15.2.2562.46"), ("15.2.2562.46", "14.3.513.0"),
     ("15.1.2176.9", "16.0.1.1")],
)  # fmt: skip
def test_several_products_at_once_are_none(builds: tuple[str, ...]) -> None:
    """A header of 2013 with a page of 2019 is nobody's server: not even old flaws are settled."""
    found = _conclude(_says(*builds))
    assert (found.status, found.exchange, found.build) == (Status.BUILD_UNKNOWN, None, None)
    assert (found.confidence, found.flags) == ("low", ("inconsistent",))
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}
    assert all("ExSetup" in entry.why for entry in found.cves.values())


def test_a_contradiction_of_one_server_clears_no_other() -> None:
    """What one says of itself twice settles nothing that another, or an unseen one, denies."""
    double = _says(NEW, "15.1.2242.4")
    assert _conclude(double).cves[CVE].state == "fixed"
    assert _conclude(double, _says(OLD, server="EX02")).cves[CVE].state == "undetermined"
    assert _conclude(double, _says(server="EX02")).cves[CVE].state == "undetermined"


@pytest.mark.parametrize(
    ("header", "value"),
    [("x-owa-version", "15.1.2176.{}"), ("x-owa-version", "15.1.{}.9"),
     ("x-owa-version", "15.2.2562.{}"), ("x-serverapplication", "Exchange/15.1.2507.{}"),
     ("x-feserver", "EX{}"),
     ("x-beserver", "EX{}"), ("x-owa-version", "x{}")],
)  # fmt: skip
def test_a_flood_of_headers_costs_little_and_settles_nothing(header: str, value: str) -> None:
    """A few milliseconds, a short result, low confidence, and no fix."""
    answers = [
        read_answer(
            probe, ADDRESS,
            Response(200, tuple((header, value.format(900 * k + n)) for n in range(900)), b""),
        )
        for k, probe in enumerate([*[ProbeKind.OWA] * 3, *list(ProbeKind)[:4]])
    ]  # fmt: skip
    module._known.clear()
    begun = time.process_time()
    found = _conclude(*answers)
    assert time.process_time() - begun < 0.5
    assert len(msgspec.json.encode(found)) < 12_000
    assert found.confidence == "low"
    assert "odd-header" in found.flags
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}


def test_names_and_witnesses_of_a_result_are_bounded() -> None:
    """Eight answers may each name others; what is left out is flagged."""
    answers = [
        replace(_says(NEW, server=f"EX{n}"), servers=tuple(f"EX{n}-{k}" for k in range(4)))
        for n in range(8)
    ]
    found = _conclude(*answers)
    assert len(found.servers) == 16
    assert "odd-header" in found.flags


def test_a_fix_that_one_connection_showed_says_so() -> None:
    """A flaw outside the default campaign is no reason for a second connection."""
    once = _conclude(_says(OLD), _says(CU, probe=ProbeKind.LOGON))
    assert once.cves[CVE].state == "vulnerable"
    fixed = [entry for entry in once.cves.values() if entry.state == "fixed"]
    assert fixed
    assert all("one connection showed it" in entry.why for entry in fixed)
    assert "one connection" not in once.cves[CVE].why
    twice = _conclude(_says(NEW), _says(CU, probe=ProbeKind.LOGON))
    assert twice.cves[CVE].state == "fixed"
    assert not any("one connection" in entry.why for entry in twice.cves.values())
    alone = _conclude(_says(NEW))
    assert "one connection showed it" in alone.cves[CVE].why
    assert not any(
        "one connection" in entry.why
        for entry in _conclude(_says(NEW), failure=Status.BROKEN).cves.values()
    )


@pytest.mark.parametrize("build", ["15.20.3912.31", "15.1.2044.99", "16.1.1.1", "15.1.9999.1"])
def test_impossible_builds_are_not_believed(build: str) -> None:
    """Also the cloud's build on a server with a name of its own."""
    found = _conclude(_says(build))
    assert (found.status, found.exchange, found.build) == (Status.BUILD_UNKNOWN, None, None)
    assert {"inconsistent", "impossible-build"} <= set(found.flags)
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}
    assert found.witnesses == (Witness(OWA_VERSION, build),)
    both = _conclude(_says(build, CU))
    assert both.cves[CVE].state == "undetermined"


def test_a_foreign_web_server_costs_a_little_confidence() -> None:
    """A reverse proxy is no contradiction."""
    found = _conclude(_says(NEW, software="nginx"))
    assert (found.confidence, found.cves[CVE].state) == ("medium", "fixed")
    assert "inconsistent" not in found.flags


def test_odd_headers_cost_confidence() -> None:
    """What is no build is said, the page counts."""
    found = _conclude(replace(_says(CU), doubts=("X-OWA-Version is 'x', which is no build",)))
    assert (found.confidence, found.build) == ("low", CU)
    assert "odd-header" in found.flags


def test_exchange_without_a_build() -> None:
    """Everything is open, and what settles it is said."""
    found = _conclude(_says())
    assert (found.status, found.exchange, found.build) == (Status.BUILD_UNKNOWN, True, None)
    assert all(
        entry.state == "undetermined" and "ExSetup" in entry.why for entry in found.cves.values()
    )


def test_stripped_headers_are_flagged() -> None:
    """A page of Exchange 2013 or later without either header."""
    bare = replace(_says(CU, server=""), signs=("path with a build",))
    assert "header-stripped" in _conclude(bare).flags
    assert "header-stripped" not in _conclude(_says(CU)).flags


def test_exchange_2007_and_2010() -> None:
    """Paths of their pages have four parts."""
    found = _conclude(_says("14.3.513.0", server="", source=PAGE))
    assert (found.precision, found.product) == (4, "Microsoft Exchange Server 2010")
    assert found.cves["CVE-2021-26857"].state == "fixed"
    assert _conclude(_says("8.3.83.6", server="")).product == "Microsoft Exchange Server 2007"


def test_a_gateway_before_a_part_of_it() -> None:
    """What is open counts, and the gateway is flagged."""
    closed = Answer(ProbeKind.OWA, ADDRESS, 403, gateway=UNKNOWN_GATEWAY)
    found = _conclude(closed, _says(OLD, probe=ProbeKind.EWS))
    assert (found.build, found.flags) == (OLD, ("partly-shielded",))


def test_shielded() -> None:
    """Exchange or not, nothing is settled."""
    found = _conclude(Answer(ProbeKind.OWA, ADDRESS, 302, gateway="F5 BIG-IP APM"))
    assert (found.status, found.exchange) == (Status.SHIELDED, None)
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}


def test_something_else_has_no_cves() -> None:
    """An empty map."""
    found = _conclude(Answer(ProbeKind.OWA, "mail.example.com", 200, other="a page titled x"))
    assert (found.status, found.exchange, found.cves) == (Status.NOT_EXCHANGE, False, {})


CLOUD = replace(
    _says("15.20.3912.31", server="FR0P281CA0001"),
    online=True,
    servers=("FR0P281CA0001", "BE0P281MB0001.DEUP281.PROD.OUTLOOK.COM"),
)


def test_exchange_online() -> None:
    """The cloud service is nobody's server; a certificate that is not Microsoft's is flagged."""
    found = _conclude(CLOUD, tls=_tls("*.outlook.com", "outlook.office365.com"))
    assert (found.status, found.exchange, found.cves) == (Status.ONLINE, False, {})
    assert (found.confidence, found.build) == ("high", "15.20.3912.31")
    foreign = _conclude(CLOUD, tls=_tls("mail.example.com"))
    assert (foreign.status, foreign.confidence) == (Status.ONLINE, "low")
    assert foreign.flags == ("foreign-certificate",)
    assert _conclude(CLOUD, tls=_tls("evil-outlook.com")).confidence == "low"


@pytest.mark.parametrize("names", [("EX01",), ("mail.example.com",), (), ("outlook.office.com",)])
def test_headers_of_the_cloud_clear_nobody_under_another_certificate(
    names: tuple[str, ...],
) -> None:
    """Nor under one that a server wrote for itself: whoever relays or hides is left open."""
    tls = Tls("x", "x", Certificate("", names=names, self_signed="outlook.office.com" in names))
    found = _conclude(CLOUD, tls=tls)
    assert (found.exchange, found.confidence) == (None, "low")
    assert found.flags == ("foreign-certificate",)
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}


_TWO_HEADERS = (("x-owa-version", "15.20.1.1"), ("x-feserver", "FR0P281CA0001"))
_ITS_PAGE = b'<link href="/owa/auth/15.1.2176/themes/x.css">'


@pytest.mark.parametrize(
    "answers",
    [
        [(ProbeKind.OWA, _TWO_HEADERS, _ITS_PAGE)],
        [(ProbeKind.OWA, _TWO_HEADERS, b""), (ProbeKind.LOGON, _TWO_HEADERS, _ITS_PAGE)],
        [(ProbeKind.OWA, _TWO_HEADERS, b""), (ProbeKind.LOGON, _TWO_HEADERS[1:], _ITS_PAGE)],
        [(ProbeKind.OWA, _TWO_HEADERS, b""), (ProbeKind.LOGON, (), _ITS_PAGE)],
    ],
)
@pytest.mark.parametrize("names", [("EXCH01",), ("outlook.office.com",), None])
def test_two_headers_never_clear_a_server_that_contradicts_itself(
    answers: list[tuple[ProbeKind, tuple[tuple[str, str], ...], bytes]],
    names: tuple[str, ...] | None,
) -> None:
    """The cloud's build and front end, and a page of Exchange 2016: open, and not believed."""
    read = [
        read_answer(probe, ADDRESS, Response(200, headers, body))
        for probe, headers, body in answers
    ]
    tls = None if names is None else Tls("x", "x", Certificate("", names=names, self_signed=True))
    found = _conclude(*read, tls=tls)
    assert (found.exchange, found.build, found.confidence) == (None, None, "low")
    assert "inconsistent" in found.flags
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}


def test_names_of_the_cloud_do_not_clear_what_answers_as_on_premises() -> None:
    """A build of the product, a foreign certificate: open; a local server beside it: local."""
    hiding = replace(CLOUD, witnesses=(Witness(OWA_VERSION, OLD),))
    found = _conclude(hiding, tls=_tls("mail.example.com"))
    assert (found.status, found.exchange) == (Status.ONLINE, None)
    assert {entry.state for entry in found.cves.values()} == {"undetermined"}
    own = _conclude(hiding, tls=_tls("outlook.office365.com"))
    assert (own.exchange, own.confidence, own.flags) == (None, "low", ("inconsistent",))
    both = _conclude(CLOUD, _says(OLD))
    assert (both.status, both.cves[CVE].state) == (Status.IDENTIFIED, "vulnerable")
    assert "cloud-and-local" in both.flags


@pytest.mark.parametrize(
    "failure",
    [Status.TLS_FAILED, Status.NO_ANSWER, Status.REFUSED, Status.UNREACHABLE, Status.BROKEN, None],
)
def test_silence_is_never_absence(failure: Status | None) -> None:
    """Least of all where only TLS is too old."""
    lost = Answer(ProbeKind.OWA, ADDRESS, 0, error="x")
    for answers in ((), (lost,)):
        found = _conclude(*answers, failure=failure, failure_text="the library's word")
        assert found.status is (failure or Status.NO_ANSWER)
        assert (found.exchange, found.build) == (None, None)
        assert {entry.state for entry in found.cves.values()} == {"undetermined"}
        assert "the library's word" in found.reason


def test_an_answer_counts_though_a_later_one_failed() -> None:
    """What was learnt is kept, with a little less confidence: nobody confirmed it."""
    found = _conclude(_says(OLD), failure=Status.BROKEN)
    assert (found.status, found.build) == (Status.IDENTIFIED, OLD)
    assert (found.confidence, found.flags) == ("medium", ("unconfirmed",))
    assert found.cves[CVE].state == "vulnerable"


def test_a_fix_that_was_seen_once_stays_open_if_the_second_look_failed() -> None:
    """The other server of a pool may be what did not answer."""
    found = _conclude(_says(NEW), failure=Status.NO_ANSWER)
    assert found.cves[CVE].state == "undetermined"
    assert "second look" in found.cves[CVE].why
    twice = _conclude(_says(NEW), _says(NEW), failure=Status.NO_ANSWER)
    assert (twice.cves[CVE].state, twice.flags) == ("fixed", ())


def test_an_exposed_back_end_is_flagged() -> None:
    """And its build counts, also where the front end is silent."""
    back = _says(OLD, server="", probe=BACK_END)
    found = _conclude(_says(CU), back)
    assert (found.build, found.precision) == (OLD, 4)
    assert "back-end-exposed" in found.flags
    alone = _conclude(back, failure=Status.REFUSED)
    assert (alone.exchange, "back-end-exposed" in alone.flags) == (True, True)
    other = Answer(BACK_END, ADDRESS, 404, hints=(ABSENT,))
    assert "back-end-exposed" not in _conclude(_says(OLD), other).flags
    assert _conclude(other, failure=Status.REFUSED).status is Status.REFUSED


def test_what_stands_beside_is_flagged() -> None:
    """A mail server's banner, outdated TLS, a second chance."""
    banner = Answer(SMTP, ADDRESS, 220, signs=("SMTP banner of Exchange",), servers=("ex01",))
    tls = _tls(weak=("TLSv1",), second_chance=True)
    found = _conclude(_says(OLD), banner, tls=tls)
    assert {"smtp-exchange", "weak-tls", "second-chance-tls"} <= set(found.flags)


def test_names_are_bounded() -> None:
    """A certificate of a content network does not fill the line."""
    found = _conclude(_says(OLD), tls=_tls(*(f"h{number}.example" for number in range(200))))
    assert len(found.names) == 50


@given(
    st.permutations([OLD, NEW]),
    st.sampled_from([("EX01", "EX02"), ("", "")]),
    st.booleans(),
    st.sampled_from([OWA_VERSION, MANIFEST]),
)
def test_no_pool_of_two_is_ever_called_fixed(
    builds: list[str], servers: tuple[str, str], by_request: bool, source: str
) -> None:
    """Asked as planned, a balancer that goes round cannot hide the one without the fix."""
    talk = _talk()
    connections = 0
    probe = ProbeKind.OWA if source == OWA_VERSION else ProbeKind.MANIFEST
    while (step := next_step(talk)) is not None:
        connections += step.fresh or not talk.answers
        member = (len(talk.answers) if by_request else connections) % 2
        told = (builds[member],) if step.probe is probe else ()
        told = (CU,) if step.probe is ProbeKind.LOGON else told
        kind = source if step.probe is probe else PAGE
        talk.answers.append(
            replace(
                _says(*told, server=servers[member], source=kind, probe=step.probe),
                host=step.host or ADDRESS,
            )
        )
    found = conclude(talk, TIME)
    assert found.cves[CVE].state in {"vulnerable", "undetermined"}
    assert len(talk.answers) <= 6


@given(
    st.lists(
        st.sampled_from([OLD, NEW, "15.0.1497.2", "15.2.2562.46", "14.3.509.0", "15.1.2507.72"]),
        min_size=2, max_size=4,
    ),
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.integers(3, 6),
    st.booleans(),
)  # fmt: skip
def test_every_member_of_a_pool_that_a_further_look_meets_counts(
    builds: list[str], turns: list[int], looks: int, named: bool
) -> None:
    """A pool that is found is flagged, and no state is better than that of its worst member."""
    talk = _talk()
    talk.endpoint = replace(talk.endpoint, names=())
    met: list[int] = []
    said: set[str] = set()
    while (step := next_step(talk, looks=looks)) is not None:
        if step.fresh or not met:
            met.append(turns[len(met)] % len(builds))
        build = builds[met[-1]]
        told = build if step.probe is ProbeKind.OWA else ".".join(build.split(".")[:3])
        said.add(told)
        server = f"EX{met[-1]}" if named else ""
        talk.answers.append(
            replace(_says(told, server=server, probe=step.probe), host=step.host or ADDRESS)
        )
    found = conclude(talk, TIME)
    assert len(met) >= looks - 1
    kinds = {builds[member] for member in met}
    # A member that says three parts alone may be of the same build as another.
    if any(not f"{one}.".startswith((f"{two}.",)) and not f"{two}.".startswith((f"{one}.",))
           for one in said for two in said):  # fmt: skip
        assert {"mixed-pool", "inconsistent"} & set(found.flags)
    for cve, entry in found.cves.items():
        states = {Builds.load().patch_state(build, cve).state.value for build in kinds}
        if entry.state in {"fixed", "not-affected"}:
            assert states <= {"fixed", "not-affected"}
        told_states = {Builds.load().patch_state(one, cve).state.value for one in said}
        if "mixed-pool" in found.flags and "vulnerable" in told_states:
            assert entry.state == "vulnerable"


_ANSWERS = st.builds(
    lambda builds, server, source, probe, extra: replace(
        _says(*builds, server=server, source=source, probe=probe), **extra
    ),
    st.lists(
        st.sampled_from([CU, OLD, NEW, "15.1.2242.4", "15.0.1497", "14.3.513.0", "15.9.1.1"]),
        max_size=2,
    ),
    st.sampled_from(["", "EX01", "EX02", "EX03"]),
    st.sampled_from(["", "", MANIFEST]),
    st.sampled_from(list(ProbeKind)),
    st.sampled_from(
        [
            {}, {}, {"status": 0}, {"signs": ()}, {"online": True}, {"doubts": ("x",)},
            {"signs": (), "gateway": UNKNOWN_GATEWAY}, {"signs": (), "other": "x"},
            {"signs": (), "hints": (ABSENT,)},
        ]
    ),
)  # fmt: skip


@given(st.lists(_ANSWERS, max_size=5), st.sampled_from([None, *Status]))
def test_any_conversation_has_a_conclusion(answers: list[Answer], failure: Status | None) -> None:
    """It encodes, is the same from memory, has a reason, and no fix that a witness denies."""
    talk = _talk(*answers, failure=failure)
    found = conclude(talk, TIME)
    assert msgspec.json.encode(found)
    module._known.clear()
    assert conclude(talk, TIME) == found
    assert found.reason
    assert all(entry.why for entry in found.cves.values())
    left_alone = found.status is Status.NOT_ASKED
    assert (found.cves == {}) == (found.exchange is False or left_alone)
    if found.cves and found.cves[CVE].state == "fixed":
        _assert_all_fixed(answers)


def _assert_all_fixed(answers: list[Answer]) -> None:
    """Every exact build of an answer that counts is fixed."""
    builds = Builds.load()
    for answer in answers:
        if not (answer.status and answer.signs) or answer.probe is SMTP or answer.online:
            continue
        for witness in answer.witnesses:
            if witness.source == OWA_VERSION:
                state = builds.patch_state(witness.build, CVE).state
                assert state in {"fixed", "not-affected"}


def test_a_hybrid_is_told_and_not_cleared() -> None:
    """Mail of its names goes to the cloud, and the server at home keeps its states."""
    answer = _says(OLD)
    home = _conclude(answer)
    conversation = _talk(answer)
    signs = ("MX town.mail.protection.outlook.com",)
    conversation.endpoint = replace(conversation.endpoint, cloud_signs=signs)
    hybrid = conclude(conversation, "2021-03-09T00:00:00Z")
    assert hybrid.cves == home.cves
    assert {"cloud-mail-flow", "hybrid"} <= set(hybrid.flags)
    assert "Exchange Online (MX town" in hybrid.reason
    silent = replace(conversation.endpoint, cloud_signs=signs)
    seen = conclude(Conversation(silent, failure=Status.NO_ANSWER), "2021-03-09T00:00:00Z")
    assert "hybrid" not in seen.flags
    assert seen.exchange is None


def test_another_product_is_named_with_its_build() -> None:
    """By a header of its answers; its flaws are those of its pack, and none of Exchange's."""
    others = (Witness("MicrosoftSharePointTeamServices", "16.0.5517"),)
    answer = Answer(ProbeKind.OWA, "mail.example.com", 404, hints=(ABSENT,), others=others)
    found = _conclude(answer, replace(answer, probe=ProbeKind.EWS))
    assert (found.status, found.exchange, found.product) == (
        Status.NOT_EXCHANGE, False, "Microsoft SharePoint Server 2016",
    )  # fmt: skip
    assert (found.build, found.precision, found.witness) == ("16.0.5517", 3, others[0].source)
    assert found.cves["CVE-2025-53770"].state == "fixed"
    assert CVE not in found.cves
    assert "it is Microsoft SharePoint Server 2016" in found.reason
