"""What containers give."""

from __future__ import annotations

import io

from alpheus.evidence.base import Limits
from alpheus.evidence.budget import Budget
from alpheus.evidence.members import Access, Loss, Member, Source


def test_defaults_promise_the_least() -> None:
    """Unless a container says more, nothing is known of a member and nothing can seek."""
    member = Member("a", io.BytesIO)
    assert (member.size, member.modified, member.path, member.seekable) == (None,) * 4
    source = Source("a", io.BytesIO)
    assert source.seekable is None
    assert source.path is None
    assert Loss("a", "why").count == 1
    assert Access(Budget(Limits())).passwords == ()
