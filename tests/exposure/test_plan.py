"""What is asked next, and what is sent."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure import plan
from alpheus.exposure.model import (
    Answer,
    Certificate,
    Conversation,
    Endpoint,
    ProbeKind,
    Status,
    Tls,
    Witness,
)
from alpheus.exposure.plan import (
    MOST_ANSWERS,
    PATHS,
    Step,
    front_ends,
    is_host_name,
    needs_fourth_part,
    next_step,
    one_connection,
    port_of,
    request_bytes,
)
from alpheus.exposure.read_answer import (
    ABSENT,
    BALANCER,
    FRONT_END,
    MANIFEST,
    OWA_VERSION,
    PAGE,
    REFUSED,
    TRUNCATED,
    UNKNOWN_GATEWAY,
)

ADDRESS = "192.0.2.7"
NAME = "mail.example.com"
VULNERABLE, FIXED = "15.1.2176.4", "15.1.2176.9"
OWA, LOGON, EWS = ProbeKind.OWA, ProbeKind.LOGON, ProbeKind.EWS


def _talk(*answers: Answer, names: tuple[str, ...] = (), **more: object) -> Conversation:
    endpoint = Endpoint(ADDRESS, ADDRESS, 443, names)
    return Conversation(endpoint, list(answers), **more)  # type: ignore[arg-type]


def _exchange(
    probe: ProbeKind = OWA,
    build: str = "",
    source: str = OWA_VERSION,
    *,
    server: str = "",
    host: str = ADDRESS,
) -> Answer:
    signs = (FRONT_END,) if server else ("sign",)
    witnesses = (Witness(source, build),) if build else ()
    servers = (server,) if server else ()
    return Answer(probe, host, 302, witnesses=witnesses, signs=signs, servers=servers)


def _other(probe: ProbeKind = OWA, host: str = ADDRESS, **more: object) -> Answer:
    return replace(Answer(probe, host, 404, hints=(ABSENT,)), **more)  # type: ignore[arg-type]


def _tls(*names: str) -> Tls:
    return Tls("TLSv1.2", "x", Certificate("", names=names))


def test_it_begins_with_the_front_page() -> None:
    """By the first name if there is one that can be asked by, else by the bare address."""
    assert next_step(_talk()) == Step(OWA, "")
    assert next_step(_talk(names=(NAME, "b.example.com"))) == Step(OWA, NAME)
    assert next_step(_talk(names=("bad name",))) == Step(OWA, "")
    assert next_step(_talk(failure=Status.NO_ANSWER)) is None


def test_without_a_header_the_order_is_that_of_the_table() -> None:
    """Front page, logon page, manifest, web services, on one connection; then it ends."""
    answers = [_exchange()]
    asked = [OWA]
    while (step := next_step(_talk(*answers))) is not None:
        assert (step.host, step.fresh) == ("", False)
        asked.append(step.probe)
        answers.append(_exchange(step.probe))
    assert asked == [OWA, LOGON, ProbeKind.MANIFEST, EWS]


def test_a_whole_build_is_believed_at_the_first_look_if_so_wanted() -> None:
    """With one look nothing more is asked."""
    assert next_step(_talk(_exchange(build=FIXED)), looks=1) is None


def test_a_vulnerable_build_is_confirmed_by_the_logon_page() -> None:
    """On the same connection: nothing that a second server says could make it better."""
    first = _exchange(build=VULNERABLE, server="EX01")
    assert next_step(_talk(first)) == Step(LOGON, "")
    second = _exchange(LOGON, "15.1.2176", PAGE, server="ex01")
    assert next_step(_talk(first, second)) is None


def test_a_fix_is_looked_at_twice_over_another_connection() -> None:
    """A balancer often holds to a connection, and `fixed` is the answer that must not be wrong."""
    named = _exchange(build=FIXED, server="EX01")
    assert next_step(_talk(named)) == Step(LOGON, "", fresh=True)
    nameless = _exchange(build=FIXED)
    assert next_step(_talk(nameless)) == Step(OWA, "", fresh=True)
    assert next_step(_talk(nameless, nameless)) is None


def test_a_fix_that_only_the_web_services_tell_is_asked_of_them_again() -> None:
    """A closed front page is no second witness."""
    closed = _other(status=403, gateway=UNKNOWN_GATEWAY, hints=(REFUSED,))
    assert next_step(_talk(closed)) == Step(EWS, "")
    told = _exchange(EWS, FIXED)
    assert next_step(_talk(closed, told)) == Step(EWS, "", fresh=True)
    assert next_step(_talk(closed, told, told)) is None


def test_a_fix_by_the_manifest_is_looked_at_twice() -> None:
    """At once, before the web services: a balancer may go round by requests."""
    answers = [
        _exchange(),
        _exchange(LOGON, "15.1.2176", PAGE),
        _exchange(ProbeKind.MANIFEST, FIXED, MANIFEST),
    ]
    assert next_step(_talk(*answers)) == Step(ProbeKind.MANIFEST, "", fresh=True)
    assert next_step(_talk(*answers, answers[2])) == Step(EWS, "")
    assert next_step(_talk(*answers, answers[2], _exchange(EWS))) is None


def test_a_fix_by_three_parts_is_looked_at_twice() -> None:
    """The page of a cumulative update that came with the fix."""
    answers = [_exchange(), _exchange(LOGON, "15.1.2242", PAGE)]
    assert next_step(_talk(*answers)) == Step(LOGON, "", fresh=True)


def test_several_servers_are_asked_until_each_has_a_build() -> None:
    """When the front end's name changes the front page is asked anew, a few times at most."""
    first, page = _exchange(build=FIXED, server="EX01"), _exchange(LOGON, server="EX02")
    again = Step(OWA, "", fresh=True)
    assert next_step(_talk(first, page)) == again
    assert next_step(_talk(first, page, first)) == again
    assert next_step(_talk(first, page, _exchange(build=VULNERABLE, server="EX02"))) is None
    answers = [first, page]
    while next_step(_talk(*answers)):
        answers.append(first)
    assert len(answers) == 5


