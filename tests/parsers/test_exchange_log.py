"""Any other Exchange text log."""

from __future__ import annotations

from textlogs import format_of, rows_of

_TRACKING = (
    "#Software: Microsoft Exchange Server\n#Version: 15.01.2176.002\n"
    "#Log-type: Message Tracking Log\n"
    "#Fields: date-time,client-ip,server-hostname,source,event-id,message-id\n"
)


def test_rows_come_under_the_names_of_the_header() -> None:
    """A server named in mail flow may be anybody's, so it is not the host of the record."""
    row = "2021-03-03T06:59:20.359Z,192.0.2.7,mx.elsewhere.example,SMTP,SEND,<a@b>\n"
    (read,) = rows_of((_TRACKING + row).encode())
    assert (read.label, read.host, read.build) == ("exchange-log", None, "15.1.2176.2")
    assert read.fields["event-id"] == "SEND"


def test_an_unknown_kind_is_still_read() -> None:
    """A `#Log-type` that was never met gives rows with their names."""
    content = "#Log-type: Something New\n#Fields: Timestamp,What\n2021-03-03T06:59:20Z,it\n"
    (read,) = rows_of(content.encode())
    assert read.fields["What"] == "it"


def test_a_placeholder_version_is_no_build() -> None:
    """Agent and SMTP logs print 15.0.0.0 whatever the build is."""
    content = _TRACKING.replace("15.01.2176.002", "15.0.0.0") + "2021-03-03T06:59:20Z,a\n"
    (read,) = rows_of(content.encode())
    assert read.build is None


def test_other_csv_files_are_not_taken() -> None:
    """A timestamp column does not make an Exchange log."""
    assert format_of(b"Timestamp,Name\n2021-03-03T06:59:20Z,x\n") is None
    assert format_of(b"") is None
    assert format_of(bytes(range(256)) * 10) is None
