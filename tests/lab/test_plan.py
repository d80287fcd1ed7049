"""Plans and layouts."""

from __future__ import annotations

from alpheus.lab.plan import EVERYTHING, FRONT_END, draft, kape, velociraptor


def test_layouts() -> None:
    """A volume's copy keeps the drive's letter as a folder; Velociraptor escapes the colon."""
    assert kape("E:\\a b\\c.log") == "E/a b/c.log"
    assert velociraptor("C:\\a b\\c.log") == "uploads/auto/C%3A/a b/c.log"


def test_drafts_follow_from_seed_and_name() -> None:
    """The same seed and name give the same server; another name another one."""
    assert draft(1, "a").server == draft(1, "a").server
    assert draft(1, "a").server.fqdn != draft(1, "b").server.fqdn


def test_front_end_is_part_of_everything() -> None:
    """The front end's logs are among those that can be collected."""
    assert FRONT_END < EVERYTHING
