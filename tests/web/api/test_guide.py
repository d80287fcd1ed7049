"""The examples of the guide to the console, as somebody types them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alpheus.web.access.roles import Grant, Role
from console import made
from web.programs import ADMIN, Api

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "console.md"
LIST = b"ip,timestamp\n192.0.2.1,2021-03-10\n192.0.2.2,2021-03-10\n"
CODE = "\N{HORIZONTAL ELLIPSIS}"


def _commands() -> Iterator[list[str]]:
    """Each command of the section, in words."""
    section = GUIDE.read_text("utf-8").partition("\n## API\n")[2]
    for block in re.findall(r"```\n(.*?)```", section, re.DOTALL):
        for line in block.replace("\\\n", "").splitlines():
            yield shlex.split(line)


class _Curl:
    """What curl does with these options."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.known = {"CONSOLE": "", "TOKEN": api.token(ADMIN)}

    def run(self, words: list[str]) -> Any:
        headers: dict[str, str] = {}
        method, body, address = "GET", b"", ""
        given = iter(words)
        for word in given:
            if word == "-H":
                name, _, value = self._filled(next(given)).partition(": ")
                headers[name] = value
            elif word == "--json":
                body = self._filled(next(given)).encode()
                method, headers["content-type"] = "POST", "application/json"
            elif word == "-T":
                assert next(given) == "list.csv"
                method, body = "PUT", LIST
            elif word == "-o":
                next(given)
            else:
                address = self._filled(word)
        self.api.client.cookies.clear()
        return self.api.client.request(method, address, headers=headers, content=body)

    def _filled(self, text: str) -> str:
        filled = re.sub(r"\$([A-Z]+)", lambda found: self.known[found[1]], text)
        return filled.replace(CODE, self.known.get("CODE", CODE))


def test_every_example_of_the_guide_works(api: Api) -> None:
    """One after the other, with what the one before has given."""
    made(api.world.app, "kim", Grant(Role.ANALYST))
    curl, asked = _Curl(api), 0
    for words in _commands():
        if words[0] == "export":
            continue
        assert words[0] == "curl"
        answer = curl.run(words[1:])
        assert answer.status_code in {200, 201}, (words, answer.text)
        asked += 1
        if answer.headers["content-type"] != "application/json":
            continue
        told = answer.json()
        found = {"CODE": told.get("code"), "ID": told.get("id"), "JOB": told.get("jobs")}
        for name, value in found.items():
            if value:
                curl.known[name] = str(value[0] if name == "JOB" else value)
    assert asked >= 10
    assert api.ask("POST", f"/jobs/{curl.known['JOB']}/cancel").status_code == 200