def test_builds_that_differ_are_asked_for_once_more() -> None:
    """Also where no server says its name."""
    answers = [_exchange(build=FIXED), _exchange(build=VULNERABLE)]
    assert next_step(_talk(*answers)) == Step(OWA, "", fresh=True)
    assert next_step(_talk(*answers, answers[0])) is None


def test_an_answer_that_contradicts_itself_is_not_asked_again() -> None:
    """A decoy does not become clearer."""
    witnesses = (Witness(OWA_VERSION, FIXED), Witness(PAGE, "15.2.721"))
    assert next_step(_talk(replace(_exchange(), witnesses=witnesses))) is None


def test_a_balancers_cookie_is_reason_for_another_connection() -> None:
    """It says that there are several servers."""
    answer = replace(_exchange(build=VULNERABLE), hints=(BALANCER,))
    assert next_step(_talk(answer)) == Step(OWA, "", fresh=True)


def test_three_parts_are_enough_where_the_fourth_changes_nothing() -> None:
    """A cumulative update without a fix of its own is settled by its three parts."""
    assert not needs_fourth_part("15.0.1367")
    assert needs_fourth_part("15.1.2176")
    assert needs_fourth_part("15.1.9")
    assert needs_fourth_part("nonsense")
    answers = (_exchange(), _exchange(LOGON, "15.0.1367", PAGE))
    assert next_step(_talk(*answers)) is None


def test_a_manifest_is_enough_where_no_later_update_differs() -> None:
    """The last update of its family that changes anything ends the questions."""
    answers = (_exchange(), _exchange(ProbeKind.MANIFEST, "15.0.847.32", MANIFEST))
    assert next_step(_talk(*answers)) == Step(LOGON, "")
    last = (_exchange(), _exchange(ProbeKind.MANIFEST, "15.0.1367.3", MANIFEST))
    assert next_step(_talk(*last)) is None


@pytest.mark.parametrize("build", [VULNERABLE, FIXED, "15.2.2562.46", "14.3.509.0"])
@pytest.mark.parametrize("looks", [3, 5])
def test_looks_beyond_the_second_go_over_new_connections(build: str, looks: int) -> None:
    """Whatever the server said: an operator looks for a pool."""
    answers = [_exchange(build=build, server="EX01")]
    steps = []
    while (step := next_step(_talk(*answers), looks=looks)) is not None:
        steps.append(step)
        answers.append(_exchange(step.probe, build, server="EX01"))
    assert steps[0] == next_step(_talk(answers[0]))
    assert steps[1:] == [Step(OWA, "", fresh=True)] * (looks - 2)


def test_looks_beyond_the_second_for_a_server_that_hides_its_build() -> None:
    """They ask for the page that told the most, after all the others."""

    def told(probe: ProbeKind) -> Answer:
        return _exchange(probe, "15.1.2176" if probe is LOGON else "", PAGE)

    answers = [told(OWA)]
    while (step := next_step(_talk(*answers), looks=4)) is not None:
        answers.append(told(step.probe))
        assert step.fresh is (len(answers) > 4)
    assert [one.probe for one in answers] == [OWA, LOGON, ProbeKind.MANIFEST, EWS, LOGON, LOGON]


