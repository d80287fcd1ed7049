"""Evidence of another server shows nothing of this one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alpheus.errors import EvidenceFormatError, UsageError
from alpheus.report.assessment_file import Assessment
from alpheus.respond.verification_server import Renamed, same_server
from clean_assessments import citation, document, finding, read, server


def _of(*names: str, package: str = "", **more: Any) -> Assessment:
    whole = document(*(server(name, **more) for name in names))
    return msgspec.convert(whole | {"evidence": [{"name": package}]}, Assessment)


def _same(old: Assessment, new: Assessment) -> tuple[str, bool]:
    found = same_server(old, old.servers[0], new)
    return found.after.name, not found.by_word


def test_a_server_is_known_by_any_of_its_names() -> None:
    """In any case, with or without its domain, among others."""
    assert _same(_of("EX01"), _of("OTHER", "EX01")) == ("EX01", True)
    assert _same(_of("EX01"), _of("MAIL", aliases=["ex01.corp.example"])) == ("MAIL", True)
    assert _same(_of("NEW", aliases=["ex01"]), _of("EX01")) == ("EX01", True)


def test_another_server_is_refused() -> None:
    """And it says which it is."""
    with pytest.raises(EvidenceFormatError, match="is of EX77, and the assessment is of EX01"):
        _same(_of("EX01"), _of("EX77"))


def test_evidence_that_names_no_computer_is_of_whom_the_caller_says() -> None:
    """It is called after its package; that the package is called as before is no proof."""
    nameless = _of("evidence", package="evidence")
    assert _same(_of("EX01"), nameless) == ("evidence", False)
    assert _same(_of("EX01"), _of("web.zip", package="outer")) == ("web.zip", False)
    assert _same(nameless, nameless) == ("evidence", False)
    assert _same(nameless, _of("EX01")) == ("EX01", False)
    assert _same(_of("EX01"), _of("EX01", package="EX01")) == ("EX01", True)
    assert _same(_of("EX01", package="EX01"), _of("EX01")) == ("EX01", False)


def test_what_names_no_computer_counts_to_it() -> None:
    """A page in a package of its own is not passed over; of each source the last record counts."""
    page = finding("page-foreign", citation("C/x.aspx"))
    logs, web = server("EX01"), server("web.zip", page)
    new = msgspec.convert(document(logs, web) | {"evidence": [{"name": "web.zip"}]}, Assessment)
    old = _of("EX01")
    found = same_server(old, old.servers[0], new)
    assert [one.rule for one in found.after.findings] == ["page-foreign"]
    assert len(found.after.coverage) == 1
    assert found.by_word


def test_a_package_without_a_name_counts_on_word_alone() -> None:
    """Though nothing was found in it: its folders would show what is of another computer."""
    logs = server("EX01", packages=["E1"])
    web = server("web.zip", coverage=[])
    new = msgspec.convert(document(logs, web) | {"evidence": [{"name": "web.zip"}]}, Assessment)
    old = _of("EX01")
    found = same_server(old, old.servers[0], new)
    assert (found.by_word, found.packages) == (True, frozenset({"E1"}))


@pytest.mark.parametrize(("ours", "theirs", "same"), [
    ("ex01.a.example", "ex01.b.example", False), ("ex01.a.example", "ex01.a.example", True),
    ("ex01.a.example", "", True), ("", "ex01.b.example", True),
])  # fmt: skip
def test_one_short_name_in_two_domains_is_two_servers(ours: str, theirs: str, same: bool) -> None:
    """Where one of the two is written without its domain, it may be it."""
    old = _of("EX01", aliases=[ours] if ours else [])
    new = _of("EX01", aliases=[theirs] if theirs else [])
    if same:
        assert _same(old, new) == ("EX01", True)
    else:
        with pytest.raises(EvidenceFormatError, match=r"is of EX01 \(ex01\.b\.example\)"):
            _same(old, new)


def test_others_are_told() -> None:
    """Where was looked cannot be told apart then."""
    old = _of("EX01")
    assert same_server(old, old.servers[0], _of("EX01", "EX02")).others == ("EX02",)


def test_several_that_may_be_it_are_refused() -> None:
    """None of them is taken by guess."""
    with pytest.raises(EvidenceFormatError):
        _same(_of("evidence", package="evidence"), _of("EX01", "EX02"))


def test_parts_of_a_server_tell_together_how_many_pages_are_not_named() -> None:
    """What one part left out of its list is not in that of all."""
    pages = {"read": 9, "total": 7, "files": [{"path": "C/a.aspx", "sha256": "1" * 64}]}
    new = read(server("mail.zip", pages=pages), server("MX01", aliases=["MX01.example.org"],
                                                       pages=pages))  # fmt: skip
    old = read(server("MX01", aliases=["MX01.example.org"]))
    found = same_server(old, old.server(), new).after.pages
    assert found is not None
    assert (found.read, found.total, len(found.files)) == (18, 14, 2)


RENAMED = Renamed("MX01", "MX02")


def test_a_server_that_was_renamed_is_taken_on_word_alone() -> None:
    """Under its new name, or under both: logs of before call it as it was called then."""
    old = _of("MX01", aliases=["mx01.a.example"])
    with pytest.raises(EvidenceFormatError, match="--renamed OLD=NEW"):
        same_server(old, old.servers[0], _of("MX02"))
    for new in (_of("MX02"), _of("MX01", "MX02"), _of("MX02", "MX01")):
        found = same_server(old, old.servers[0], new, RENAMED)
        assert (found.after.name, found.by_word, found.others) == ("MX02", False, ())
        assert "mx02" in found.names
    also = same_server(old, old.servers[0], _of("MX02", "DC01"), RENAMED)
    assert also.others == ("DC01",)


def test_a_new_name_that_the_evidence_has_not_or_has_twice_is_refused() -> None:
    """The old name alone is no evidence of the time since; two domains are two servers."""
    old = _of("MX01")
    with pytest.raises(EvidenceFormatError, match="which MX02 names now by --renamed"):
        same_server(old, old.servers[0], _of("MX01"), RENAMED)
    domains = (server("MX02", aliases=[f"mx02.{one}.example"]) for one in "ab")
    two = msgspec.convert(document(*domains), Assessment)
    with pytest.raises(EvidenceFormatError):
        same_server(old, old.servers[0], two, RENAMED)


def test_an_old_name_that_the_assessment_has_not_is_refused() -> None:
    """With what to write."""
    with pytest.raises(UsageError, match="is of MX07; write --renamed MX07=MX02"):
        RENAMED.check(_of("MX07").servers[0])
