"""nuclei."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exposure.imports.import_samples import HEAD, PAGE, lines, losses, observations

MATCH: dict[str, Any] = {
    "template-id": "ms-exchange-server", "info": {"name": "Exchange", "severity": "info"},
    "host": "https://mail.example.org", "ip": "192.0.2.7", "port": "443",
    "matched-at": "https://mail.example.org/owa/auth/logon.aspx",
    "extracted-results": ["15.1.2176"], "timestamp": "2021-03-10T04:05:06Z",
}  # fmt: skip
OPEN = {
    **MATCH, "template-id": "CVE-2021-26855", "extracted-results": None,
    "info": {"classification": {"cve-id": ["cve-2021-26855"]}},
}  # fmt: skip


def test_what_it_read_is_a_list_s_word(tmp_path: Path) -> None:
    """A version of the template for Exchange."""
    (found,) = observations(tmp_path, lines(MATCH))
    assert (found.build, found.precision) == ("15.1.2176", 3)
    assert (found.address, found.port, found.names) == ("192.0.2.7", 443, ("mail.example.org",))
    assert found.cves["CVE-2021-26855"].state == "undetermined"


def test_the_raw_answer_goes_before_it(tmp_path: Path) -> None:
    """As in every list."""
    (found,) = observations(tmp_path, lines({**MATCH, "response": HEAD + PAGE}))
    assert found.build == "15.1.2176.9"


def test_a_match_of_a_flaw_is_its_word(tmp_path: Path) -> None:
    """A template that did not match says nothing; one that contradicts the build is a conflict."""
    missed = {**OPEN, "matcher-status": False}
    hit, miss, both = observations(tmp_path, lines(OPEN, missed, {**OPEN, "response": HEAD + PAGE}))
    assert hit.cves["CVE-2021-26855"].state == "vulnerable"
    assert hit.exchange is True
    assert miss.cves == {}
    assert both.cves["CVE-2021-26855"].state == "undetermined"
    assert "conflict" in both.flags


def test_old_spellings_and_losses(tmp_path: Path) -> None:
    """`templateID` and `matched`; a host without a scheme."""
    old = {"templateID": "x", "matched": "192.0.2.9:8443", "host": "192.0.2.9:8443"}
    content = lines(old, {**MATCH, "ip": "", "matched-at": "", "host": ""}, {**MATCH, "port": "x"})
    (found,) = observations(tmp_path, content)
    assert (found.address, found.port) == ("192.0.2.9", 8443)
    assert losses(tmp_path, content) == [
        (2, "neither an address nor a name"), (3, "the port is no number from 0 to 65535"),
    ]  # fmt: skip