def test_a_pool_that_a_further_look_finds_is_asked_until_each_has_a_build() -> None:
    """As with two looks; no endpoint is asked more often than any may be."""
    answers = [_exchange(build=VULNERABLE, server="EX01"), _exchange(LOGON, server="EX01")]
    answers.append(_exchange(build="15.0.1497.2", server="EX02"))
    assert next_step(_talk(*answers), looks=3) is None
    answers[2] = _exchange(server="EX02")
    assert next_step(_talk(*answers), looks=3) == Step(OWA, "", fresh=True)
    while (step := next_step(_talk(*answers), looks=99)) is not None:
        answers.append(_exchange(step.probe, VULNERABLE, server="EX01"))
    assert len(answers) == MOST_ANSWERS


def test_which_answers_came_over_one_connection() -> None:
    """A page that is asked again, another name or port, and what follows a fix have their own."""
    first = _exchange(build=VULNERABLE)
    page = _exchange(LOGON, "15.1.2176", PAGE)
    assert one_connection([])
    assert one_connection([first])
    assert one_connection([first, page])
    assert one_connection([_exchange(), page, _exchange(EWS, FIXED)])
    assert not one_connection([first, first])
    assert not one_connection([first, replace(page, host=NAME)])
    assert not one_connection([first, _exchange(ProbeKind.BACK_END)])
    assert not one_connection([_exchange(build=FIXED), page])
    assert not one_connection([replace(first, hints=(BALANCER,)), page])


@given(
    st.sampled_from([VULNERABLE, FIXED, "15.2.2562.46", ""]),
    st.sampled_from(["", "EX01"]),
    st.sampled_from([(), (BALANCER,)]),
    st.integers(1, 5),
)
def test_what_one_connection_showed_is_known_from_the_answers(
    build: str, server: str, hints: tuple[str, ...], looks: int
) -> None:
    """As the steps were planned, so they are told."""
    answers = [replace(_exchange(build=build, server=server), hints=hints)]
    fresh = False
    while (step := next_step(_talk(*answers), looks=looks)) is not None:
        fresh = fresh or step.fresh
        told = build if step.probe is OWA else ""
        answers.append(replace(_exchange(step.probe, told, server=server), hints=hints))
    assert one_connection(answers) is not fresh


def test_the_cloud_service_is_left_alone() -> None:
    """Its build decides nothing; its certificate shows that it is the cloud."""
    online = replace(_exchange(), online=True)
    assert next_step(_talk(online, tls=_tls("outlook.office365.com")), back_end=True) is None
    assert next_step(_talk(online, tls=_tls("*.outlook.com")), looks=5) is None


def test_who_only_says_that_it_is_the_cloud_is_looked_at_once_more() -> None:
    """Headers are easily sent: under another certificate, or none, the logon page is asked too."""
    online = replace(_exchange(), online=True)
    signed = Tls("x", "x", Certificate("", names=("outlook.office365.com",), self_signed=True))
    for tls in (None, _tls("EX01"), _tls(), signed, _tls("evil-outlook.com")):
        assert next_step(_talk(online, tls=tls)) == Step(LOGON, "")
        assert next_step(_talk(online, _exchange(LOGON), tls=tls), back_end=True) is None
        assert next_step(_talk(online, tls=tls, failure=Status.BROKEN)) is None


def test_other_names_where_the_bare_address_is_no_exchange() -> None:
    """Names of the endpoint, of redirects and of the certificate, two at most, each anew."""
    tls = _tls("www.example.com", "EX01", "mail.example.com")
    assert _names_asked(tls) == [NAME, "www.example.com"]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (("*.town.example",), ["mail.town.example", "autodiscover.town.example"]),
        (("*.town.example", "town.example"), ["mail.town.example", "autodiscover.town.example"]),
        (("www.town.example", "*.Town.Example"),
         ["mail.town.example", "autodiscover.town.example"]),
        (("*.town.example", "owa.town.example"), ["owa.town.example", "mail.town.example"]),
        (("*.town.example", "mail.town.example"),
         ["mail.town.example", "autodiscover.town.example"]),
        (("*", "*.", "*.*.x", "x.*.town.example"), []),
    ],
)  # fmt: skip
def test_a_wildcard_stands_for_what_mail_servers_are_called(
    names: tuple[str, ...], asked: list[str]
) -> None:
    """Behind names of mail servers that the certificate spells out, before all others."""
    assert _names_asked(_tls(*names)) == asked


