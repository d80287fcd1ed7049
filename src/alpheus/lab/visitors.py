"""What one person asks of an Exchange server: web mail, a phone, Outlook, other programs."""

from __future__ import annotations

from random import Random
from typing import Any

from alpheus.lab import clients, names
from alpheus.lab.request import BackEnd, Request
from alpheus.lab.server import Build, Server

Weighted = tuple[int, Request]
"""A request and how often it occurs beside the others."""

_ANONYMOUS: dict[str, Any] = {"anchor": "", "user": "", "backend_status": None}


class Visitor:
    """One person with an address, a browser, a phone and an Outlook."""

    def __init__(self, rng: Random, server: Server, build: Build, number: int) -> None:
        self._rng = rng
        self._server = server
        self._build = build
        self._person = server.people[number]
        self._client = server.clients[number % len(server.clients)]
        self._user = f"{server.netbios}\\{self._person}"
        self._anchor = f"Sid~{server.domain_sid}-{1100 + number}"
        self._mailbox = names.guid(rng)
        self._browser = rng.choice(clients.BROWSERS)

    def everything(self) -> list[Weighted]:
        """All of it, the control panel included."""
        parts = (self._webmail(), self._phone(), self._outlook(), self._services(), self._panel())
        return [weighted for part in parts for weighted in part]

    def _webmail(self) -> list[Weighted]:
        fonts = f"/owa/auth/{self._build.folder}/themes/resources/segoeui-regular.ttf"
        logon = f"url=https%3a%2f%2f{self._server.public_name}%2fowa%2f&reason=0"
        turned_away = _ANONYMOUS | {"status": 302, "generic": "NoCookies=302 - GET/E14AuthPost"}
        signed_in = _ANONYMOUS | {"status": 302}
        find = "action=FindConversation&EP=1&ID=-44&AC=1"
        return [
            (1, self._asked("Owa", "GET", "/owa/", **turned_away)),
            (2, self._asked("Owa", "GET", "/owa/auth/logon.aspx", query=logon, **_ANONYMOUS)),
            (1, self._asked("Owa", "POST", "/owa/auth.owa", **signed_in)),
            (1, self._asked("Owa", "GET", fonts, **_ANONYMOUS)),
            (6, self._passed("Owa", "POST", "/owa/service.svc", find)),
            (3, self._passed("Owa", "GET", "/owa/", "bO=1")),
        ]

    def _phone(self) -> list[Weighted]:
        agent, kind = self._rng.choice(clients.PHONES)
        device = names.hexadecimal(self._rng, 26).upper()
        stem = "/Microsoft-Server-ActiveSync/default.eas"
        query = f"User={self._person}&DeviceId={device}&DeviceType={kind}&Cmd="
        shared = {"user_agent": agent, "authentication": "Basic"}
        refused = _ANONYMOUS | shared | {"query": query + "Sync", "status": 401}
        return [
            (1, self._asked("Eas", "POST", stem, **refused)),
            (5, self._passed("Eas", "POST", stem, query + "Ping", **shared)),
            (4, self._passed("Eas", "POST", stem, query + "Sync", **shared)),
        ]

    def _outlook(self) -> list[Weighted]:
        mailbox = f"MailboxId={self._mailbox}@{self._server.domain}"
        expires = f"2021-04-30T18:59:59~{self._server.domain}~1"
        cookie = f"Database~{self._server.database}~~{expires}"
        discover = "/autodiscover/autodiscover.xml"
        book = f"/OAB/{self._server.oab}/oab.xml"
        shared = {"user_agent": self._rng.choice(clients.OUTLOOK), "authentication": "NTLM"}
        mapi = shared | {"authentication": "Negotiate", "hint": "MailboxGuidWithDomain"}
        rpc = {"user_agent": "MSRPC", "authentication": "NTLM"}
        refused = _ANONYMOUS | shared | {"status": 401}
        proxy = f"{self._server.fqdn}:6001"
        return [
            (6, self._passed("Mapi", "POST", "/mapi/emsmdb/", mailbox, cookie=cookie, **mapi)),
            (2, self._passed("Mapi", "POST", "/mapi/nspi/", mailbox, **mapi)),
            (1, self._passed("RpcHttp", "RPC_IN_DATA", "/rpc/rpcproxy.dll", proxy, **rpc)),
            (1, self._asked("Autodiscover", "POST", discover, **refused)),
            (1, self._passed("Autodiscover", "POST", discover, "", cookie=cookie, **shared)),
            (1, self._passed("Oab", "GET", book, "", **shared)),
        ]

    def _services(self) -> list[Weighted]:
        agent = self._rng.choice(clients.WEB_SERVICES)
        actions = ("GetFolder", "FindItem", "GetUserOofSettings", "SyncFolderItems")
        soap = self._rng.choice(actions)
        calendar = f"/owa/calendar/{self._mailbox}@{self._server.domain}/calendar.ics"
        shared = {"user_agent": agent, "authentication": "NTLM", "soap": soap}
        return [
            (3, self._passed("Ews", "POST", "/EWS/Exchange.asmx", "", **shared)),
            (
                1,
                self._asked("OwaCalendar", "GET", calendar, **(_ANONYMOUS | {"user_agent": agent})),
            ),
        ]

    def _panel(self) -> list[Weighted]:
        rules = "/ecp/RulesEditor/InboxRules.svc/GetList"
        canary = f"msExchEcpCanary={names.letters(self._rng, 20, 20)}."
        return [
            (1, self._passed("Ecp", "GET", "/ecp/", "p=personalsettings")),
            (1, self._passed("Ecp", "POST", rules, canary)),
            (1, self._asked("Ecp", "GET", f"/ecp/{self._build.folder}/scripts/common.js")),
        ]

    def _passed(self, protocol: str, method: str, stem: str, query: str, **more: object) -> Request:
        """Answered by the back end, where it leaves a row too."""
        back = BackEnd(stem, query, self._user, self._server.address, 200, method)
        return self._asked(protocol, method, stem, query=query, back_end=back, **more)

    def _asked(self, protocol: str, method: str, stem: str, **more: object) -> Request:
        fields: dict[str, Any] = {
            "user_agent": self._browser,
            "user": self._user,
            "anchor": self._anchor,
            "request_bytes": self._rng.randint(200, 4000),
            "response_bytes": self._rng.randint(300, 40000),
            "milliseconds": self._rng.randint(4, 300),
            **more,
        }
        return Request(protocol, method, stem, self._client, **fields)
