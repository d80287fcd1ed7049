"""Messages between the console and the process of a job."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.web.jobs.model import Note, Result
from alpheus.web.jobs.wire import Ended, Failed, Message, Phase, Progress


@pytest.mark.parametrize(
    "message", [Progress(1, 2), Phase(Note("x", {"n": 1})), Ended(Result(added=3)), Failed(Note())]
)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    """Each kind is known by its tag."""
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@pytest.mark.parametrize("line", [b"", b"{}", b'{"type":"other"}', b'{"type":"ended","result":1}'])
def test_anything_else_is_no_message(line: bytes) -> None:
    """What comes from a process that reads hostile evidence is checked."""
    with pytest.raises(msgspec.MsgspecError):
        msgspec.json.decode(line, type=Message)
