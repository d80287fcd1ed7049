"""Ordinary traffic of an Exchange server: what people, phones, Outlook and crawlers ask for."""

from __future__ import annotations

from random import Random

from alpheus.lab import clients, names
from alpheus.lab.request import BackEnd, Request
from alpheus.lab.server import Build, Server

Weighted = tuple[int, Request]


def requests(rng: Random, server: Server, build: Build) -> list[Weighted]:
    """Variants of requests, each with how often it occurs beside the others."""
    variants: list[Weighted] = []
    for index, person in enumerate(server.people):
        visitor = _Visitor(rng, server, build, person, server.clients[index % len(server.clients)])
        variants += visitor.webmail()
        variants += visitor.phone()
        variants += visitor.outlook()
        variants += visitor.services()
        if index % 4 == 0:
            variants += visitor.panel()
    return variants + noise(rng, server, build) + odd(rng, server, build)


class _Visitor:
    """One person with an address, a phone and an Outlook."""

    def __init__(self, rng: Random, server: Server, build: Build, person: str, client: str) -> None:
        self._rng = rng
        self._server = server
        self._build = build
        self._person = person
        self._client = client
        self._user = f"{server.netbios}\\{person}"
        relative = 1100 + server.people.index(person)
        self._anchor = f"Sid~{server.domain_sid}-{relative}"
        self._mailbox = names.guid(rng)

    def webmail(self) -> list[Weighted]:
        """OWA: logon, mailbox, pictures and fonts."""
        browser = self._rng.choice(clients.BROWSERS)
        fonts = f"/owa/auth/{self._build.folder}/themes/resources/segoeui-regular.ttf"
        logon = "url=https%3a%2f%2f" + self._server.public_name + "%2fowa%2f&reason=0"
        anonymous = {"anchor": "", "user": "", "backend_status": None}
        return [
            (
                1,
                self._request(
                    "Owa",
                    "GET",
                    "/owa/",
                    browser,
                    status=302,
                    generic="NoCookies=302 - GET/E14AuthPost",
                    **anonymous,
                ),
            ),
            (
                2,
                self._request(
                    "Owa", "GET", "/owa/auth/logon.aspx", browser, query=logon, **anonymous
                ),
            ),
            (1, self._request("Owa", "POST", "/owa/auth.owa", browser, status=302, **anonymous)),
            (1, self._request("Owa", "GET", fonts, browser, **anonymous)),
            (
                6,
                self._passed(
                    "Owa",
                    "POST",
                    "/owa/service.svc",
                    browser,
                    "action=FindConversation&EP=1&ID=-44&AC=1",
                ),
            ),
            (3, self._passed("Owa", "GET", "/owa/", browser, "bO=1")),
        ]

    def phone(self) -> list[Weighted]:
        """ActiveSync: long pings, and a refusal now and then."""
        agent, kind = self._rng.choice(clients.PHONES)
        device = names.hexadecimal(self._rng, 26).upper()
        stem = "/Microsoft-Server-ActiveSync/default.eas"
        query = f"User={self._person}&DeviceId={device}&DeviceType={kind}&Cmd="
        refused = self._request(
            "Eas",
            "POST",
            stem,
            agent,
            query=query + "Sync",
            status=401,
            user="",
            anchor="",
            authentication="Basic",
            backend_status=None,
        )
        return [
            (1, refused),
            (5, self._passed("Eas", "POST", stem, agent, query + "Ping", authentication="Basic")),
            (4, self._passed("Eas", "POST", stem, agent, query + "Sync", authentication="Basic")),
        ]

    def outlook(self) -> list[Weighted]:
        """MAPI over HTTP, RPC over HTTP, Autodiscover and the address book."""
        agent = self._rng.choice(clients.OUTLOOK)
        mailbox = f"MailboxId={self._mailbox}@{self._server.domain}"
        server = f"{self._server.fqdn}:6001"
        database = f"Database~{self._server.database}~~2021-04-30T18:59:59~{self._server.domain}~1"
        discover = "/autodiscover/autodiscover.xml"
        refused = self._request(
            "Autodiscover",
            "POST",
            discover,
            agent,
            status=401,
            user="",
            anchor="",
            authentication="NTLM",
            backend_status=None,
        )
        return [
            (6, self._passed("Mapi", "POST", "/mapi/emsmdb/", agent, mailbox, authentication="Negotiate", hint="MailboxGuidWithDomain", cookie=database)),
            (2, self._passed("Mapi", "POST", "/mapi/nspi/", agent, mailbox, authentication="Negotiate", hint="MailboxGuidWithDomain")),
            (1, self._passed("RpcHttp", "RPC_IN_DATA", "/rpc/rpcproxy.dll", "MSRPC", server, authentication="NTLM")),
            (1, refused),
            (1, self._passed("Autodiscover", "POST", discover, agent, "", authentication="NTLM", cookie=database)),
            (1, self._passed("Oab", "GET", f"/OAB/{self._server.oab}/oab.xml", agent, "", authentication="Negotiate")),
        ]  # fmt: skip

    def services(self) -> list[Weighted]:
        """EWS from Outlook and Macs; a shared calendar."""
        agent = self._rng.choice(clients.WEB_SERVICES)
        action = self._rng.choice(
            ("GetFolder", "FindItem", "GetUserOofSettings", "SyncFolderItems")
        )
        calendar = f"/owa/calendar/{self._mailbox}@{self._server.domain}/calendar.ics"
        return [
            (
                3,
                self._passed(
                    "Ews",
                    "POST",
                    "/EWS/Exchange.asmx",
                    agent,
                    "",
                    authentication="NTLM",
                    soap=action,
                ),
            ),
            (
                1,
                self._request(
                    "OwaCalendar", "GET", calendar, agent, user="", anchor="", backend_status=None
                ),
            ),
        ]

    def panel(self) -> list[Weighted]:
        """The control panel: options of one's own mailbox."""
        browser = self._rng.choice(clients.BROWSERS)
        rules = "/ecp/RulesEditor/InboxRules.svc/GetList"
        canary = "msExchEcpCanary=" + names.letters(self._rng, 20, 20) + "."
        script = f"/ecp/{self._build.folder}/scripts/common.js"
        return [
            (1, self._passed("Ecp", "GET", "/ecp/", browser, "p=personalsettings")),
            (1, self._passed("Ecp", "POST", rules, browser, canary)),
            (1, self._request("Ecp", "GET", script, browser)),
        ]

    def _passed(
        self, protocol: str, method: str, stem: str, agent: str, query: str, **changes: object
    ) -> Request:
        back = BackEnd(stem, query, self._user, self._server.address, 200, method)
        return self._request(protocol, method, stem, agent, query=query, back_end=back, **changes)

    def _request(
        self, protocol: str, method: str, stem: str, agent: str, **changes: object
    ) -> Request:
        fields: dict[str, object] = {
            "user": self._user,
            "anchor": self._anchor,
            "request_bytes": self._rng.randint(200, 4000),
            "response_bytes": self._rng.randint(300, 40000),
            "milliseconds": self._rng.randint(4, 300),
            **changes,
        }
        return Request(protocol, method, stem, self._client, agent, **fields)  # type: ignore[arg-type]


