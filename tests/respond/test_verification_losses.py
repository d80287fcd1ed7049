"""What was lost might have been a page."""

from __future__ import annotations

from alpheus.report.assessment_file import Assessment, Loss, Package, Run
from alpheus.respond.verification_losses import missing


def _of(*losses: Loss) -> Assessment:
    return Assessment("", Run("", ""), (), evidence=(Package("new", "E1"),), skipped=losses)


def test_losses_are_named_with_their_place() -> None:
    """A package, an archive inside, a file, a part of one; what was too much to list, too."""
    lost = _of(
        Loss("b.zip", "cut off", "E1"), Loss("C/x.aspx", "only its beginning", "E1", 9),
        Loss("", "cut off", "E1"), Loss("", "further losses"),
    )  # fmt: skip
    found = list(missing(lost, ["n.zip: damaged"]))
    assert [one.partition(":")[0] for one in found] == [
        "n.zip", "new/b.zip", "new/C/x.aspx", "new", "the new evidence",
    ]  # fmt: skip
    assert all("bring" in one for one in found)


def test_single_rows_hide_nothing() -> None:
    """A log with a row that is torn was seen; one that is not there to its end was not."""
    assert not list(missing(_of(Loss("a.log", "no row", offset=7))))
    assert list(missing(_of(Loss("a.log", "not read to its end"))))
