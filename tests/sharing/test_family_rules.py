"""Rules made of a family of pages hit its pages, nothing clean, and give nothing away."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import yaml

from alpheus.detect.rule_check import State, check_rules
from alpheus.detect.webshell.judge import code_of
from alpheus.detect.yara import YaraRules
from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.model import YaraFile
from alpheus.knowledge.shared.model import Tlp
from alpheus.lab.fleet import make_hand
from alpheus.lab.logs.pages import make_shell, settings_dump
from alpheus.lab.server import make_server
from alpheus.sharing.family_rules import LONGEST, MadeRules, ShellFamily, rules_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_CODE = '<script language="JScript" runat="server">function Page_Load(){{ {} }}</script>'
CLEAN = (
    b"",
    b"<html><body>ordinary</body></html>",
    _CODE.format('Label1.Text = Request["name"];').encode(),
    _CODE.format("Response.Write(1);").encode(),
    b"PollInterval : 480\r\nExtendedProtectionTokenChecking : None\r\nExternalUrl : https://a/b",
)


def _family(number: int = 5, seed: int = 1) -> ShellFamily:
    """Inert pages of the lab: one hand, several servers, another key and name on each."""
    rng = Random(seed)
    hand = make_hand(rng, "a", own_key=False)
    pages: dict[str, bytes] = {}
    names, hidden = [], []
    while len(pages) < number:
        server = make_server(rng)
        shell = make_shell(rng, server, name=hand.page if len(pages) % 2 else "")
        if "sever" in shell.script:
            continue  # no code of a server, so no structure
        page = settings_dump(shell, server, NOW, "utf-8")
        pages[hashlib.sha256(page).hexdigest()] = page
        names.append(shell.url.rpartition("/")[2].lower())
        hidden += [server.name, server.fqdn, server.domain]
    return ShellFamily(
        "f-0a1b2c", number, "2021-02-27T00:00:00Z", "2021-03-01T00:00:00Z", tuple(sorted(pages)),
        tuple(sorted(set(names))), tuple(pages[one] for one in sorted(pages)), tuple(hidden),
    )  # fmt: skip


def _made(family: ShellFamily, clean: tuple[bytes, ...] = ()) -> MadeRules:
    return rules_of(family, Tlp.AMBER, NOW, clean)


def _compiled(text: str) -> YaraRules:
    return YaraRules.compile([YaraFile("made", Path("made.yar"), text)])


@pytest.mark.parametrize("seed", range(4))
def test_all_pages_are_hit_and_nothing_clean(seed: int) -> None:
    """Also a page of the family that was never seen; and what is clean is not."""
    family = _family(seed=seed)
    made = _made(family)
    compiled = _compiled(made.yara)
    assert not compiled.rejected
    assert made.pieces
    assert all(compiled.match(page) for page in family.pages)
    other = _family(2, seed=seed + 50)
    assert all(compiled.match(page) for page in other.pages)
    assert [page for page in CLEAN if compiled.match(page)] == []


def test_what_would_hit_something_clean_is_left_to_hashes() -> None:
    """An analyst's own clean pages decide."""
    family = _family()
    twin = family.pages[0] + b" "
    made = _made(family, (twin,))
    compiled = _compiled(made.yara)
    assert made.pieces == ()
    assert all(compiled.match(page) for page in family.pages)
    assert not compiled.match(twin)


def test_our_own_checks_take_both(tmp_path: Path) -> None:
    """As `alpheus rules check` does; the Sigma rule with its examples."""
    made = _made(_family())
    (tmp_path / "a.yar").write_text(made.yara)
    (tmp_path / "a.yml").write_text(made.sigma)
    reports = check_rules([tmp_path])
    assert {(one.kind.value, one.state) for one in reports} == {
        ("yara", State.LOADED), ("sigma", State.LOADED),
    }  # fmt: skip


def test_no_victim_no_secret_no_working_code() -> None:
    """A few short pieces, less than half of the code; no key, no name of a server."""
    family = _family()
    made = _made(family)
    text = (made.yara + made.sigma).lower()
    assert [one for one in family.hidden if one.lower() in text] == []
    for page in family.pages:
        code = "".join(code_of(page, "x.aspx"))
        quoted = sum(len(one) for one in made.pieces if one in code)
        assert quoted <= len(code) // 2
        key = code.partition('("')[2].partition('"')[0]
        assert key
        assert key not in text
    assert all(len(one) <= LONGEST for one in made.pieces)


def test_they_say_what_they_are() -> None:
    """Experimental, to whom they may be told, when and of what they were made."""
    made = _made(_family())
    sigma = yaml.safe_load(made.sigma)
    assert (sigma["status"], sigma["date"]) == ("experimental", "2026-11-01")
    assert "tlp.amber" in sigma["tags"]
    assert sigma["description"].startswith("Made of 5 different pages on 5 servers, from 2021-02")
    for said in ('status = "experimental"', 'tlp = "TLP:AMBER"', 'date = "2026-11-01"'):
        assert said in made.yara


def test_names_that_many_have_or_that_name_a_victim_are_left_out() -> None:
    """The product's own pages, common names, and a page called like its victim."""
    names = ("default.aspx", "logon.aspx", "errorfe.aspx", "contoso-help.aspx", "aa.aspx",
             "xwyud66.aspx", "we ird;.aspx")  # fmt: skip
    family = ShellFamily("f-1", 2, "", "", ("ab" * 32,), names, hidden=("contoso",))
    sigma = yaml.safe_load(_made(family).sigma)
    assert sigma["detection"]["page"] == {"cs-uri-stem|endswith": ["/xwyud66.aspx"]}
    common = ShellFamily("f-1", 2, "", "", ("ab" * 32,), ("default.aspx",))
    assert _made(common).sigma == ""


def test_a_program_that_hardly_anybody_has_is_looked_for_where_no_page_belongs(
    tmp_path: Path,
) -> None:
    """As logs write it; one that names a victim is left out."""
    agents = ("Contoso mail 1", "quiet harvest 1.0", "any*", "a\\nb: c")
    family = ShellFamily("f-1", 2, "", "", ("ab" * 32,), ("xwyud66.aspx",), hidden=("contoso",),
                         agents=agents)  # fmt: skip
    made = _made(family)
    found = yaml.safe_load(made.sigma)["detection"]
    assert found["program"] == {
        "cs-uri-stem|contains": "/aspnet_client/", "cs(User-Agent)": ["quiet+harvest+1.0"],
    }  # fmt: skip
    (tmp_path / "a.yml").write_text(made.sigma)
    assert [one.state for one in check_rules([tmp_path])] == [State.LOADED]


def test_without_pages_hashes_are_what_is_left() -> None:
    """Of packages that are gone; never those of the product's own pages."""
    known = min(Baseline.load().all_hashes)
    family = ShellFamily("f-1", 2, "", "", ("ab" * 32, known), ())
    made = _made(family)
    assert made.pieces == ()
    assert "ab" * 32 in made.yara
    assert known not in made.yara
    assert not _compiled(made.yara).rejected
    nothing = _made(ShellFamily("f-1", 2, "", "", (), ()))
    assert not _compiled(nothing.yara).match(b"anything")
