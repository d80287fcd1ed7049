"""What the loop is given."""

from __future__ import annotations

from alpheus.exposure.wiring import Limits


def test_what_stalls_has_more_room_than_what_keeps_us_busy() -> None:
    """Dead and slow hosts take up connections, and not the place of others."""
    limits = Limits()
    assert limits.open >= 8 * limits.busy
    assert 0 < limits.connect <= limits.answer
