"""Reading targets as operators write them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import UsageError
from alpheus.exposure.target_list import Place
from alpheus.exposure.targets import LISTED, read_targets, split_url


def hosts(*items, **options):
    """Host, port and scheme of every target."""
    return [(t.host, t.port, t.scheme) for t in read_targets(items, **options)]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("192.0.2.1", ("192.0.2.1", None, "https")),
        ("192.0.2.1:8443", ("192.0.2.1", 8443, "https")),
        ("2001:DB8:0:0::1", ("2001:db8::1", None, "https")),
        ("[2001:db8::1]", ("2001:db8::1", None, "https")),
        ("[2001:db8::1]:8443", ("2001:db8::1", 8443, "https")),
        ("::ffff:192.0.2.1", ("192.0.2.1", None, "https")),
        ("Mail.Example.ORG", ("mail.example.org", None, "https")),
        ("mail.example.org:4443", ("mail.example.org", 4443, "https")),
        ("mail.example.org/owa/", ("mail.example.org", None, "https")),
        ("https://mail.example.org/owa/?a=b#c", ("mail.example.org", None, "https")),
        ("HTTPS://[2001:db8::1]:8443/owa", ("2001:db8::1", 8443, "https")),
        ("https://mail.example.org:8443?x", ("mail.example.org", 8443, "https")),
        ("http://mail.example.org", ("mail.example.org", 80, "http")),
        ("http://192.0.2.1:8080/", ("192.0.2.1", 8080, "http")),
        ("mail.example.org:80", ("mail.example.org", 80, "http")),
        ("https://mail.example.org:80", ("mail.example.org", 80, "https")),
        ("münchen.example", ("xn--mnchen-3ya.example", None, "https")),
        ("https://münchen.example:444/", ("xn--mnchen-3ya.example", 444, "https")),
        (" 192.0.2.1 ", ("192.0.2.1", None, "https")),
    ],
)
def test_hosts_are_read_in_all_spellings(text, target):
    """Addresses, names and URLs, with or without a port; the path does not matter."""
    assert hosts(text) == [target]


def test_networks_and_ranges_are_all_their_addresses():
    """The first and the last address too: how a network is divided inside is not known."""
    assert [t.host for t in read_targets(["192.0.2.254/31", "198.51.100.9-11", "2001:db8::/127"])] \
        == ["192.0.2.254", "192.0.2.255", "198.51.100.9", "198.51.100.10", "198.51.100.11",
            "2001:db8::", "2001:db8::1"]  # fmt: skip
    assert len(read_targets(["127.0.0.0/8"])) == 1 << 24
    assert len(read_targets(["2001:db8::/108"])) == 1 << 20


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("126.0.0.0/7", "has 33,554,432 addresses; give networks of at most 16,777,216 (a /8)"),
        ("0.0.0.0-255.255.255.255", "has 4,294,967,296 addresses"),
        ("2001:db8::/64", "at most 1,048,576 (a /108), or the addresses and names"),
        ("192.0.2.0/33", "an IPv4 prefix is 0 to 32"),
        ("192.0.2.9-1", "ends before it begins"),
        ("192.0.2.300", "no IP address"),
        ("192.0.2.1.", "no IP address"),
        ("0300.0.2.1", "no IP address"),
        ("2130706433", "no IP address"),
        ("2001:db8::zz", "no IP address"),
        ("mail.example.org:99999", "'99999' is no port"),
        ("mail.example.org:owa", "'owa' is no port"),
        ("ftp://mail.example.org", "only https:// and http://"),
        ("https://user:secret@mail.example.org/", "holds a user name"),
        ("https://", "no host name"),
        ("[::1", "is no host such as"),
        ("[::1]x", "is no host such as"),
        ("two words", "no host name"),
        ("https://192.0.2.0/24", "may be a URL or a network"),
        ("-x", "no host name"),
        ("", "no host name"),
    ],
)
def test_what_is_no_target_is_listed_with_its_reason(text, reason):
    """And the rest is read."""
    targets = read_targets([text, "192.0.2.1"])
    assert [target.host for target in targets] == ["192.0.2.1"]
    (bad,) = targets.bad
    assert (bad.source, bad.line, bad.text) == ("command line", 0, text)
    assert reason in bad.reason
    assert targets.bad_count == 1


def test_a_file_has_a_target_a_line(tmp_path):
    """Comments and blank lines are nothing; bad lines have their number."""
    path = tmp_path / "targets.txt"
    path.write_text("# ours\n\n192.0.2.1 # front\r\nmail.example.org\na b\n192.0.2.4/31\n192.0.2.1")
    for item in (f"@{path}", str(path)):
        targets = read_targets([item])
        assert [target.host for target in targets] == [
            "192.0.2.1", "192.0.2.4", "192.0.2.5", "mail.example.org",
        ]  # fmt: skip
        assert [(bad.source, bad.line, bad.text) for bad in targets.bad] == [(str(path), 5, "a b")]
        assert targets.repeated == 1


def test_standard_input_is_a_dash():
    """Without it the dash is an error of usage."""
    stream = io.BytesIO(b"192.0.2.1\n192.0.2.2")
    assert [target.host for target in read_targets(["-"], stream)] == ["192.0.2.1", "192.0.2.2"]
    with pytest.raises(UsageError, match="standard input"):
        read_targets(["-"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_that_editors_write_are_read(encoding):
    """UTF-8, and UTF-16 as PowerShell writes it."""
    content = "münchen.example\r\n192.0.2.1\r\n".encode(encoding)
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    targets = read_targets(["-"], io.BytesIO(content))
    assert [target.host for target in targets] == ["192.0.2.1", "xn--mnchen-3ya.example"]
    assert targets.bad_count == 0


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("ip,port\n192.0.2.1,8443\n192.0.2.2,\n", [("192.0.2.2", None), ("192.0.2.1", 8443)]),
        ('"timestamp";"Host"\n"1, 2";"a.example"\n', [("a.example", None)]),
        ("host\tip\na.example\t192.0.2.1\nb.example\t\n", [("192.0.2.1", None),
                                                          ("b.example", None)]),
        ("\n# export\nid,url\n7,https://a.example:444/owa\n", [("a.example", 444)]),
        ('ip,note\n192.0.2.1,"two\nlines"\n192.0.2.2\n', [("192.0.2.1", None),
                                                         ("192.0.2.2", None)]),
    ],
)  # fmt: skip
def test_tables_are_read_by_their_header(table, expected):
    """The address where there is one, else the name; the port where there is one."""
    targets = read_targets(["-"], io.BytesIO(table.encode()))
    assert [(target.host, target.port) for target in targets] == expected
    assert targets.bad_count == 0


HERE = Place(None, "https")


@pytest.mark.parametrize(
    ("table", "called"),
    [
        ("ip,names\n192.0.2.1,mail.a.example A.example.\n192.0.2.2,\n",
         {("192.0.2.1", HERE): ("mail.a.example", "a.example")}),
        ("ip,port,hostname\n192.0.2.1,8443,mail.a.example\n",
         {("192.0.2.1", Place(8443, "https")): ("mail.a.example",)}),
        ("ip;host\n192.0.2.1;a.example\n192.0.2.1;b.example\n",
         {("192.0.2.1", HERE): ("a.example", "b.example")}),
        ("target,address,names\nhttps://a.example/owa,192.0.2.1,192.0.2.1\n",
         {("192.0.2.1", HERE): ("a.example",)}),
        ('ip,names\n2001:DB8::1,"x.example, *.y.example; <b>"\n',
         {("2001:db8::1", HERE): ("x.example",)}),
        ("ip,names\n192.0.2.0/24,a.example\n", {}),
        ("host,names\na.example,b.example\n", {}),
    ],
)  # fmt: skip
def test_an_address_is_called_by_the_names_of_its_row(table, called):
    """One that a row has beside it; a network and a name by itself have none."""
    targets = read_targets(["-"], io.BytesIO(table.encode()))
    assert targets.called == called
    assert targets.bad_count == 0


def test_names_of_a_list_are_part_of_what_is_asked():
    """Another name is another run; rows without names leave the digest as it was."""

    def digest(table):
        return read_targets(["-"], io.BytesIO(table)).digest

    plain = digest(b"192.0.2.1\n")
    assert digest(b"ip,names\n192.0.2.1,\n") == plain
    assert digest(b"ip,names\n192.0.2.1,a.example\n") not in {
        plain, digest(b"ip,names\n192.0.2.1,b.example\n"),
    }  # fmt: skip


def test_a_large_table_without_names_costs_what_its_addresses_cost():
    """Nothing is kept for a row that has none, and none for the address itself."""
    rows = b"\n".join(b"10.0.%d.%d,10.0.%d.%d," % (n >> 8, n & 255, n >> 8, n & 255)
                      for n in range(20_000))  # fmt: skip
    targets = read_targets(["-"], io.BytesIO(b"address,target,names\n" + rows))
    assert len(targets) == 20_000
    assert targets.called == {}


def test_bad_rows_of_a_table_have_their_line():
    """A row without a host, and one with a wrong port."""
    table = b"ip,port\n,443\n192.0.2.1,none\n,\n192.0.2.2,443\n\n"
    targets = read_targets(["-"], io.BytesIO(table))
    assert [target.host for target in targets] == ["192.0.2.2"]
    assert [(bad.line, bad.reason) for bad in targets.bad] == [
        (2, "names no host"), (3, "'none' is no port"),
    ]  # fmt: skip


def test_a_field_without_end_does_not_end_the_table():
    """What the reader of tables refuses is a bad line."""
    table = b"ip,note\n192.0.2.1,x\n192.0.2.2," + b"y" * 200_000 + b"\n192.0.2.3,x\n"
    targets = read_targets(["-"], io.BytesIO(table))
    assert targets[0].host == "192.0.2.1"
    assert targets.bad_count >= 1


def test_the_port_is_for_targets_that_name_none():
    """Port 80 is asked without TLS."""
    assert hosts("192.0.2.1", "192.0.2.2:444", port=8443) == [
        ("192.0.2.2", 444, "https"), ("192.0.2.1", 8443, "https"),
    ]  # fmt: skip
    assert hosts("192.0.2.1", "https://192.0.2.2", port=80) == [
        ("192.0.2.1", 80, "http"), ("192.0.2.2", 80, "https"),
    ]  # fmt: skip


def test_targets_are_there_once():
    """However they are spelt, and in whatever networks they lie."""
    targets = read_targets(
        [
            "192.0.2.0/30",
            "192.0.2.1",
            "::ffff:192.0.2.2",
            "a.example",
            "A.EXAMPLE.",
            "https://a.example/x",
        ]
    )
    assert len(targets) == 5
    assert targets.repeated == 4
    assert targets[4].text == "a.example"


def test_only_the_first_bad_lines_are_kept():
    """All are counted, and none of them is long."""
    lines = b"\n".join(b"bad line %d " % number + b"x" * 300 for number in range(LISTED + 500))
    targets = read_targets(["-"], io.BytesIO(lines))
    assert (len(targets.bad), targets.bad_count) == (LISTED, LISTED + 500)
    assert max(len(bad.text) for bad in targets.bad) == 200


def test_a_file_without_lines_is_cut():
    """Endless input of one line fills no memory."""
    targets = read_targets(["-"], io.BytesIO(b"x" * 3_000_000))
    assert len(targets) == 0
    assert targets.bad_count >= 1


def test_files_that_cannot_be_read_are_an_error_of_usage(tmp_path):
    """Said before anything is sent; a path that is nothing is a bad target."""
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="cannot be read as a file of targets"):
            read_targets([f"@{path}"])
    assert read_targets([str(tmp_path / "none")]).bad_count == 1


def test_a_million_lines_are_compact():
    """Addresses that do not touch cost a few bytes each."""
    lines = b"\n".join(
        b"10.%d.%d.%d" % (n >> 15, n >> 7 & 255, n * 2 & 255) for n in range(100_000)
    )
    targets = read_targets(["-"], io.BytesIO(lines))
    assert len(targets) == 100_000
    assert targets[99_999].host.startswith("10.3.")


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_lines_are_targets_or_bad(lines):
    """Nothing but results comes of any input."""
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    targets = read_targets(["-"], io.BytesIO(content))
    assert targets.bad_count >= len(targets.bad)
    for target in targets if len(targets) < 1_000 else ():
        assert target.host.isascii()


@given(st.text(alphabet="htps:/[]@.a1?#\\", max_size=25))
def test_any_text_is_split_or_refused(text):
    """Host and port are parts of the text."""
    try:
        host, port, scheme = split_url(text)
    except ValueError:
        return
    assert host in text
    assert port in text
    assert scheme in {"", "https", "http"}
