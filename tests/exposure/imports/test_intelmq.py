"""IntelMQ events."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from exposure.imports.import_samples import imported, lines, losses, observations, write

EVENT: dict[str, Any] = {
    "__type": "Event", "classification.taxonomy": "vulnerable",
    "classification.type": "vulnerable-system", "classification.identifier": "cve-2021-26855",
    "feed.name": "exchange", "feed.provider": "A CERT", "source.ip": "192.0.2.7",
    "source.port": 443, "source.fqdn": "mail.example.org", "source.asn": 64496,
    "time.source": "2021-03-10T04:05:06+00:00", "time.observation": "2021-03-11T00:00:00+00:00",
    "tlp": "AMBER",
}  # fmt: skip


def _table(*events: dict[str, Any]) -> str:
    stream = io.StringIO()
    columns = list(dict.fromkeys(name for one in events for name in one))
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(events)
    return stream.getvalue()


def _nested(event: dict[str, Any]) -> dict[str, Any]:
    """The event as IntelMQ writes it where it is told to write hierarchies."""
    found: dict[str, Any] = {}
    for name, value in event.items():
        outer, dot, inner = name.partition(".")
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = value
    return found


@pytest.mark.parametrize("content", [lines(EVENT), _table(EVENT), lines(_nested(EVENT))])
def test_a_flaw_is_its_word(tmp_path: Path, content: str) -> None:
    """Flat, nested or a table: where it is, when, who says so, under which label."""
    found, file = imported(write(tmp_path, "list", content))
    assert file.kind == "intelmq"
    (one,) = found
    assert (one.address, one.port, one.names) == ("192.0.2.7", 443, ("mail.example.org",))
    assert one.cves["CVE-2021-26855"].state == "vulnerable"
    assert one.flags == ()
    assert one.time == "2021-03-10T04:05:06Z"
    assert one.provenance is not None
    assert (one.provenance.source, one.provenance.tlp) == ("A CERT", "TLP:AMBER")
    assert one.attributes["source.asn"] == "64496"


@pytest.mark.parametrize(
    ("kind", "flags"),
    [("system-compromise", ("compromised-reported",)),
     ("infected-system", ("compromised-reported",)),
     ("undetermined", ()), ("weak-crypto", ()), ("", ()), ("brute-force", ("indicator",)),
     ("c2-server", ("indicator",))],
)  # fmt: skip
def test_the_type_tells_whose_server_it_is(
    tmp_path: Path, kind: str, flags: tuple[str, ...]
) -> None:
    """Of one that was broken into, of one that is merely there, or of an attacker; none is open."""
    (found,) = observations(tmp_path, lines({**EVENT, "classification.type": kind}))
    assert found.flags == flags
    assert found.cves == {}


def test_a_build_of_exchange_is_judged(tmp_path: Path) -> None:
    """By the table of builds; of another product it says nothing."""
    told = {**EVENT, "extra.product": "Exchange Server 2016", "extra.build": "15.1.2106.6"}
    another = {**told, "extra.product": "SharePoint", "classification.identifier": "x"}
    exchange, other = observations(tmp_path, lines(told, another))
    assert (exchange.build, exchange.exchange) == ("15.1.2106.6", True)
    assert (other.build, other.exchange) == (None, None)


def test_the_stricter_label_is_kept_where_the_format_has_none(tmp_path: Path) -> None:
    """`extra.tlp` goes before `tlp`."""
    (found,) = observations(tmp_path, lines({**EVENT, "extra.tlp": "TLP:AMBER+STRICT"}))
    assert found.provenance.tlp == "TLP:AMBER+STRICT"


def test_a_url_or_a_computer_s_name_is_a_place(tmp_path: Path) -> None:
    """Where there is neither address nor name; without any of these the event leads nowhere."""
    bare = {name: value for name, value in EVENT.items() if not name.startswith("source.")}
    url = {**bare, "source.url": "https://mail.example.org/aspnet_client/x.aspx"}
    computer = {**bare, "source.local_hostname": "EX01"}
    content = lines(url, computer, bare)
    one, two = observations(tmp_path, content)
    assert (one.names, one.attributes["url"]) == (("mail.example.org",), url["source.url"])
    assert (two.servers, two.target) == (("EX01",), "EX01")
    assert losses(tmp_path, content) == [(3, "neither an address nor a name")]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A port and a time that are none, and rows that are none."""
    odd = {**EVENT, "source.port": "web", "time.source": "soon", "time.observation": ""}
    found, file = imported(write(tmp_path, "list", lines(odd)))
    assert (found[0].port, found[0].time) == (0, "")
    said = " ".join(file.notes)
    assert "'web'" in said
    assert "'soon'" in said
    assert losses(tmp_path, _table(EVENT) + "a,b\n", "table")[0][0] == 3
