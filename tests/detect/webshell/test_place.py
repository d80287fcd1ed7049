"""Where a page lies, what it is called, how old it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.baseline_file import OperatorBaseline
from alpheus.detect.webshell.kinds import FileKind
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.detect.webshell.place import (
    STRONG,
    Found,
    Known,
    Neighbours,
    Rooted,
    place_of,
    place_reasons,
    version_in,
    weighed,
)
from alpheus.knowledge.baseline import Baseline

BASELINE = Baseline.load()
KNOWN = Known(BASELINE)
ODD = "0f" * 32
THEN = datetime(2021, 3, 3, 6, 0, tzinfo=UTC)
LOGON = "frontend/httpproxy/owa/auth/logon.aspx"
V15 = "/mnt/c/Program Files/Microsoft/Exchange Server/V15/"


def _found(path: str, sha256: str = ODD, kind: FileKind = FileKind.PAGE, **more) -> Found:
    return Found(path, more.pop("inside", path), sha256, more.pop("modified", None), kind)


def _kinds(found: Found, known: Known = KNOWN, neighbours: Neighbours | None = None):
    reasons, good = place_reasons(found, neighbours, known)
    assert not good
    return {reason.kind: reason.points for reason in reasons}


def test_a_stock_tree_gives_no_report() -> None:
    """Every page of every build, at its place with its content, is known to be good."""
    for path, hashes in BASELINE.hashes.items():
        for sha256 in hashes:
            reasons, good = place_reasons(_found(V15 + path, sha256), None, KNOWN)
            assert good, path
            assert [reason.points for reason in reasons] == [0]


@pytest.mark.parametrize("root", [V15, "/case/", "/case/server.zip/C/Exchange Server/V15/"])
def test_every_page_outside_the_lists_is_reported(root: str) -> None:
    """In every folder that the product has, under any root, whatever the page holds."""
    folders = {path.rpartition("/")[0] for path in BASELINE.names}
    for folder in folders:
        for name in ("evil.aspx", "x.ashx", "default.asp"):
            kinds = _kinds(_found(f"{root}{folder}/{name}"))
            assert kinds.get("place", 0) >= STRONG, folder


@pytest.mark.parametrize(
    "path",
    [
        "/srv/inetpub/wwwroot/aspnet_client/x.aspx",
        "/case/FrontEnd/HttpProxy/owa/auth/Current/themes/x.aspx",
        "/case/FrontEnd/HttpProxy/owa/auth/15.1.2176/x.aspx",
        "/case/frontend/httpproxy/ecp/auth/TimeoutLogoff.aspx",
        "/case/frontend/httpproxy/oab/x.aspx",
        "/case/copied/owa/auth/logout.aspx",
        "/case/C%3A/inetpub/wwwroot/aspnet_client/system_web/x.aspx",
    ],
)
def test_nothing_else_belongs_in_a_closed_place(path: str) -> None:
    """Also where only a part of the tree was copied."""
    assert _kinds(_found(path))["place"] == STRONG


def test_a_known_name_with_another_content_is_modified() -> None:
    """Weakly where the build is not known or not listed, strongly where the lists cover it."""
    found = _found(V15 + LOGON)
    assert _kinds(found) == {"modified": 25}
    assert _kinds(found, Known(BASELINE, build="15.1.2375.7")) == {"modified": 25}
    assert _kinds(found, Known(BASELINE, build="15.1.2176.9")) == {"modified": 60}
    assert _kinds(found, Known(BASELINE, faithful=True)) == {"modified": 60}
    assert _kinds(_found("/copied/owa/auth/logon.aspx")) == {"modified": 25}


def test_configuration_of_the_product_differs_everywhere() -> None:
    """Setup writes into it, so that another content is said and weighs nothing."""
    path = V15 + "frontend/httpproxy/owa/web.config"
    assert _kinds(_found(path, kind=FileKind.CONFIGURATION)) == {"modified": 0}
    assert _kinds(_found("/x/web.config", kind=FileKind.CONFIGURATION)) == {}


def test_an_ordinary_page_gives_no_reason() -> None:
    """On a site of which nothing is known."""
    times = (THEN.timestamp(),) * 3
    found = _found("/srv/site/account/login.aspx", modified=THEN)
    assert _kinds(found, neighbours=Neighbours(3, times)) == {}


def test_a_page_among_files_that_are_only_sent() -> None:
    """Counted below what was handed in: folders above it say nothing."""
    assert _kinds(_found("/x/uploads/2021/a.ashx")) == {"folder": 10}
    assert _kinds(_found("/temp/images/site/a.ashx", inside="site/a.ashx")) == {}


def test_neighbours() -> None:
    """Alone, or of another time than all others; not where nothing is known of the folder."""
    old = [(THEN - timedelta(days=days)).timestamp() for days in (900, 890, 880)]
    found = _found("/x/login.aspx", modified=THEN)
    assert _kinds(found, neighbours=Neighbours(1, (THEN.timestamp(),))) == {"neighbours": 5}
    far = Neighbours(4, (*old, THEN.timestamp()))
    reasons, _ = place_reasons(found, far, KNOWN)
    assert [reason.text for reason in reasons] == [
        "last changed 880 days away from every other page in its folder"
    ]
    near = Neighbours(5, (*old, THEN.timestamp(), THEN.timestamp() + 9))
    assert _kinds(found, neighbours=near) == {}
    assert _kinds(found, neighbours=Neighbours(4)) == {}


@pytest.mark.parametrize(
    ("name", "random"),
    [
        ("9f1c2b7ae0.aspx", True),
        ("k3x9Qz7.aspx", True),
        ("bcdfgk.aspx", True),
        ("default.aspx", False),
        ("Default2.aspx", False),
        ("RedirSuiteServiceProxy.aspx", False),
        ("sha256.ashx", False),
        ("rss.aspx", False),
        ("WebResource.axd.aspx", False),
        ("20210303.aspx", False),
        ("wkhtml.aspx", False),
        ("httpsctrl.aspx", False),
        ("PDFXML.aspx", False),
        ("mgmtsrv.ashx", False),
        ("mysql.aspx", False),
        ("md5sha1.aspx", False),
        ("utf8tob64.aspx", False),
        ("decade2000.aspx", False),
        ("xcssqzk.aspx", True),
        ("hkmjj.aspx", True),
        ("dead7f01.aspx", True),
        ("qx7md5k2v9.aspx", True),
    ],
)
def test_names_that_look_random(name: str, random: bool) -> None:
    """What no person and no product would call a page."""
    assert ("name" in _kinds(_found(f"/x/{name}"))) is random


def test_the_window_of_the_attack() -> None:
    """Given by the operator; what was changed in it weighs more."""
    known = Known(BASELINE, window=(THEN - timedelta(days=1), THEN + timedelta(days=1)))
    assert _kinds(_found("/x/login.aspx", modified=THEN), known) == {"window": 10}
    assert _kinds(_found("/x/login.aspx", modified=THEN + timedelta(days=2)), known) == {}
    assert _kinds(_found("/x/login.aspx"), known) == {}


def test_a_baseline_of_the_operator() -> None:
    """Its hashes are good anywhere; what lies beside what it lists, or differs, is suspicious."""
    good = "cd" * 32
    mine = OperatorBaseline("clean.jsonl", {"shop/cart.aspx": frozenset({good})}, frozenset({good}))
    known = Known(BASELINE, (Rooted(mine, ("/srv/site/",)),))
    assert place_reasons(_found("/else/z.aspx", good), None, known)[1]
    assert _kinds(_found("/srv/site/Shop/Cart.aspx"), known) == {"modified": 60}
    assert _kinds(_found("/srv/site/new/x.aspx"), known) == {"place": 60}
    assert _kinds(_found("/srv/site/bin/x.dll", kind=FileKind.ASSEMBLY), known) == {"place": 60}
    assert _kinds(_found("/srv/site/web.config", kind=FileKind.CONFIGURATION), known) == {}
    assert _kinds(_found("/srv/other/login.aspx"), known) == {}


@pytest.mark.parametrize(
    ("content", "reasons", "judgement", "score"),
    [
        ((Judgement.BENIGN, 0), [5, 5], Judgement.BENIGN, 10),
        ((Judgement.BENIGN, 20), [10, 10, 10, 5], Judgement.BENIGN, 39),
        ((Judgement.BENIGN, 30), [10, 10, 10], Judgement.SUSPICIOUS, 60),
        ((Judgement.BENIGN, 0), [60], Judgement.SUSPICIOUS, 60),
        ((Judgement.SUSPICIOUS, 45), [60], Judgement.MALICIOUS, 100),
        ((Judgement.SUSPICIOUS, 45), [10, 5], Judgement.SUSPICIOUS, 60),
        ((Judgement.SUSPICIOUS, 60), [25], Judgement.MALICIOUS, 85),
        ((Judgement.MALICIOUS, 95), [60], Judgement.MALICIOUS, 100),
    ],
)
def test_place_and_content_together(content, reasons, judgement, score) -> None:
    """A strong reason suffices for suspicion; weak ones lift only what is doubtful already."""
    said = PageJudgement("p", ODD, 1, *content)
    found = weighed(said, [Reason("x", None, "", points) for points in reasons], good=False)
    assert (found.judgement, found.score) == (judgement, score)
    assert len(found.reasons) == len(reasons)


def test_what_is_known_to_be_good_is_good() -> None:
    """Whatever its content seems to do; and a changed page of the product is at least unknown."""
    said = PageJudgement("p", ODD, 1, Judgement.MALICIOUS, 90, "f", (Reason("run", 1, "x", 90),))
    good = weighed(said, [Reason("known-good", None, "y")], good=True)
    assert (good.judgement, good.score, good.family) == (Judgement.KNOWN_GOOD, 0, None)
    assert [reason.kind for reason in good.reasons] == ["known-good"]
    plain = PageJudgement("p", ODD, 1, Judgement.BENIGN, 0)
    assert weighed(plain, [], good=False) is plain
    changed = weighed(plain, [Reason("modified", None, "z", 25)], good=False)
    assert (changed.judgement, changed.score) == (Judgement.UNKNOWN, 25)


def test_versions_are_read_from_folders() -> None:
    """Of three or four parts; a file of such a name is none."""
    assert version_in("owa/auth/15.1.2176/x.css") == "15.1.2176"
    assert version_in("15.1.2176.9/x.css") == "15.1.2176.9"
    assert version_in("owa/15.1.2176.9") is None
    assert version_in("a/b/c.aspx") is None


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_path_has_a_place(path: str, inside: str) -> None:
    """Nothing in a path raises."""
    place_of(path, BASELINE)
    version_in(path)
    place_reasons(_found(path, inside=inside, modified=THEN), Neighbours(1, ()), KNOWN)
