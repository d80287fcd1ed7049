"""Who is believed on a cluster's wire."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path

import pytest
from distributed.comm.registry import backends

from alpheus.engine import wire
from alpheus.engine.certs import Role
from alpheus.engine.wire import Refused, believing, guard, loads, peer_role


@pytest.fixture(scope="module", autouse=True)
def driver() -> None:
    """This process is a driver."""
    guard(Role.DRIVER)


class _Makes:
    """Makes a folder where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = str(place)

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.place,)


def test_nothing_of_a_strangers_pickle_is_run(tmp_path: Path) -> None:
    """In its place stands that it was refused; within containers as well."""
    place = tmp_path / "made"
    assert isinstance(loads(pickle.dumps(_Makes(place))), Refused)
    (inside,) = loads(pickle.dumps([_Makes(place)]))
    assert isinstance(inside, Refused)
    assert not place.exists()
    with believing():
        loads(pickle.dumps(_Makes(place)))
    assert place.is_dir()


def test_plain_values_are_read() -> None:
    """Numbers, text, bytes and containers of them."""
    value = {"a": [1, 2.5, None, True, ("x", b"y")], "type": bytes, "set": bytearray(b"z")}
    assert loads(pickle.dumps(value)) == value


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\x80\x05}\x94(", pickle.dumps(ValueError("x"))]
)
def test_what_cannot_be_read_is_refused_too(content: bytes) -> None:
    """Nothing is raised: whoever waits for a message gets one."""
    assert isinstance(loads(content), Refused)


def test_state_is_not_taken_either() -> None:
    """What an object should be filled with is dropped."""
    one = Refused("x", y=1)
    one.__setstate__({"args": ("said",)})
    assert str(one) == "a pickle that was not read"


@pytest.mark.parametrize(
    ("certificate", "role"),
    [
        ({"subject": ((("organizationName", "x"),), (("commonName", "worker"),))}, "worker"),
        ({"subject": ()}, "stranger"),
        (None, "stranger"),
    ],
)
def test_the_role_is_the_name_in_the_certificate(certificate: dict | None, role: str) -> None:
    """Without one it is a stranger's."""
    assert peer_role(certificate) == role


def test_who_hears_whom() -> None:
    """A driver and the workers hear the scheduler alone; that hears workers report, no more."""
    heard = {own: {peer for mine, peer in wire._HEARS if mine is own} for own in Role}
    assert heard == {
        Role.DRIVER: {"scheduler"}, Role.WORKER: {"scheduler"},
        Role.SCHEDULER: {"driver", "worker"},
    }  # fmt: skip
    asked = wire._HEARS[Role.SCHEDULER, "worker"]
    assert asked is not None
    assert not asked & {"update-graph", "run_function", "broadcast", "proxy", "register-client",
                        "register_scheduler_plugin", "gather"}  # fmt: skip
    assert list(wire._asked([{"op": "task-finished"}, {"x": 1}])) == ["task-finished"]
    assert list(wire._asked({"op": "close"})) == ["close"]
    assert list(wire._asked("OK")) == []


def test_a_process_has_one_role_and_speaks_tls_alone() -> None:
    """Nothing else can be listened at or called."""
    assert set(backends) == {"tls"}
    with pytest.raises(AssertionError):
        guard(Role.SCHEDULER)


def test_dask_says_no_more_than_it_should() -> None:
    """Parts of it that have a level of their own, too."""
    wire.quiet(logging.CRITICAL)
    parts = [one for one in logging.root.manager.loggerDict if one.startswith("distributed.")]
    assert parts
    assert {logging.getLogger(one).level for one in parts} == {logging.CRITICAL}
