"""One timeline of a few requests and events, for all tests of hunts."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.hunt.session import Bounds
from timelines import timeline

IIS = (
    b"#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent)"
    b" sc-status time-taken\n"
    b"2021-03-03 06:59:20 POST /ecp/y.js a=1 - 198.51.100.7 python-requests/2.25 241 9\n"
    b"2021-03-03 07:00:20 GET /owa/ - CORP\\admin 203.0.113.9 Mozilla/5.0+(x) 200 9\n"
    b"2021-03-03 07:01:20 GET /owa/=cmd() - - 203.0.113.9 \x1b[31m\xe2\x80\xae 404 9\n"
)
PROXY = (
    b"#Log-type: HttpProxy Logs\n#Fields: DateTime,MajorVersion,Method,UrlStem,AnchorMailbox,"
    b"ClientIpAddress,HttpStatus,ServerHostName\n"
    b'2021-03-03T06:59:20.123Z,15,POST,/ecp/y.js,"ServerInfo~a]@b,c",198.51.100.7,241,EX01\n'
)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that timeline, and a file beside it that is none."""
    folder = tmp_path_factory.mktemp("timelines")
    timeline(folder / "EX01.parquet", {"W3SVC1/u_ex210303.log": IIS, "HttpProxy/x.log": PROXY})
    return folder


@pytest.fixture
def bounds() -> Bounds:
    """Bounds that no test comes near."""
    return Bounds(memory=512, seconds=60, threads=1)
