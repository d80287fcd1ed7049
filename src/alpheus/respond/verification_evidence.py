"""What a finding rests on: a file that is the finding as it lies there, or a record of the past.

A file is one whatever it is called; what a log says has a time, and stays in it. A log that is
damaged may hold lines without one. A volume's own list of files names a file that is there, or was.
"""

from __future__ import annotations

import re

from alpheus.evidence.address import on_volume, windows_path
from alpheus.report.assessment_file import Citation, Finding
from alpheus.respond.verification_listing import TABLES, folder_of, place_of

LOGS = (".log", ".evtx", ".jsonl", ".json", ".csv", ".txt", ".xml", ".gz")
"""Ends of names of files that hold records, where they lie among logs."""

_OF_LOGS = re.compile(
    r"/(?:logs?|logfiles|logging|eventlogs?|winevt|messagetracking|exchangesetuplogs"
    r"|debug|history)/|/(?:u_ex|u_in|httpproxy_|httperr|ecpserver|msert|exchangesetup)[^/]*\Z"
)
_WEB = re.compile(
    r"/(?:wwwroot|aspnet_client|frontend/httpproxy|clientaccess|temporary asp\.net files)(?:/|\Z)"
)
_LISTED = re.compile(r"TargetFilename=(\\.*) Size=\d+ InUse=(true|false)(?: |\Z)", re.DOTALL)
_HISTORY = "/inetpub/history/"
"""Older configurations, which IIS keeps and does not use."""


def file_of(finding: Finding, citation: Citation) -> str | None:
    """Where the file lies that is the finding, for comparing; None where it is a record."""
    place = place_of(citation.path)
    if place.rpartition("/")[2] in TABLES:
        return _listed(citation, place)
    if not citation.sha256 or citation.record_id is not None or _HISTORY in place:
        return None
    if place.rpartition("/")[2].startswith("$"):
        return None
    if citation.line is None and citation.offset is None:
        return place
    is_record = place.endswith(LOGS) and (_is_dated(finding) or is_among_logs(place))
    return None if is_record else place


def _listed(citation: Citation, place: str) -> str | None:
    listed = _LISTED.match(citation.text)
    if listed is None:
        return place
    drive = (on_volume(citation.path) or ("C",))[0].lower()
    name = listed[1].replace("\\", "/").lower()
    return f"{drive}:{name}" if listed[2] == "true" else None


def is_among_logs(place: str) -> bool:
    """Whether a file of this place would be a log: none is in a folder that is served."""
    return _OF_LOGS.search(place) is not None and _WEB.search(folder_of(place) + "/") is None


def is_kept(citation: Citation) -> bool:
    """Whether it stands in an older configuration, or is a name that a volume has no file of."""
    place = place_of(citation.path)
    return _HISTORY in place or place.rpartition("/")[2] in TABLES


def in_shadow(path: str) -> bool:
    """Whether a file lies in a shadow copy, in which the past of a volume stays."""
    return on_volume(path) is None and windows_path(path).count("/") < f"/{path}".count("/")


def _is_dated(finding: Finding) -> bool:
    return bool(finding.time or finding.last)
