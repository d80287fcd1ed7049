"""A file from its bytes to observations."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.imports import KINDS, ImportedFile, Loss, UnknownKindError
from alpheus.exposure.imports.reading import LISTED_LOSSES
from alpheus.exposure.output.jsonl import encode
from exposure.imports.import_samples import imported, write

BEGINNINGS = [
    b"", b"{", b"[{", b'{"ip_str": "192.0.2.1", "port": 1, "http": ',
    b'{"ip": "192.0.2.1", "data":',
    b'{"ip": "192.0.2.1", "services": [', b'{"type": "bundle", "objects": [{"type": ',
    b'{"Event": {"Attribute": [{"type": "ip-dst", "value": ', b"<nmaprun><host>",
    b"timestamp,ip,port,asn,geo\n", b"open tcp 443 ", b'{"url": "https://a.example/", "input": ',
]  # fmt: skip


def test_a_kind_that_is_not_known_names_those_that_are(tmp_path: Path) -> None:
    """One line with all of them, and the way out."""
    with pytest.raises(UnknownKindError) as raised:
        ImportedFile(write(tmp_path, "x", "hello"))
    assert all(kind in str(raised.value) for kind in KINDS)
    assert "--kind" in str(raised.value)
    assert raised.value.exit_status == 3


def test_every_loss_is_told_and_counted(tmp_path: Path) -> None:
    """The first are kept; all go to who asks for them; reasons are counted."""
    path = write(tmp_path, "x", "ip\n" + "?\n" * (LISTED_LOSSES + 5) + "192.0.2.7\n")
    file = ImportedFile(path)
    heard: list[Loss] = []
    assert len(list(file.observations(heard.append))) == 1
    assert len(heard) == file.tally.lost == LISTED_LOSSES + 5
    assert len(file.tally.losses) == LISTED_LOSSES
    assert file.tally.reasons == {"neither an address nor a name": LISTED_LOSSES + 5}


@settings(max_examples=300)
@given(data=st.binary(max_size=200), begin=st.sampled_from(BEGINNINGS), kind=st.sampled_from(KINDS))
def test_any_bytes_as_any_kind(tmp_path: Path, data: bytes, begin: bytes, kind: str) -> None:
    """Nothing raises, and what comes out can be written."""
    found, _ = imported(write(tmp_path, "x", begin + data), kind=kind)
    assert all(encode(observation).endswith(b"\n") for observation in found)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8)
    | st.sampled_from(["192.0.2.7", "HTTP/1.1 200 OK\r\nX-OWA-Version: 15.1.2176.9\r\n\r\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "ip_str", "port", "ip", "data", "http", "services", "host", "ssl", "cert", "vulns", "url",
        "result", "response", "headers", "unknown", "status_code", "body", "tls", "endpoints",
        "type", "value", "pattern", "objects", "Event", "Attribute", "Object", "Tag", "name",
        "ports", "service", "banner", "input", "header", "info", "template-id", "redirects",
    ]), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300)
@given(value=st.lists(_JSON, max_size=3), kind=st.sampled_from(KINDS))
def test_any_shape_as_any_kind(tmp_path: Path, value: object, kind: str) -> None:
    """The names that readers look for, with anything under them."""
    import json  # noqa: PLC0415 - only here

    found, _ = imported(write(tmp_path, "x", json.dumps(value)), kind=kind)
    assert all(encode(observation) for observation in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\xef\xbb\xbf\n \n", "is empty"), (b"PK\x03\x04\0\0", "save its table"),
     (b"%PDF-1.7\n", "is a PDF"), (b"\0\1\2", "none of the kinds that can be read")],
)  # fmt: skip
def test_what_is_no_list(tmp_path: Path, content: bytes, said: str) -> None:
    """It is said what to do with it."""
    with pytest.raises(UnknownKindError, match=said):
        ImportedFile(write(tmp_path, "list", content))