def _names_asked(tls: Tls) -> list[str]:
    """By which names an address is asked that has nothing to show by any."""
    answers = [_other()]
    while (step := next_step(_talk(*answers, tls=tls))) is not None:
        assert step.fresh == (step.probe is OWA)
        answers.append(_other(step.probe, step.host or ADDRESS))
    return [one.host for one in answers[1:] if one.probe is OWA]


def test_the_web_services_where_there_is_no_name() -> None:
    """They may be published alone."""
    assert next_step(_talk(_other())) == Step(EWS, "")
    assert next_step(_talk(_other(), _other(EWS))) is None


def test_what_is_something_else_is_not_asked_by_unlikely_names() -> None:
    """A page of its own ends it, but for a name that mail servers have."""
    page = _other(status=200, hints=(), other="a page")
    assert next_step(_talk(page, tls=_tls("www.example.com"))) == Step(EWS, "")
    assert next_step(_talk(page, tls=_tls(NAME))) == Step(OWA, NAME, fresh=True)


def test_the_name_that_the_address_sends_to_is_asked() -> None:
    """On the same address: no redirect is followed off it, and none into the cloud."""
    sent = _other(status=302, hints=(), redirect=NAME)
    assert next_step(_talk(sent)) == Step(OWA, NAME, fresh=True)
    cloud = _other(status=302, hints=(), redirect="outlook.office.com")
    assert next_step(_talk(cloud)) == Step(EWS, "")


def test_pages_without_end_are_left() -> None:
    """They cost more than they tell."""
    assert next_step(_talk(_other(hints=(TRUNCATED,)), tls=_tls(NAME))) is None


def test_after_a_failure() -> None:
    """A name may help a connection that broke or a handshake without one; silence ends it."""
    broken = Answer(OWA, ADDRESS, 0, error="reset")
    tls = _tls(NAME, "owa.example.com")
    assert next_step(_talk(broken, tls=tls, failure=Status.BROKEN)) == Step(OWA, NAME, fresh=True)
    again = replace(broken, host=NAME)
    assert next_step(_talk(broken, again, tls=tls, failure=Status.BROKEN)) is None
    for failure in (Status.NO_ANSWER, Status.REFUSED, Status.UNREACHABLE):
        assert next_step(_talk(broken, tls=tls, failure=failure)) is None
    named = _talk(again, names=(NAME, "b.example.com"), failure=Status.TLS_FAILED)
    assert next_step(named) is None


def test_other_ports_only_where_they_are_allowed_and_once() -> None:
    """After all else, and not where nobody is at home."""
    done = [_exchange(build="15.0.1367.3"), _exchange(LOGON, "15.0.1367", PAGE)]
    assert next_step(_talk(*done)) is None
    step = next_step(_talk(*done), back_end=True, smtp=True)
    assert step == Step(ProbeKind.BACK_END, "", fresh=True)
    done.append(Answer(ProbeKind.BACK_END, ADDRESS, 0, error="refused"))
    step = next_step(_talk(*done), back_end=True, smtp=True)
    assert step == Step(ProbeKind.SMTP, "", fresh=True)
    done.append(Answer(ProbeKind.SMTP, ADDRESS, 220))
    assert next_step(_talk(*done), back_end=True, smtp=True) is None
    silent = _talk(Answer(OWA, ADDRESS, 0), failure=Status.NO_ANSWER)
    assert next_step(silent, back_end=True, smtp=True) is None


_ANSWERS = st.builds(
    Answer,
    st.sampled_from(list(ProbeKind)),
    st.sampled_from([ADDRESS, NAME, "b.example.com"]),
    st.sampled_from([0, 200, 302, 401, 403, 404]),
    witnesses=st.lists(
        st.builds(
            Witness,
            st.sampled_from([OWA_VERSION, PAGE, MANIFEST]),
            st.sampled_from([VULNERABLE, FIXED, "15.1.2176", "14.3.513.0", "99.1.1"]),
        ),
        max_size=2,
    ).map(tuple),
    signs=st.sampled_from([(), (), ("x",), (FRONT_END,)]),
    servers=st.sampled_from([(), ("EX01",), ("EX02",)]),
    gateway=st.sampled_from(["", "", UNKNOWN_GATEWAY, "F5 BIG-IP APM"]),
    redirect=st.sampled_from(["", "", "c.example.com"]),
)


