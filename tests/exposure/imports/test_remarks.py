"""What was left out of rows, told in a few sentences."""

from __future__ import annotations

from alpheus.exposure.imports.remarks import NO_PLACE, NO_TIME, SHOWN, Remarks


def test_lines_are_named_and_the_rest_counted() -> None:
    """One sentence for each sort; values are cut and stand on one line."""
    remarks = Remarks()
    for line in range(1, SHOWN + 4):
        remarks.add(line, (NO_TIME, f"day\n{line}"))
    remarks.add(7, (NO_PLACE, "x" * 300))
    times, places = remarks.told()
    assert times.startswith(f"{NO_TIME}: line 1 'day 1', line 2 'day 2'")
    assert times.endswith(" and 3 more")
    assert places == f"{NO_PLACE}: line 7 '{'x' * 60}...'"
