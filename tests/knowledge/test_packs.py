"""Loading packs: ours must be right, the operator's may be anything."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import pytest

from alpheus.errors import KnowledgeError, UsageError
from alpheus.knowledge import packs as module
from alpheus.knowledge.packs import load_packs, pack_ids

SIGMA = "title: Mine\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n"
YARA = "rule mine { condition: true }\n"
PACK = 'id: own\nversion: "1"\ntitle: Own\nproducts: [x]\n'


def _tree(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_all_packs_are_loaded_by_default():
    """All packs that ship, each once."""
    assert {"exchange-intrusion", "iis-webshell", "proxylogon"} <= set(pack_ids())
    assert [pack.id for pack in load_packs()] == list(pack_ids())
    assert [pack.id for pack in load_packs(["iis-webshell"] * 2)] == ["iis-webshell"]
    assert load_packs([]) == ()


def test_an_unknown_pack_lists_the_known_ones():
    """A misspelt name is a wrong command line, and the answer helps."""
    with pytest.raises(UsageError, match="no pack 'proxyshel'; known packs: exchange-intrusion, "):
        load_packs(["proxyshel"])


def test_a_pack_brings_what_it_builds_on(tmp_path):
    """Its base is loaded once, and its playbook stands behind the pack's own."""
    proxylogon, base = load_packs(["proxylogon"])
    assert (proxylogon.id, base.id) == ("proxylogon", "exchange-intrusion")
    assert proxylogon.playbook[-len(base.playbook) :] == base.playbook
    folder = _tree(tmp_path / "own", pack_dot_yaml=PACK + "builds_on: [nothing-such]\n")
    with pytest.raises(KnowledgeError, match="builds_on: there is no pack 'nothing-such'"):
        load_packs([], [folder])


def test_proxylogon_is_what_the_verdict_needs():
    """Window, CVEs and deciding sources as they are fixed."""
    pack, _ = load_packs(["proxylogon"])
    assert pack.window is not None
    assert pack.window.start == datetime(2021, 2, 26, tzinfo=UTC)
    assert pack.window.end == datetime(2021, 3, 20, tzinfo=UTC)
    assert pack.window.early_from == datetime(2021, 1, 3, tzinfo=UTC)
    assert pack.cves == ("CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065")
    assert {group.name: group.any_of for group in pack.deciding} == {
        "front-end": ("httpproxy", "iis-site-1"),
        "control-panel": ("ecp-server", "msexchange-management"),
    }
    assert {cve for mitigation in pack.mitigations for cve in mitigation.cves} == set(pack.cves)


def test_the_web_shell_pack_knows_no_campaign():
    """It serves any IIS server at any time."""
    (pack,) = load_packs(["iis-webshell"])
    assert (pack.window, pack.deciding, pack.cves) == (None, (), ())


def test_every_shipped_rule_says_what_it_means_and_is_shown_to_work():
    """Each has a meaning; CVEs are those of its pack."""
    for pack in load_packs():
        for rule in pack.sigma:
            assert rule.meaning is not None
            assert not pack.cves or set(rule.meaning.cves) <= set(pack.cves), rule.path


def test_every_pack_has_a_text_for_people():
    """The playbook can be read without the program."""
    for pack in load_packs():
        assert (pack.folder / "playbook.md").read_text().startswith("# ")


def test_packs_that_ship_are_read_once(tmp_path, monkeypatch):
    """Their rules are the same objects each time; others may have changed, and are read anew."""
    for one, again in zip(load_packs(), load_packs(), strict=True):
        assert list(map(id, one.sigma)) == list(map(id, again.sigma))
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    _tree(tmp_path / "own", pack_dot_yaml=PACK)
    assert load_packs()[0].title == "Own"
    _tree(tmp_path / "own", pack_dot_yaml=PACK.replace("Own", "New"))
    assert load_packs()[0].title == "New"


def test_loading_is_quick():
    """Nobody waits for the packs."""
    load_packs()
    best = min(_timed(load_packs) for _ in range(3))
    assert best < 0.4, "on a busy machine; 0.15 s on an idle one"


def _timed(function):
    module._shipped.cache_clear()
    start = time.process_time()
    function()
    return time.process_time() - start


