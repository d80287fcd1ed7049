"""What a list is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.imports.detect import kind_of
from alpheus.exposure.imports.opening import Source
from exposure.imports.import_samples import lines, write

CONTENTS = [
    ("nmap", '<?xml version="1.0"?><nmaprun scanner="masscan">'),
    ("stix", json.dumps({"objects": [], "id": "bundle--1", "type": "bundle"})),
    ("misp", json.dumps({"Event": {}})),
    ("misp", json.dumps({"response": [{"Event": {}}]})),
    ("misp", json.dumps([{"Event": {}}], indent=1)),
    ("shodan", lines({"data": "x", "ip_str": "192.0.2.1", "port": 443})),
    ("shodan", json.dumps([{"data": '{"ip": 5}', "ip_str": "x", "port": 4}], indent=1)),
    ("nuclei", lines({"template-id": "x", "ip": "192.0.2.1"})),
    ("masscan", '[\n{ "ip": "192.0.2.1", "timestamp": "1", "ports": [ {"port": 4} ] }\n,\n'),
    ("masscan", "#masscan\nopen tcp 443 192.0.2.7 1615349106\n"),
    ("masscan", "open tcp 443 2001:db8::7 1615349106\n"),
    ("censys", lines({"ip": "192.0.2.1", "services": []})),
    ("censys", lines({"host": {"ip": "192.0.2.1", "services": []}})),
    ("zgrab2", lines({"ip": "192.0.2.1", "data": {"http": {}}})),
    ("zgrab2", lines({"domain": "a.example", "data": {}})),
    ("httpx", lines({"timestamp": "x", "url": "https://a.example", "input": "a.example"})),
    ("shadowserver", '"timestamp","ip","asn","geo"\n'),
    ("intelmq", lines({"__type": "Event", "classification.type": "x", "source.ip": "192.0.2.1"})),
    ("intelmq", lines({"classification": {"type": "x"}, "feed": {"name": "y"}})),
    ("intelmq", "classification.type,source.ip\nx,192.0.2.1\n"),
    ("csv", "host,owner\na.example,x\n"),
    ("csv", "192.0.2.7\n"),
    ("csv", "# a list\n\nmail.example.org\n"),
    ("csv", "name\tIP\n"),
    ("", "hello world\nnothing here\n"),
    ("", ""),
    ("", "<html></html>"),
    ("", '{"a": 1}'),
    ("", "[]"),
    ("", "\x89PNG\r\n\x00\x00192.0.2.1,a.example\n"),
]


@pytest.mark.parametrize(("kind", "content"), CONTENTS)
def test_content_tells_and_not_the_name(tmp_path: Path, kind: str, content: str) -> None:
    """With a byte order mark and blanks before it, too."""
    assert kind_of(Source(write(tmp_path, "list.xml", content))) == kind
    if content:
        assert kind_of(Source(write(tmp_path, "list", "\ufeff" + content))) == kind


def test_an_object_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    """The names before its end tell."""
    content = lines({"_shodan": {}, "ip_str": "x", "port": 4, "data": "x" * 3_000_000})
    assert kind_of(Source(write(tmp_path, "x", content))) == "shodan"


@given(data=st.binary(max_size=300), begin=st.sampled_from([b"", b"{", b"[{", b"<", b'"']))
def test_any_bytes(tmp_path: Path, data: bytes, begin: bytes) -> None:
    """Nothing raises."""
    kind_of(Source(write(tmp_path, "x", begin + data)))
