"""Every test of the scan that counts rows runs in C, where that was built, and with arrays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alpheus.scan import native

BOTH = {"test_textlog", "test_engine", "test_lines", "test_blocks"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Twice, in those modules."""
    if metafunc.module.__name__.rpartition(".")[2] in BOTH:
        metafunc.fixturenames.append("columnar")
        ways = ["arrays"] if native.library() is None else ["c", "arrays"]
        metafunc.parametrize("columnar", ways, indirect=True, scope="module")


@pytest.fixture(scope="module")
def columnar(request: pytest.FixtureRequest) -> Iterator[None]:
    """Reads rows in C, or as if the package had been built without a compiler."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "arrays":
            patch.setattr(native, "library", lambda: None)
        yield