def test_a_broken_shipped_pack_is_an_error(tmp_path, monkeypatch):
    """A rule of ours that says nothing about its meaning must not pass."""
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    _tree(tmp_path / "own", pack_dot_yaml=PACK, sigma__a_dot_yml=SIGMA)
    with pytest.raises(KnowledgeError, match=r"a\.yml: Mine: has no block alpheus"):
        load_packs()
    _tree(tmp_path / "own", sigma__a_dot_yml="title: [")
    with pytest.raises(KnowledgeError, match=r"a\.yml: line 2"):
        load_packs()


def test_loose_rules_come_in_a_pack_of_their_own(tmp_path):
    """Folders are searched to their bottom, files are taken as they are."""
    folder = _tree(tmp_path / "r", a_dot_yml=SIGMA, b__c_dot_YARA=YARA, readme_dot_txt="x")
    single = _tree(tmp_path / "s", d_dot_yar=YARA) / "d.yar"
    (pack,) = load_packs([], [folder, single])
    assert pack.id == "extra"
    assert (len(pack.sigma), len(pack.yara), pack.rejected) == (1, 2, ())
    assert all(rule.pack == "extra" and rule.meaning is None for rule in pack.sigma)


def test_broken_foreign_rules_are_reported_and_the_rest_is_used(tmp_path):
    """One wrong file costs itself only."""
    folder = _tree(tmp_path, a_dot_yml=SIGMA, b_dot_yml="title: [", c_dot_yar="nothing")
    (pack,) = load_packs([], [folder])
    assert len(pack.sigma) == 1
    assert [(one.path.name, one.place) for one in pack.rejected] == [
        ("b.yml", "line 2"), ("c.yar", ""),
    ]  # fmt: skip
    assert all(one.reason for one in pack.rejected)


def test_a_folder_of_broken_rules_is_still_reported(tmp_path):
    """Nothing usable is said, not swallowed."""
    (pack,) = load_packs([], [_tree(tmp_path, a_dot_yml="- 1")])
    assert pack.sigma == ()
    assert len(pack.rejected) == 1


def test_a_foreign_pack_is_a_pack(tmp_path):
    """The next mass event is a folder, not a change of the program."""
    folder = _tree(
        tmp_path / "own",
        pack_dot_yaml=PACK,
        sigma__a_dot_yml=SIGMA,
        sigma__b_dot_yml="- 1",
        yara__a_dot_yar=YARA,
        indicators_dot_csv="type,value,meaning,stage,weight,confidence,source,note\n"
        "ip,192.0.2.1,m,probed,context,low,s,\n",
    )
    *shipped, pack = load_packs(None, [folder])
    assert len(shipped) == len(pack_ids())
    assert (pack.id, len(pack.sigma), len(pack.yara), len(pack.indicators)) == ("own", 1, 1, 1)
    assert [one.path.name for one in pack.rejected] == ["b.yml"]


@pytest.mark.parametrize("wrong", [{"pack_dot_yaml": "id: 1"}, {"indicators_dot_csv": "a,b\n"}])
def test_a_broken_foreign_pack_is_reported(wrong, tmp_path):
    """A pack that cannot be read is not fatal either."""
    folder = _tree(tmp_path / "own", **{"pack_dot_yaml": PACK, **wrong})
    (pack,) = load_packs([], [folder])
    assert pack.id == "extra"
    assert pack.rejected[0].path == folder


def test_a_path_without_anything_is_a_wrong_command_line(tmp_path):
    """A misspelt path must not look like a folder without rules."""
    with pytest.raises(UsageError, match="no rules at"):
        load_packs([], [tmp_path / "nothing"])


def test_two_packs_of_one_name_are_refused(tmp_path):
    """Findings carry the pack's id: it must be one pack's."""
    folder = _tree(tmp_path / "proxylogon", pack_dot_yaml=PACK.replace("own", "proxylogon"))
    with pytest.raises(UsageError, match="two packs are called 'proxylogon'"):
        load_packs(["proxylogon"], [folder])


def test_the_number_of_foreign_files_is_bounded(tmp_path, monkeypatch):
    """What lies beyond the bound is reported."""
    monkeypatch.setattr(module, "FILES_LIMIT", 2)
    folder = _tree(tmp_path, a_dot_yml=SIGMA, b_dot_yml=SIGMA, c_dot_yml=SIGMA)
    (pack,) = load_packs([], [folder])
    assert len(pack.sigma) == 2
    assert "1 were not read" in pack.rejected[0].reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_a_rule_file(tmp_path):
    """Reading one would never end."""
    os.mkfifo(tmp_path / "a.yml")
    assert load_packs([], [tmp_path]) == ()
