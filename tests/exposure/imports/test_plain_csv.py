"""Any table of servers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import EvidenceFormatError
from alpheus.exposure.imports import ImportedFile, ImportOptions, plain_csv
from alpheus.exposure.imports.list_columns import is_header, roles_of
from alpheus.exposure.imports.plain_csv import names_a_place
from alpheus.exposure.imports.remarks import NO_PORT
from exposure.imports.import_samples import imported, losses, observations, write


def test_columns_by_their_names(tmp_path: Path) -> None:
    """Whatever they are called; what has no role is kept."""
    content = (
        "IP Address;FQDN;Port;Exchange Version;Last Seen;TLP;Owner\n"
        "192.0.2.7;Mail.example.org;8443;15.1.2176.9;2021-03-10 04:05:06;amber;Town of X\n"
    )
    (found,) = observations(tmp_path, content)
    assert (found.address, found.port, found.names) == ("192.0.2.7", 8443, ("mail.example.org",))
    assert (found.build, found.precision, found.exchange) == ("15.1.2176.9", 4, True)
    assert found.cves["CVE-2021-26855"].state == "fixed"
    assert found.provenance.tlp == "TLP:AMBER"
    assert found.time == "2021-03-10T04:05:06Z"
    assert found.attributes == {"owner": "Town of X", "hostname_source": "column fqdn"}


@pytest.mark.parametrize(
    ("version", "product", "build"),
    [
        ("15.1.2176", "", "15.1.2176"),
        ("15.1.2176", "PostgreSQL", None),
        ("8.0.32", "", None),
        ("8.3.83.6", "Microsoft Exchange", "8.3.83.6"),
        ("15.1.3", "", None),
        ("1.18.0", "", None),
    ],
)
def test_a_version_is_exchange_s_only_where_it_can_be(
    tmp_path: Path, version: str, product: str, build: str | None
) -> None:
    """Other products have versions that look like it."""
    (found,) = observations(tmp_path, f"ip,version,product\n192.0.2.7,{version},{product}\n")
    assert found.build == build


def test_flaws_and_tags_are_the_source_s_word(tmp_path: Path) -> None:
    """A column that holds CVEs alone, and tags; text around them is no verdict."""
    content = (
        "host,cve,tags\n"
        "a.example,cve-2021-26855; CVE-2021-27065,\n"
        "b.example,CVE-2021-26855: not vulnerable,\n"
        "c.example,,exchange webshell CVE-2021-26855\n"
    )
    one, two, three = observations(tmp_path, content)
    assert one.cves["CVE-2021-27065"].state == "vulnerable"
    assert two.cves == {}
    assert three.cves["CVE-2021-26855"].state == "vulnerable"
    assert three.flags == ("compromised-reported",)


def test_urls_and_ports_in_a_cell(tmp_path: Path) -> None:
    """A URL, `host:port`, IPv6 in brackets."""
    content = "target\nhttps://a.example/owa/\n192.0.2.7:444\n[2001:db8::7]:8443\n2001:db8::8\n"
    found = observations(tmp_path, content)
    assert [(o.address, o.names, o.port) for o in found] == [
        ("", ("a.example",), 443), ("192.0.2.7", (), 444), ("2001:db8::7", (), 8443),
        ("2001:db8::8", (), 0),
    ]  # fmt: skip


def test_without_a_header_the_cells_tell(tmp_path: Path) -> None:
    """An address, a name, a port, a build and a time, wherever they stand."""
    content = "# made up\n192.0.2.7,443,mail.example.org,15.1.2176.9,2021-03-10 04:05:06\n"
    content += "x,443,?,\n"
    (found,) = observations(tmp_path, content, kind="csv")
    assert (found.address, found.port, found.names) == ("192.0.2.7", 443, ("mail.example.org",))
    assert found.build == "15.1.2176.9"
    assert found.time == "2021-03-10T04:05:06Z"
    assert losses(tmp_path, content, kind="csv") == [(3, "neither an address nor a name")]


def test_a_list_of_addresses(tmp_path: Path) -> None:
    """One a line."""
    found = observations(tmp_path, "192.0.2.7\n2001:db8::7\nmail.example.org\n")
    assert [o.target for o in found] == ["192.0.2.7", "2001:db8::7", "mail.example.org"]


def test_bad_rows(tmp_path: Path) -> None:
    """Are counted with the reason."""
    assert losses(tmp_path, "ip,port\n192.0.2.7,x\n?,1\n192.0.2.7,1\n1,2,3\n") == [
        (3, "neither an address nor a name"), (5, "not 2 cells, as the header has"),
    ]  # fmt: skip


def test_a_port_that_is_none(tmp_path: Path) -> None:
    """Is left out and told with its line; the row goes in."""
    found, file = imported(write(tmp_path, "a.csv", "ip,port\n192.0.2.7,https\n192.0.2.8,70000\n"))
    assert [(one.address, one.port) for one in found] == [("192.0.2.7", 0), ("192.0.2.8", 0)]
    assert f"{NO_PORT}: line 2 'https', line 3 '70000'" in file.notes


def test_what_is_a_header() -> None:
    """A name of a column that tells a place, and no address."""
    assert is_header(["IP", "x"])
    assert not is_header(["version"])
    assert not is_header(["ip", "192.0.2.7"])
    assert roles_of(["Host", "x", "CVE"]) == {0: "place", 2: "cve"}
    assert names_a_place(["x", "mail.example.org"])
    assert not names_a_place(["hello world", "x"])


@settings(max_examples=60)
@given(data=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    """Nothing raises, with a header and without; a good row is imported."""
    observations(tmp_path, data, kind="csv")
    content = b"ip,port\n" + data.replace(b'"', b"") + b"\n192.0.2.7,443\n"
    assert observations(tmp_path, content)[-1].address == "192.0.2.7"


def test_wide_rows_cost_no_time(tmp_path: Path) -> None:
    """With a header and without."""
    wide = ",".join(f"n{n}.example" for n in range(60_000))
    start = time.process_time()
    observations(tmp_path, f"{wide}\n{wide}\n", kind="csv")
    observations(tmp_path, f"ip,{'host,' * 60_000}\n192.0.2.7,{wide},\n", kind="csv")
    assert time.process_time() - start < 10


def test_a_list_of_shells_keeps_every_path(tmp_path: Path) -> None:
    """One record each, by the word of the column, with its URL; made harmless or not."""
    content = (
        "Webshell URL,found\n"
        "https://mail.town.example/aspnet_client/x.aspx,2021-03-05\n"
        "hxxps://mail.town[.]example/owa/auth/y.aspx,2021-03-05\n"
        "mail.town.example/z.aspx,2021-03-06\n"
    )
    found = observations(tmp_path, content)
    assert [one.attributes["url"] for one in found] == [
        "https://mail.town.example/aspnet_client/x.aspx",
        "https://mail.town.example/owa/auth/y.aspx", "https://mail.town.example/z.aspx",
    ]  # fmt: skip
    assert {one.names for one in found} == {("mail.town.example",)}
    assert {one.flags for one in found} == {("compromised-reported",)}


def test_a_path_in_its_own_column(tmp_path: Path) -> None:
    """Is one of a page on the server, or a file there."""
    content = "ip,port,path\n192.0.2.7,8443,/aspnet_client/x.aspx\n192.0.2.8,443,C:\\x.aspx\n"
    one, other = observations(tmp_path, content)
    assert one.attributes["url"] == "https://192.0.2.7:8443/aspnet_client/x.aspx"
    assert other.attributes["path"] == "C:\\x.aspx"
    assert "url" not in other.attributes


@pytest.mark.parametrize(
    "content",
    [
        "IP Adresse;Datum;Rechnername\n192.0.2.7;05.03.2021 14:30;EX1\n",
        "sep=;\nIP-ADRESSE;Datum / Uhrzeit;Rechner\n192.0.2.7;05.03.2021 14:30;EX1\n",
        "dirección IP,fecha,hora,nombre del equipo\n192.0.2.7,05/03/2021,14:30,EX1\n",
        "Direccion IP\tFECHA\tnombre de equipo\n192.0.2.7\t2021/03/05 14:30\tEX1\n",
        "Adresse IP;horodatage;Nom du serveur\n192.0.2.7;05/03/2021 14:30;EX1\n",
        "Liste der Server;;\nsrc ip;Seen;Machine\n192.0.2.7;2021-03-05 14:30;EX1\n",
        "Адрес;Дата;Computer Name\n192.0.2.7;2021-03-05T14:30:00Z;EX1\n",
    ],
)
def test_columns_in_other_languages(tmp_path: Path, content: str) -> None:
    """By their names in whatever spelling, by their cells where no name is known."""
    for encoding in ("utf-8", "utf-16", "cp1252"):
        try:
            encoded = content.encode(encoding)
        except UnicodeEncodeError:
            continue
        (found,) = observations(tmp_path, encoded)
        told = (found.address, found.time, found.servers)
        assert told == ("192.0.2.7", "2021-03-05T14:30:00Z", ("EX1",))


def test_several_places_in_a_cell(tmp_path: Path) -> None:
    """A name with its address; a second address stays beside the first."""
    content = "Hostname/IP,gateway ip,x\nmail.a.example (192.0.2.8),,1\n192.0.2.7,192.0.2.1,2\n"
    one, other = observations(tmp_path, content)
    assert (one.address, one.names) == ("192.0.2.8", ("mail.a.example",))
    assert other.address == "192.0.2.7"
    assert other.attributes["gateway_ip"] == "192.0.2.1"


def test_what_is_not_told_is_said(tmp_path: Path) -> None:
    """Which column is what, which is not understood, and that no time is known."""
    path = write(tmp_path, "list.csv", "IP Adresse;Wert\n192.0.2.7;x\n")
    read = ImportedFile(path)
    assert len(list(read.observations())) == 1
    assert read.notes == [
        "columns: 'IP Adresse' is address", "not understood as any of these, and kept: 'Wert'",
        plain_csv.UNDATED,
    ]  # fmt: skip
    read = ImportedFile(path, ImportOptions(seen="2021-03-05T00:00:00Z", victims=True))
    (found,) = read.observations()
    assert (found.time, found.flags) == ("2021-03-05T00:00:00Z", ("compromised-reported",))
    assert "2021-03-05T00:00:00Z is taken" in read.notes[-1]
    bare = ImportedFile(write(tmp_path, "bare.txt", "192.0.2.7\n"))
    list(bare.observations())
    assert bare.notes == [plain_csv.UNDATED]


def test_an_operator_says_what_columns_are(tmp_path: Path) -> None:
    """By name or number, with a header or without; a column that is not there is refused."""
    path = write(tmp_path, "list.csv", "a;b;ip\n192.0.2.1;192.0.2.7;192.0.2.9\n")
    given = ImportOptions(columns=(("address", "B"), ("ignore", "ip")))
    (found,) = ImportedFile(path, given).observations()
    assert found.address == "192.0.2.7"
    assert found.attributes == {"a": "192.0.2.1", "ip": "192.0.2.9"}
    path = write(tmp_path, "bare.csv", "192.0.2.1;2021-03-04;192.0.2.7\n")
    (found,) = ImportedFile(path, ImportOptions(columns=(("address", "3"),))).observations()
    assert (found.address, found.time) == ("192.0.2.7", "2021-03-04T00:00:00Z")
    with pytest.raises(EvidenceFormatError, match="has no column 'Datum'"):
        list(ImportedFile(path, ImportOptions(columns=(("when", "Datum"),))).observations())


def test_names_without_a_dot(tmp_path: Path) -> None:
    """Lead to a server where nothing else does, and are kept beside what does."""
    (found,) = observations(tmp_path, "server,x\nEX1,\n")
    assert (found.target, found.names, found.servers) == ("EX1", (), ("EX1",))
    assert losses(tmp_path, "host,x\nmailhost,\n")[0][1] == "neither an address nor a name"
    (found,) = observations(tmp_path, "name,server,ip\nMusterville,EX1,192.0.2.7\n")
    assert (found.names, found.servers) == ((), ())
    assert found.attributes == {"name": "Musterville", "server": "EX1"}


@pytest.mark.parametrize(
    ("label", "flags"),
    [
        ("not compromised", ()), ("keine Webshell", ()), ("sin webshell", ()),
        ("Webshell entfernt, nicht kompromittiert", ()), ("patched", ()), ("verwundbar", ()),
        ("kompromittiert", ("compromised-reported",)), ("comprometido", ("compromised-reported",)),
    ],
)  # fmt: skip
def test_a_negation_in_a_label_is_respected(
    tmp_path: Path, label: str, flags: tuple[str, ...]
) -> None:
    """In each language."""
    (found,) = observations(tmp_path, f'ip;status\n192.0.2.7;"{label}"\n')
    assert found.flags == flags


def test_a_label_fixes_nothing(tmp_path: Path) -> None:
    """Patched by the word of a list is a note; a flaw named beside it is not open by that word."""
    content = "ip,status,cve\n192.0.2.7,gepatcht,CVE-2021-26855\n192.0.2.8,vulnerable,\n"
    one, other = observations(tmp_path, content)
    assert "calls it patched" in one.reason
    assert "calls it vulnerable" in other.reason
    assert {entry.state for found in (one, other) for entry in found.cves.values()} <= {
        "undetermined"
    }


def _notes(folder: Path, content: str) -> list[str]:
    read = ImportedFile(write(folder, "notes", content))
    list(read.observations())
    return read.notes


def test_what_cannot_be_read_of_a_row_is_told(tmp_path: Path) -> None:
    """Address, time, name and label; the rest of the row is taken."""
    content = (
        "ip,hostname,seen,status\n"
        "198.51.100.999,a.example,31.02.2021,blorbo\n"
        f"192.0.2.7,{'x' * 300},2021-03-05,not compromised / compromised\n"
    )
    told = " | ".join(_notes(tmp_path, content))
    for said in ("'198.51.100.999'", "'31.02.2021'", f"'{'x' * 60}...'", "labels not understood",
                 "'blorbo'", "said to be broken into and not to be"):  # fmt: skip
        assert said in told
    assert len(observations(tmp_path, content)) == 2
    told = " | ".join(_notes(tmp_path, "a.example,198.51.100.999\nb.example,31.02.2021\n"))
    assert "'198.51.100.999'" in told
    assert "'31.02.2021'" in told


def test_a_name_that_is_none_is_told_also_with_blanks_in_it(tmp_path: Path) -> None:
    """Such as markup in a column of names."""
    content = "ip,host\n192.0.2.7,<img src=x onerror=alert(1)>.evil.example\n"
    told = " | ".join(_notes(tmp_path, content))
    assert "line 2 '<img src=x onerror=alert(1)>.evil.example'" in told
    assert [found.address for found in observations(tmp_path, content)] == ["192.0.2.7"]


def test_what_leads_nowhere_is_a_loss(tmp_path: Path) -> None:
    """A name without a dot, the machine itself, no address; private addresses are kept, named."""
    content = "url\nftp://weird/\nhttps://localhost/x.aspx\n127.0.0.1\n0.0.0.0\n10.0.0.5\n"
    assert [reason for _, reason in losses(tmp_path, content)] == [
        "neither an address nor a name", "'localhost' is the machine itself, and no server",
        "127.0.0.1 is the machine itself or none, and no server",
        "0.0.0.0 is the machine itself or none, and no server",
    ]  # fmt: skip
    assert any("private" in note and "10.0.0.5" in note for note in _notes(tmp_path, content))
    assert [found.address for found in observations(tmp_path, content)] == ["10.0.0.5"]
    assert losses(tmp_path, "ip\nnot-an-ip\n")[0][1] == "neither an address nor a name"


def test_a_host_may_be_called_victim(tmp_path: Path) -> None:
    """Its name is no label."""
    (found,) = observations(tmp_path, "victim.town.example,192.0.2.7\n")
    assert found.flags == ()


def test_the_first_lines_of_a_list_are_no_titles(tmp_path: Path) -> None:
    """What looks like a place is a row; a title is told. Numbers are those of the file's lines."""
    content = (
        "https://weird/a.aspx\nftp://weird/\nhttps://localhost/x.aspx\n"
        "https://10.0.0.5/x.aspx\n0.0.0.0\n"
    )
    assert [row for row, _ in losses(tmp_path, content)] == [1, 2, 3, 5]
    (found,) = observations(tmp_path, content)
    assert found.provenance.row == 4
    content = 'Servers\n\n# seen\nip,note\n\n192.0.2.7,"a\nb"\n192.0.2.8,c\n?,d\n'
    assert [one.provenance.row for one in observations(tmp_path, content)] == [6, 8]
    assert losses(tmp_path, content) == [(9, "neither an address nor a name")]
    assert "taken as titles, no rows: line 1 'Servers'" in _notes(tmp_path, content)
    content = "# made up\n\n192.0.2.7\n# more\n192.0.2.8\n"
    assert [one.provenance.row for one in observations(tmp_path, content)] == [3, 5]


