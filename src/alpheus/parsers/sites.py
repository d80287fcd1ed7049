"""Which web site an IIS log belongs to: Exchange's front end, its back end, or another."""

from __future__ import annotations

import re

_SITE = re.compile(r"W3SVC(\d{1,10})(?!\d)", re.IGNORECASE | re.ASCII)
_BACK_END_PORTS = frozenset({"444", "445"})


def site_label(name: str) -> str | None:
    """`iis-site-N` for the last `W3SVC<N>` in a path or a site name, or None."""
    numbers = _SITE.findall(name)
    return f"iis-site-{int(numbers[-1])}" if numbers else None


def port_label(port: str | None) -> str:
    """The site that Exchange's set-up binds to a port: 444 and 445 are the back end."""
    return "iis-site-2" if port in _BACK_END_PORTS else "iis-site-1"