@given(
    st.lists(_ANSWERS, min_size=1, max_size=20),
    st.sampled_from([None, *Status]),
    st.sampled_from([(), (NAME,), (NAME, "b.example.com", "c.example.com")]),
    st.integers(1, 4),
)
def test_every_conversation_ends(
    answers: list[Answer], failure: Status | None, names: tuple[str, ...], looks: int
) -> None:
    """Whatever is answered, no endpoint is asked more than a few times."""
    talk = _talk(names=names, tls=_tls("d.example.com"))
    count = 0
    while (step := next_step(talk, back_end=True, smtp=True, looks=looks)) is not None:
        request_bytes(step, talk.endpoint, "x")
        answer = answers[count % len(answers)]
        talk.answers.append(replace(answer, probe=step.probe, host=step.host or ADDRESS))
        talk.failure = failure if answer.status == 0 else None
        count += 1
        assert count <= MOST_ANSWERS


def test_the_request_is_a_plain_get() -> None:
    """Nothing but the host and the user agent changes in what is sent."""
    endpoint = Endpoint("x", ADDRESS, 443)
    sent = request_bytes(Step(OWA, NAME), endpoint, "Alpheus (+https://example.com/contact)")
    assert sent == (
        b"GET /owa/ HTTP/1.1\r\nHost: mail.example.com\r\n"
        b"User-Agent: Alpheus (+https://example.com/contact)\r\nAccept: */*\r\n"
        b"Accept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n"
    )
    assert request_bytes(Step(ProbeKind.SMTP, NAME), endpoint, "x") == b""


@pytest.mark.parametrize(
    ("endpoint", "step", "host"),
    [
        (Endpoint("x", ADDRESS, 8443), Step(OWA, ""), b"192.0.2.7:8443"),
        (Endpoint("x", "2001:db8::1", 443), Step(OWA, ""), b"[2001:db8::1]"),
        (Endpoint("x", "fe80::1%eth0", 444), Step(OWA, ""), b"[fe80::1]:444"),
        (Endpoint("x", ADDRESS, 80, scheme="http"), Step(OWA, NAME), b"mail.example.com"),
        (Endpoint("x", ADDRESS, 443), Step(ProbeKind.BACK_END, NAME), b"mail.example.com:444"),
    ],
)
def test_the_host_header(endpoint: Endpoint, step: Step, host: bytes) -> None:
    """The name or the address, with the port where it is not the scheme's own."""
    assert b"\r\nHost: " + host + b"\r\n" in request_bytes(step, endpoint, "x")


@pytest.mark.parametrize(
    "host", ["a\r\nX: y", "a b.example", "-", "a..b", "\u00e4.example", "x/y.de"]
)
def test_a_host_that_could_smuggle_is_refused(host: str) -> None:
    """Names come from certificates that strangers wrote."""
    assert not is_host_name(host)
    with pytest.raises(ValueError, match="neither a host name"):
        request_bytes(Step(OWA, host), Endpoint("x", ADDRESS, 443), "x")


@pytest.mark.parametrize("agent", ["", "a\r\nCookie: b", "x" * 301, "\u00e4"])
def test_a_user_agent_that_could_smuggle_is_refused(agent: str) -> None:
    """It comes from a file or the command line."""
    with pytest.raises(ValueError, match="User-Agent"):
        request_bytes(Step(OWA, NAME), Endpoint("x", ADDRESS, 443), agent)


def test_ports() -> None:
    """The back end and SMTP have ports of their own."""
    endpoint = Endpoint("x", ADDRESS, 8443)
    steps = [Step(kind, "") for kind in (OWA, ProbeKind.BACK_END, ProbeKind.SMTP)]
    assert [port_of(step, endpoint) for step in steps] == [8443, 444, 25]


def test_nothing_of_an_exploit_is_ever_asked() -> None:
    """The paths are public pages; no source file of the room holds a primitive of an exploit."""
    assert set(PATHS) == set(ProbeKind) - {ProbeKind.SMTP}
    assert all(re.fullmatch(r"/[\w./]+(\?replaceCurrent=1)?", path) for path in PATHS.values())
    forbidden = re.compile(
        r"x-anonresource|x-beresource|autodiscover\.json|proxylogon\.ecp|ddiservice|/ecp/\w+\.js"
        r"|authorization:|(?-i:\bCookie: |\bPOST\b)",
        re.IGNORECASE,
    )
    folder = Path(plan.__file__).parent
    for path in folder.glob("*.py"):
        assert not forbidden.search(path.read_text("utf-8")), path.name


def test_front_ends_are_those_that_name_themselves() -> None:
    """A back end's name is none."""
    assert front_ends([_exchange(server="EX01"), replace(_exchange(), servers=("BE",))]) == {"ex01"}
