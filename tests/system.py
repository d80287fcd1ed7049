"""Programs of the system's packages that `system` tests use."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable
from typing import TypeVar, cast

import pytest

_Test = TypeVar("_Test", bound=Callable[..., object])
_SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def find(program: str) -> str | None:
    """Where a program is; `sbin` is looked into as well, which is not on everybody's path."""
    return shutil.which(program, path=_SYSTEM_PATH)


def needs(program: str, package: str) -> Callable[[_Test], _Test]:
    """Mark a test `system`: without `program` it is skipped, and fails where CI=true.

    `package` is the Debian package that brings the program.
    """
    reason = f"{program} is absent (Debian package {package})"

    def mark(test: _Test) -> _Test:
        marked = pytest.mark.system(test)
        if find(program) is not None:
            return marked
        if os.environ.get("CI") != "true":
            return pytest.mark.skip(reason=reason)(marked)

        @functools.wraps(test)
        def failing(*_args: object, **_kwargs: object) -> None:
            pytest.fail(f"{reason}, and CI=true promises that it is there")

        return pytest.mark.system(cast("_Test", failing))

    return mark
