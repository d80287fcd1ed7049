"""Reading pack.yaml."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.pack_file import read_pack_file

PACK = """
id: test-pack
version: "1"
title: A pack
products: [Microsoft IIS]
cves: [CVE-2021-26855]
window: {from: 2021-02-26T00:00:00Z, to: 2021-03-20T00:00:00Z, early_from: 2021-01-03T00:00:00Z}
deciding: [{name: front-end, any_of: [httpproxy, iis-site-1]}]
other_sources: {CVE-2021-26855: [windows-application]}
mitigations:
  - {name: pool-off, cves: [CVE-2021-26855], source: windows-system, match: {Element: x}}
playbook:
  - {when: compromised and vulnerable, priority: 1, action: "do\\n  it", why: because}
references: ["https://example.org/"]
"""


def _folder(tmp_path, text, name="test-pack"):
    folder = tmp_path / name
    folder.mkdir()
    path = folder / "pack.yaml"
    path.write_text(text)
    return path


def test_everything_is_read(tmp_path):
    """Each key arrives in the pack; folded text is one line."""
    path = _folder(tmp_path, PACK)
    pack = read_pack_file(path)
    assert pack.folder == path.parent
    assert pack.window is not None
    assert pack.window.start == datetime(2021, 2, 26, tzinfo=UTC)
    assert pack.window.early_from == datetime(2021, 1, 3, tzinfo=UTC)
    assert pack.deciding[0].any_of == ("httpproxy", "iis-site-1")
    assert pack.other_sources == {"CVE-2021-26855": ("windows-application",)}
    assert pack.mitigations[0].match == {"Element": "x"}
    assert pack.playbook[0].action == "do it"


def test_the_least_pack(tmp_path):
    """A pack without a campaign has no window, nothing deciding, no CVE."""
    text = "\n".join(PACK.splitlines()[:5])
    pack = read_pack_file(_folder(tmp_path, text))
    assert (pack.window, pack.deciding, pack.cves, pack.playbook) == (None, (), (), ())


_SIGN = "product_signs: [{{product: x, kind: page, value: '{}'}}]\nreferences:"
_BOUNDED = "fixed_builds: [{{cve: CVE-2031-1234, build: 1.2.3.4, name: x, from: {}\nreferences:"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: A pack", "titel: A pack", "unknown field `titel`|missing required field `title`"),
        ('version: "1"', "version: 1", r"Expected `str`, got `int` - at `\$.version`"),
        ("cves: [CVE-2021-26855]\n", "cves: [2021-26855]\n", r"at `\$.cves\[0\]`"),
        ("any_of: [httpproxy, iis-site-1]", "any_of: []", r"at `\$.deciding\[0\].any_of`"),
        ("https://example.org/", "example.org", r"at `\$.references\[0\]`"),
        ("id: test-pack", "id: other", "id is 'other', but the folder is 'test-pack'"),
        ("2021-02-26T00:00:00Z", "2021-02-26T00:00:00", "window.from: no time zone"),
        ("2021-02-26T00:00:00Z", "2021-04-26T00:00:00Z", "window: early_from, from and to must"),
        ("2021-01-03T00:00:00Z", "2021-03-03T00:00:00Z", "window: early_from, from and to must"),
        ("when: compromised", "when: hacked", r"playbook\[0\].when: 'hacked' is no condition"),
        ("match: {Element: x}", "match: {Element: '('}", r"mitigations\[0\].match.Element: no reg"),
        ("match: {Element: x}", "match: {Element: x}, together: [y]", r"\[0\].together: 'y' is no"),
        ("products: [Microsoft IIS]", "products: [", "line 7: did not find"),
        ("references:", "fixed_builds: [{cve: CVE-2031-1234, build: '15.2', name: x}]\nreferences:",
         r"fixed_builds\[0\].build: '15.2' is no build of four parts"),
        ("references:", _BOUNDED.format("1.2.3}]"), "from and below stand together"),
        ("references:", _BOUNDED.format("1.2.3, below: x}]"), r"\.below: 'x' is no build"),
        ("references:", _BOUNDED.format("1.2.4, below: 1.3.0}]"), "is not between 1.2.4 and 1.3.0"),
        ("references:", _SIGN.format("(?=x)(a+)+"),
         r"product_signs\[0\].value: the pattern .* could run for ever"),
        ("references:", "product_signs: [{product: x, kind: page, value: '('}]\nreferences:",
         r"product_signs\[0\].value: no regular expression"),
        ("references:", "product_signs: [{product: x, kind: smell, value: y}]\nreferences:",
         r"at `\$.product_signs\[0\].kind`"),
        (PACK, "just text", "Expected `object`, got `str`"),
        (PACK, "", "Expected `object`, got `null`"),
    ],
)  # fmt: skip
def test_a_wrong_pack_is_named_with_its_place(old, new, message, tmp_path):
    """The error says which file and which key."""
    path = _folder(tmp_path, PACK.replace(old, new))
    with pytest.raises(KnowledgeError, match=message) as caught:
        read_pack_file(path)
    assert str(caught.value).startswith(str(path))


def test_an_unreadable_file_is_an_error(tmp_path):
    """A missing file and one in another encoding are said."""
    with pytest.raises(KnowledgeError, match="No such file"):
        read_pack_file(tmp_path / "pack.yaml")
    path = _folder(tmp_path, "")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KnowledgeError, match="utf-8"):
        read_pack_file(path)


def test_an_action_gets_the_paths_of_what_it_asks_for(tmp_path):
    """From the table that ships, or from the pack's own beside it."""
    text = PACK.replace("do\\n  it", "bring {collect:ews} and {collect:exchange-log-2}")
    path = _folder(tmp_path, text)
    with pytest.raises(KnowledgeError, match=r"playbook\[0\]\.action: .*'exchange-log-2'"):
        read_pack_file(path)
    (path.parent / "collection.yaml").write_text(
        "entries: [{id: uls, title: L, products: [x], source: exchange-log-2, why: W., size: s,"
        " paths: ['%Volume%\\uls\\*.log'], kept: k}]\n"
    )
    pack = read_pack_file(path)
    assert pack.playbook[0].action == (
        "bring %ExchangeInstallPath%\\Logging\\Ews\\*.LOG and C:\\uls\\*.log"
    )
    assert [one.id for one in pack.collection.entries] == ["uls"]


def test_what_a_new_campaign_needs_is_read(tmp_path):
    """Its name, its bases, signs of its product, first fixed builds, any web site."""
    text = PACK.replace("[httpproxy, iis-site-1]", '["iis-site-*"]') + (
        "name: The Event\nbuilds_on: [iis-webshell]\n"
        "product_signs: [{product: Wiki, kind: page, value: ^/wiki/}]\n"
        "fixed_builds: [{cve: CVE-2031-12345, build: 15.2.1748.40, name: May}]\n"
    )
    pack = read_pack_file(_folder(tmp_path, text))
    assert (pack.called, pack.builds_on) == ("The Event", ("iis-webshell",))
    assert pack.deciding[0].any_of == ("iis-site-*",)
    assert pack.signs[0].value == "^/wiki/"
    assert str(pack.fixed_builds[0].build) == "15.2.1748.40"
