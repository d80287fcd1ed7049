"""`alpheus pack`: one command for all that has to do with packs."""

from __future__ import annotations

import pytest

from alpheus.cli import main


def test_help_names_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command below it stands in the help."""
    with pytest.raises(SystemExit):
        main(["pack", "--help"])
    told = capsys.readouterr().out
    for word in ("trust", "distrust", "install", "remove", "keys", "bundle"):
        assert f"\n    {word}" in told
