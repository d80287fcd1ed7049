"""Programs that ask a console, for tests of the API."""

from __future__ import annotations

from typing import Any

from alpheus.web.access.roles import Grant, Permission, Role
from console import Client, made
from web.access_matrix import OWN, Asker, World

ADMIN, VIEWER = Asker(Role.ADMIN), Asker(Role.VIEWER)
CONSTITUENT = Asker(Role.CONSTITUENT, OWN)
_NEVER = frozenset({Permission.PUBLIC, Permission.SIGNED_IN})


class Api:
    """Programs with a token for all that their account may."""

    def __init__(self, world: World, client: Client) -> None:
        self.world = world
        self.values = world.values
        self.client = client
        self._tokens: dict[Asker, str] = {}

    def token(self, who: Asker, *scope: Permission) -> str:
        """A token of a role, for all that it may or for some of it."""
        state = self.world.app.state
        number: int = self.world.accounts.get(who) or self._account(who)
        person = state.accounts.person(number)
        every = scope or [one for one in Permission if one not in _NEVER and person.may(one)]
        text: str = state.sessions.make_token(person, "test", frozenset(every), 30)
        return text

    def _account(self, who: Asker) -> int:
        assert who.role is not None
        name = f"{who.role} for programs of {who.organisation}"
        return made(self.world.app, name, Grant(who.role, who.organisation))

    def ask(self, method: str, path: str, who: Asker = ADMIN, **more: Any) -> Any:
        """Ask for a path below that of the API."""
        if who not in self._tokens:
            self._tokens[who] = self.token(who)
        headers = {"authorization": f"Bearer {self._tokens[who]}", **more.pop("headers", {})}
        self.client.cookies.clear()
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, who: Asker = ADMIN, **more: Any) -> Any:
        """What is there, as JSON."""
        answer = self.ask("GET", path, who, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object, who: Asker = ADMIN) -> Any:
        """What came of something that was done, as JSON."""
        answer = self.ask("POST", path, who, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str, who: Asker = ADMIN) -> list[str]:
        """A list as a file, line by line."""
        answer = self.ask("GET", path, who, headers={"accept": "text/csv"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/csv")
        lines: list[str] = answer.text.splitlines()
        return lines

    def refused(self, method: str, path: str, who: Asker = ADMIN, **more: Any) -> tuple[int, str]:
        """The status and the code of a problem."""
        answer = self.ask(method, path, who, **more)
        assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
        return answer.status_code, answer.json()["code"]