def test_words_above_rows_are_no_header_of_nothing(tmp_path: Path) -> None:
    """Where no column below them leads to servers, they are a row, too, and cost no other."""
    content = 'not-an-ip,=HYPERLINK("x")\n192.0.2.1,a\nhost,\n'
    assert [one.address for one in observations(tmp_path, content)] == ["192.0.2.1"]
    assert [row for row, _ in losses(tmp_path, content)] == [1, 3]


def test_an_address_that_looks_like_a_build(tmp_path: Path) -> None:
    """Is one in a list without a header, unless it is a build of Exchange beside something else."""
    content = "15.1.2.3\n8.3.83.6\n15.1.225.42\n192.0.2.7,15.1.225.42\n15.1.2.4,a.example\n"
    found = observations(tmp_path, content)
    assert [(one.address, one.build) for one in found] == [
        ("15.1.2.3", None), ("8.3.83.6", None), ("15.1.225.42", None),
        ("192.0.2.7", "15.1.225.42"), ("15.1.2.4", None),
    ]  # fmt: skip


def test_a_build_of_another_product_counts_where_the_row_names_it(tmp_path: Path) -> None:
    """Then a pack tells the states of its flaws; without the name a build is anybody's."""
    content = (
        "address,product,build,when\n192.0.2.7,Microsoft SharePoint,16.0.10417.20027,2025-07-22\n"
        "192.0.2.8,Office,16.0.10417.20027,2025-07-22\n"
    )
    told, left = observations(tmp_path, content)
    assert (told.product, told.exchange) == ("Microsoft SharePoint Server 2019", False)
    assert told.cves["CVE-2025-53770"].state == "vulnerable"
    assert (left.build, left.cves, left.attributes["build"]) == (None, {}, "16.0.10417.20027")