def noise(rng: Random, server: Server, build: Build) -> list[Weighted]:
    """Crawlers, version scanners, guesses at pages that do not exist, administrators."""
    found: list[Weighted] = []
    for crawler in clients.CRAWLERS:
        client = names.public_address(rng)
        found += [
            (1, Request("", "GET", "/robots.txt", client, crawler, status=404)),
            (
                1,
                Request(
                    "Owa",
                    "GET",
                    "/owa/auth/logon.aspx",
                    client,
                    crawler,
                    "replaceCurrent=1",
                    backend_status=None,
                ),
            ),
        ]
    for scanner in clients.VERSION_SCANNERS:
        stem = "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application"
        client = names.public_address(rng)
        version = "ServerVersion~Version 15.0 (Build 0.0)"
        hint = "EDiscoveryExportTool-ServerVersion"
        found.append(
            (
                2,
                Request(
                    "Ecp",
                    "GET",
                    stem,
                    client,
                    scanner,
                    host=server.address,
                    anchor=version,
                    hint=hint,
                ),
            )
        )
    for stem in ("/wp-login.php", "/.env", "/phpmyadmin/index.php", "/favicon.ico"):
        found.append(
            (1, Request("", "GET", stem, names.public_address(rng), "Mozilla/5.0", status=404))
        )
    guess = names.public_address(rng)
    browser = clients.BROWSERS[0]
    found += [
        (
            1,
            Request(
                "Owa",
                "GET",
                "/owa/admin.cfg",
                guess,
                browser,
                status=302,
                backend_status=None,
                generic="NoCookies=302 - GET/E14AuthPost",
            ),
        ),
        (
            1,
            Request(
                "RpcHttp",
                "GET",
                "/rpc",
                guess,
                browser,
                status=401,
                backend_status=None,
                authentication="NTLM",
            ),
        ),
        (
            1,
            Request(
                "Ews",
                "GET",
                "/ews/",
                guess,
                browser,
                status=401,
                backend_status=None,
                authentication="Negotiate",
            ),
        ),
        (
            1,
            Request(
                "Autodiscover",
                "GET",
                "/autodiscover/autodiscover.json",
                guess,
                browser,
                "Email=info@" + server.public_name,
                status=404,
                backend_status=None,
            ),
        ),
    ]
    return found + [(1, one) for one in administration(server, build)]


