"""`alpheus serve` is told what it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cli import build_parser
from alpheus.cli.serve import PORT
from alpheus.web import serving
from alpheus.web.settings import Settings


def _told(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[str, Settings]:
    seen: list[tuple[str, Settings]] = []
    monkeypatch.setattr(serving, "serve", lambda place, settings, _: seen.append((place, settings)))
    options = build_parser().parse_args(["serve", *arguments])
    assert options.run(options) == 0
    return seen[0]


def test_it_is_for_this_machine_alone_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without an option nobody else reaches it."""
    monkeypatch.delenv("ALPHEUS_DATABASE", raising=False)
    monkeypatch.delenv("ALPHEUS_NOTIFY", raising=False)
    assert _told(monkeypatch) == ("alpheus-cases.db", Settings())
    assert Settings().port == PORT


def test_every_option_reaches_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by its name."""
    place, settings = _told(
        monkeypatch, "--host", "::", "--port", "443", "--database", "d", "--certificate", "c",
        "--key", "k", "--proxy", "192.0.2.1", "--proxy", "2001:db8::/32", "--public-url",
        "https://c.example", "--uploads", "u", "--workers", "3", "--notify", "n.yaml",
    )  # fmt: skip
    assert place == "d"
    assert settings == Settings(
        host="::", port=443, certificate=Path("c"), key=Path("k"),
        proxies=("192.0.2.1", "2001:db8::/32"), public_url="https://c.example", uploads=Path("u"),
        workers=3, notify=Path("n.yaml"),
    )  # fmt: skip


@pytest.mark.parametrize("port", ["-1", "65536", "http", "", "٣"])
def test_a_port_is_a_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is told at once."""
    with pytest.raises(SystemExit):
        build_parser().parse_args(["serve", "--port", port])
    assert "is not a port" in capsys.readouterr().err
