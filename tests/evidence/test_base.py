"""The contract of the room."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

from alpheus.evidence import open_package
from alpheus.evidence.base import EvidenceFile, Limits, OpenOptions, Package
from alpheus.model import Skipped


def test_what_is_opened_keeps_the_contract(tmp_path: Path) -> None:
    """A package and its files have every member that the protocols name."""
    (tmp_path / "a.log").write_text("x")
    package = open_package(tmp_path, "E1", OpenOptions())
    (file,) = package.files()
    assert not isinstance(file, Skipped)
    for one, protocol in ((package, Package), (file, EvidenceFile)):
        for name, _ in inspect.getmembers(protocol):
            assert name.startswith("_") or hasattr(one, name), name


def test_every_limit_is_a_bound_above_zero() -> None:
    """Nothing is unlimited, and each limit can be raised by itself."""
    defaults = dataclasses.asdict(Limits())
    assert all(value > 0 for value in defaults.values())
    for name, value in defaults.items():
        raised = dataclasses.asdict(dataclasses.replace(Limits(), **{name: value * 2}))
        assert raised == {**defaults, name: value * 2}
