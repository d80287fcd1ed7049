"""Addresses in stores: what they are, and what of them is never shown."""

from __future__ import annotations

import pytest

from alpheus.errors import UsageError
from alpheus.store.address import (
    Address,
    is_address,
    is_loopback,
    parse_address,
    quoted,
    web_name,
)


@pytest.mark.parametrize(
    ("text", "address", "name", "folder"),
    [
        ("s3://bucket/a/b.zip", Address("s3", "bucket", "a/b.zip"), "b.zip", False),
        ("S3://bucket/a/", Address("s3", "bucket", "a/"), "a", True),
        ("gs://bucket", Address("gs", "bucket"), "bucket", True),
        ("az://boxes/x/../y", Address("az", "boxes", "x/../y"), "y", False),
        ("https://host:444/a%20b.zip", Address("https", "host:444", "a%20b.zip"), "a%20b.zip", 0),
    ],
)
def test_an_address_is_bucket_and_key_as_the_store_has_them(
    text: str, address: Address, name: str, folder: object
) -> None:
    """Keys are not made tidy: `..` is part of one; a `/` at the end means all below it."""
    found = parse_address(text)
    assert found == address
    assert (found.name, found.is_folder) == (name, bool(folder))
    assert parse_address(str(found)) == found


@pytest.mark.parametrize("text", ["C:\\evidence", "/srv/s3", "s3", "a://", "folder/s3:x"])
def test_a_path_is_no_address(text: str) -> None:
    """Only a scheme with `://` makes an address; a path stays a path."""
    assert is_address(text) is text.startswith("a://")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftp://host/x", "known are s3://"),
        ("s3:///key", "name of a bucket"),
        ("s3://a/key", "name of a bucket"),
        ("s3://buck..et/key", "name of a bucket"),
        ("s3://bucket/" + "k" * 1_100, "1,024 bytes"),
        ("s3://AKIA:hush@bucket/key", "environment"),
        ("https://user:hush@host/key", "environment"),
        ("https://host/a b", "no blanks"),
        ("https://[::1/x", "a host"),
        ("http://host/x", "use https"),
    ],
)
def test_a_wrong_address_is_refused_with_its_remedy_and_without_its_secret(
    text: str, said: str
) -> None:
    """Credentials do not belong in an address, and a refusal does not repeat them."""
    with pytest.raises(UsageError, match=said) as caught:
        parse_address(text)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_signature_is_used_and_never_shown() -> None:
    """What stands behind `?` is in neither text nor representation."""
    found = parse_address("https://host/p.zip?X-Amz-Signature=hush")
    assert found.query == "X-Amz-Signature=hush"
    assert str(found) == "https://host/p.zip?…"
    assert "hush" not in repr(found)


def test_what_is_no_text_in_a_key_is_shown_encoded() -> None:
    """A control character cannot reach a terminal."""
    assert str(Address("s3", "bucket", "a\n\x1b[31m")) == "s3://bucket/a%0A%1B[31m"


def test_below_and_folder() -> None:
    """An object of the same bucket, and everything below an address."""
    address = Address("s3", "bucket", "a")
    assert str(address.folder()) == "s3://bucket/a/"
    assert address.folder().folder() == address.folder()
    assert str(address.below("x/y")) == "s3://bucket/x/y"


def test_a_key_as_the_path_of_a_request() -> None:
    """Only `/`, letters, digits and `-._~` stand for themselves."""
    assert quoted("a/b c+ü%\udcff") == "a/b%20c%2B%C3%BC%25%FF"


def test_web_names_are_decoded() -> None:
    """A web address is percent-encoded; the name of a package is not."""
    assert web_name(parse_address("https://host/a%20b.zip")) == "a b.zip"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    """This machine is known by name and number; everything else is another."""
    assert is_loopback(host)
    assert not is_loopback("localhost.example")
