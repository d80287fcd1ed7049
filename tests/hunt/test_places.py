"""Where the fields of a rule stand in a timeline; tests/hunt/test_sigma.py tries it at length."""

from __future__ import annotations

from alpheus.detect.sigma.fields import field_name
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.names import Kind
from alpheus.hunt.places import Place, Places


def test_a_field_with_a_column_is_looked_for_there_and_where_it_is_written_otherwise() -> None:
    """Whatever names the files have: in other letters, with blanks, with several values."""
    places = Places("iis", ["C-IP", "x", "sc-status", "x[2]", "It's"])
    assert places.of(field_name(Dialect.NATIVE, "c-ip")) == [
        Place('"client"'), Place("fields['C-IP']")
    ]  # fmt: skip
    assert places.of(field_name(Dialect.WEBSERVER, "status")) == [
        Place('"status"::VARCHAR', number="status"), Place("fields['sc-status']")
    ]  # fmt: skip
    assert places.of(field_name(Dialect.NATIVE, "X")) == [
        Place("fields['x']"), Place("fields['x[2]']")
    ]  # fmt: skip
    assert places.of(field_name(Dialect.NATIVE, "it's")) == [Place("fields['It''s']")]
    assert places.of(field_name(Dialect.NATIVE, "absent")) == []


def test_what_the_matcher_makes_of_several_is_told() -> None:
    """A whole URL is stem and query; a hash is part of a list; some things are not known."""
    url = Places("iis", []).of(field_name(Dialect.WEBSERVER, "c-uri")) or []
    assert [(one.sql, one.kind, one.joined) for one in url] == [
        ('"url"', Kind.STEM, True), ('"query"', Kind.QUERY, True)
    ]  # fmt: skip
    assert Places("sysmon", ["Hashes"]).of(field_name(Dialect.NATIVE, "md5")) == [
        Place("fields['Hashes']", plain=False)
    ]
    assert Places("iis", None).of(field_name(Dialect.NATIVE, "x")) is None
    assert Places("iis", ["date"]).of(field_name(Dialect.NATIVE, "date")) is None
    audited = Places("windows-security", [])
    assert audited.of(field_name(Dialect.PROCESS_CREATION, "user")) is None
    assert Places("iis", None).every() is None
    assert "fields['x']" in (Places("iis", ["x"]).every() or ())
