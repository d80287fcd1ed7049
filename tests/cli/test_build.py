"""`alpheus build` as its users run it."""

from __future__ import annotations

import json

import pytest

from cli.running import ESCAPE, run

FIELDS = {
    "given", "build", "precision", "listed", "product", "cu", "su", "kb", "released", "name",
    "cves", "end_of_life", "install_next", "conflict", "note", "sources",
}  # fmt: skip


def documents(*builds: str, **more: str) -> list[dict]:
    """What the program prints as JSON, one object a line."""
    ended = run("build", *builds, "--format", "json", **more)
    assert (ended.returncode, ended.stderr) == (0, b"")
    return [json.loads(line) for line in ended.stdout.decode("utf-8").splitlines()]


def test_one_build_is_one_object_with_every_field():
    """Build, precision, product, updates, date, and every flaw with state and reason."""
    (found,) = documents("15.01.2176.004")
    assert found.keys() == FIELDS
    assert (found["given"], found["build"], found["precision"]) == (
        "15.01.2176.004", "15.1.2176.4", 4,
    )  # fmt: skip
    assert (found["product"], found["cu"], found["su"], found["released"]) == (
        "Microsoft Exchange Server 2016", "CU19", "Feb21SU", "2021-02",
    )  # fmt: skip
    flaw = found["cves"]["CVE-2021-26855"]
    assert (flaw["state"], flaw["fixed_from"]) == ("vulnerable", "15.1.2176.9")
    assert "15.1.2176.9" in flaw["why"]
    assert found["end_of_life"]["support_ends"] == "2025-10-14"
    assert found["install_next"]["target"]["build"].startswith("15.2.2562.")


def test_several_builds_are_as_many_lines_in_the_order_given():
    """Floats would make two of these the same build."""
    found = documents("15.1.1913.10", "15.1.1913.1", "15.1.1913.12", "73C1808B")
    assert [one["build"] for one in found] == [
        "15.1.1913.10", "15.1.1913.1", "15.1.1913.12", "15.1.139",
    ]  # fmt: skip
    states = [one["cves"]["CVE-2021-26855"]["state"] for one in found]
    assert states[:3] == ["vulnerable", "vulnerable", "fixed"]


def test_what_is_undetermined_says_what_settles_it():
    """In a field of its own, and only there."""
    (short,) = documents("15.1.2176")
    for flaw in short["cves"].values():
        assert ("settles" in flaw) is (flaw["state"] == "undetermined")
    assert "four-part build" in short["cves"]["CVE-2021-26855"]["settles"]
    assert (short["precision"], short["su"], short["released"]) == (3, None, None)


def test_a_build_that_no_table_knows_is_answered():
    """It is a build, so the exit status is 0; every flaw is undetermined."""
    (found,) = documents("9.9.9.9")
    assert (found["product"], found["listed"]) == (None, False)
    assert {flaw["state"] for flaw in found["cves"].values()} == {"undetermined"}


@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "C", "tr_TR.UTF-8"])
def test_the_locale_changes_nothing(locale):
    """A comma in the number is read, and the output is the same to the byte."""
    ours = run("build", "15,1,2176,4", "15.1.1415.8", "720280B0")
    theirs = run("build", "15,1,2176,4", "15.1.1415.8", "720280B0", LC_ALL=locale, LANG=locale)
    assert (theirs.returncode, theirs.stderr) == (0, b"")
    assert theirs.stdout == ours.stdout
    assert documents("15,1,2176,4", LC_ALL=locale) == documents("15,1,2176,4")


@pytest.mark.parametrize("text", ["1913.10", "abc", "", "15.1", "\x1b[31m15", "deadbeef"])
def test_what_is_no_build_is_one_line_with_the_forms(text):
    """Exit status 2, nothing printed, and the spellings that are accepted."""
    ended = run("build", text)
    assert (ended.returncode, ended.stdout) == (2, b"")
    message = ended.stderr.decode()
    assert message.startswith("alpheus: '")
    assert "is no build of Exchange" in message
    assert "15.1.2176.4" in message
    assert "73C18880" in message
    assert message.count("\n") == 1
    assert ESCAPE not in message


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_is_no_build_does_not_hide_the_others(form):
    """The good ones are printed in their order; one line names the bad ones; exit status 2."""
    good = ("15.1.2176.4", "15.2.2562.46")
    ended = run("build", good[0], "abc", good[1], "--format", form)
    assert ended.returncode == 2
    assert ended.stdout == run("build", *good, "--format", form).stdout
    assert ended.stderr.startswith(b"alpheus: 'abc' is no build of Exchange; ")
    assert ended.stderr.count(b"\n") == 1
    many = run("build", *[f"bad{n}" for n in range(7)], good[0], "--format", form).stderr.decode()
    assert many.startswith("alpheus: 'bad0', 'bad1', 'bad2', 'bad3', 'bad4' and 2 more are no")
    assert many.count("\n") == 1


def test_a_build_that_no_server_can_have_claims_nothing():
    """As the probe says of a server that names it: no product, no state, and why not."""
    for found in documents("15.0.9999.1", "15.1.9999.1", "15.1.2176.50", "15.2.99999.1"):
        assert (found["product"], found["build"]) == (None, found["given"])
        assert {flaw["state"] for flaw in found["cves"].values()} == {"undetermined"}
        assert "is above the last" in found["note"]
        assert found["install_next"]["action"] == "unknown"


def test_the_forms_that_are_named_are_accepted():
    """A spelling that the message offers must work."""
    named = (
        "15.1.2176.4", "15.1.2176", "15.01.2176.004", "15,1,2176,4", "Version 15.1 (Build 2176.4)",
        "X-OWA-Version: 15.1.2176.4", "Exchange/15.01.2176.004", "1942063232", "73C18880",
    )  # fmt: skip
    message = run("build", "x").stderr.decode()
    assert [form for form in named if form not in message] == []
    assert {one["build"] for one in documents(*named)} == {"15.1.2176.4", "15.1.2176"}


def test_text_says_the_sentence_first_and_separates_builds():
    """For people: the answer, then the details, then the flaws; no colour in a pipe."""
    ended = run("build", "15.1.2176.4", "15.2.2562.46", TERM="xterm-256color")
    text = ended.stdout.decode()
    assert text.startswith(
        "15.1.2176.4 is Exchange Server 2016 CU19 with Feb21SU, vulnerable to 13"
    )
    assert "\n\n15.2.2562.46 is Exchange Server SE RTM with Aug26SU" in text
    assert ESCAPE not in text


def test_another_product_is_told_in_a_sentence():
    """By packs; the sentence names what to install."""
    ended = run("build", "16.0.10417.20027")
    told = " ".join(ended.stdout.decode().split())
    assert told.startswith(
        "16.0.10417.20027 is SharePoint Server 2019, vulnerable to 2 of 4 tracked flaws: install "
    )
    assert max(map(len, ended.stdout.decode().splitlines())) <= 80