def administration(server: Server, build: Build) -> list[Request]:
    """Remote PowerShell of administrators, and their visits to the control panel."""
    found: list[Request] = []
    for admin in server.admins:
        user = f"{server.netbios}\\{admin}"
        query = "clientApplication=ManagementShell;PSVersion=5.1.14393.4225"
        version = f"ServerVersion~Version 15.1 (Build {build.parts[2]}.0)"
        back = BackEnd("/powershell", query, user, server.address, 200)
        for action in ("New-PSSession:Receive", "Get-Mailbox:Command", "Get-Queue:Command"):
            found.append(
                Request(
                    "PowerShell", "POST", "/powershell", server.address, "Microsoft WinRM Client",
                    query, server.fqdn.lower(), user, authentication="Kerberos", action=action,
                    anchor=version, hint="ExchClientVer-ServerCookie",
                    cookie=f"Server~{server.fqdn.lower()}~1942063431~2021-03-31T16:11:44",
                    back_end=back,
                )
            )  # fmt: skip
        lists = "/ecp/DDI/DDIService.svc/GetList"
        schema = "schema=VirtualDirectory&msExchEcpCanary=" + "c" * 12 + "."
        panel = BackEnd(lists, schema, user, server.address, 200)
        found.append(
            Request(
                "Ecp", "POST", lists, "10.0.8.21", clients.BROWSERS[0], schema, user=user,
                anchor=f"Sid~{server.domain_sid}-500", back_end=panel,
            )
        )  # fmt: skip
    return found


def odd(rng: Random, server: Server, build: Build) -> list[Weighted]:
    """Lines that are legal and unusual: quotes, braces, hashes, stars, tildes, letters, plus."""
    found: list[Weighted] = []
    for agent in clients.ODD:
        client = names.public_address(rng)
        found.append(
            (
                1,
                Request(
                    "Owa",
                    "GET",
                    "/owa/",
                    client,
                    agent,
                    "q=*!'()~",
                    status=302,
                    backend_status=None,
                ),
            )
        )
    client = names.documentation_address(rng)
    browser = clients.BROWSERS[1]
    plus = f"{server.netbios}\\{names.word(rng)}+{names.word(rng)}"
    anchor = f"SMTP~{names.word(rng)}+news@{server.domain}"
    stem = f"/EWS/Exchange.asmx/s/~{names.word(rng)}/Übersicht"
    found += [
        (1, Request("Ews", "GET", stem, client, browser, status=404, user=plus, anchor=anchor)),
        (
            1,
            Request(
                "Owa",
                "GET",
                f"/owa/{names.word(rng)}@{server.public_name}/",
                client,
                browser,
                "path=/mail/%E2%9C%93",
                user=plus,
                anchor=anchor,
                status=500,
                backend_status=500,
            ),
        ),
        (
            1,
            Request(
                "Mapi",
                "POST",
                "/mapi/emsmdb/",
                f"fe80::{build.parts[2]}:5678:62ef:245e%3",
                "MapiHttpClient",
                user=plus,
                anchor=anchor,
            ),
        ),
    ]
    return found
