"""Which web site an IIS log belongs to."""

from __future__ import annotations

import pytest

from alpheus.parsers.sites import port_label, site_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("C%3A/inetpub/logs/LogFiles/W3SVC2/u_ex210303.log", "iis-site-2"),
        ("w3svc1/copy/W3SVC20/x.log", "iis-site-20"),
        ("W3SVC01", "iis-site-1"),
        ("logs/x.log", None),
        ("W3SVC99999999999", None),
    ],
)
def test_the_site_is_in_the_folder(name: str, label: str | None) -> None:
    """The innermost `W3SVC<N>` counts, in any case."""
    assert site_label(name) == label


def test_the_port_tells_the_back_end() -> None:
    """444 and 445 are bound to Exchange's back end; everything else is the front."""
    assert [port_label(port) for port in ("444", "445", "443", "80", None)] == [
        "iis-site-2", "iis-site-2", "iis-site-1", "iis-site-1", "iis-site-1",
    ]  # fmt: skip
