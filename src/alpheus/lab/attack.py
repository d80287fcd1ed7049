"""The traces of an intrusion, step by step, as they appeared in victims' logs in March 2021.

Nothing here sends anything: rows are composed, pages are inert (see `alpheus.lab.logs.pages`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from alpheus.lab import names, render
from alpheus.lab.logs import events
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.logs.pages import Shell
from alpheus.lab.request import BackEnd, Entry, Request
from alpheus.lab.server import Server

_TOOLS = (
    "python-requests/2.25.1",
    "python-requests/2.24.0",
    "ExchangeServicesClient/0.0.0.0",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/74.0.3729.169 Safari/537.36"
    ),
)
_SYSTEM32 = "C:\\Windows\\System32\\"
_SECOND = timedelta(seconds=1)
_Command = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Attacker:
    """Somebody with addresses, a tool, and a page name that carries forged requests."""

    clients: tuple[str, ...]
    tool: str
    carrier: str
    canary: str


def make_attacker(rng: Random) -> Attacker:
    """A made-up attacker with two addresses: one breaks in, the other comes to use it."""
    return Attacker(
        clients=(names.public_address(rng), names.public_address(rng)),
        tool=rng.choice(_TOOLS),
        carrier=f"/ecp/{names.letters(rng, 1, 6)}.js",
        canary=names.letters(rng, 44, 44) + ".",
    )


@dataclass(slots=True)
class Story:
    """Collects entries while a scenario tells what happened."""

    rng: Random
    server: Server
    attacker: Attacker
    beats: bool = False
    entries: list[Entry] = field(default_factory=list)

    def look_around(self, when: datetime) -> None:
        """Version and name of the server, asked politely: reconnaissance, no attempt."""
        client = self.attacker.clients[0]
        stem = "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application"
        version = Request(
            "Ecp", "GET", stem, client, self.attacker.tool, host=self.server.address,
            anchor="ServerVersion~Version 15.0 (Build 0.0)",
            hint="EDiscoveryExportTool-ServerVersion",
        )  # fmt: skip
        self._request(when, version)

    def local_check(self, when: datetime) -> None:
        """The check that scanners make: a forged target on the server itself, refused."""
        anonymous = f"/owa/auth/{names.letters(self.rng, 1, 3)}.js"
        self._request(
            when,
            Request(
                "Owa", "GET", anonymous, self.attacker.clients[0], self.attacker.tool, status=500,
                backend_status=500, anchor="ServerInfo~localhost/ecp/default.flt?",
                hint="X-AnonResource-Backend-Cookie", target="localhost",
            ),
        )  # fmt: skip

    def forged(
        self,
        when: datetime,
        stem: str,
        query: str = "",
        *,
        status: int = 200,
        answered: bool = True,
        sizes: tuple[int, int] = (412, 903),
        soap: str = "",
        soap_user: str = "",
    ) -> None:
        """A request that the front end was tricked into sending to the back end as itself."""
        tail = f"?{query}#" if query else "?#"
        back = BackEnd(stem, query, self.server.account, self.server.address, status)
        self._request(
            when,
            Request(
                "Ecp", "POST", self.attacker.carrier, self.attacker.clients[0], self.attacker.tool,
                status=status, backend_status=status,
                anchor=f"ServerInfo~a]@{self.server.fqdn}:444{stem}{tail}",
                hint="X-BEResource-Cookie", target=f"a]@{self.server.fqdn.lower()}",
                request_bytes=sizes[0], response_bytes=sizes[1],
                milliseconds=self.rng.randint(20, 90),
                soap=soap, soap_user=soap_user, back_end=back if answered else None,
            ),
        )  # fmt: skip

    def enter(self, when: datetime) -> datetime:
        """Autodiscover, then MAPI: who is the administrator? Answered. Returns the next second."""
        self.forged(when, "/autodiscover/autodiscover.xml", sizes=(1022, 3577))
        mailbox = f"MailboxId={names.guid(self.rng)}@{self.server.domain}"
        self.forged(self._about(when + 2 * _SECOND), "/mapi/emsmdb/", mailbox, sizes=(210, 812))
        return when + 4 * _SECOND

    def implant(self, when: datetime, shell: Shell) -> datetime:
        """From a forged session to a page on the disk; returns when the page was written."""
        self.forged(self._about(when), "/ecp/proxyLogon.ecp", status=241, sizes=(300, 0))
        written = when
        for number, (action, schema, commands) in enumerate(self._steps(shell), 1):
            moment = self._about(when + number * 4 * _SECOND)
            stem = f"/ecp/DDI/DDIService.svc/{action}"
            query = f"msExchEcpCanary={self.attacker.canary}&schema={schema}"
            self.forged(moment, stem, query, sizes=(900, 1804))
            for name, parameters in commands:
                self._panel_command(moment, name, parameters, f"{stem}?{query}")
            if schema.startswith("Reset"):
                written = moment
        self.event(written, events.sysmon_file("System", shell.path))
        return written

    def _steps(self, shell: Shell) -> tuple[tuple[str, str, tuple[_Command, ...]], ...]:
        """What the control panel was asked for: action, schema, and the cmdlets that it ran."""
        directory = ("Identity", f"{self.server.name}\\OAB (Default Web Site)")
        folder = ("Path", self.server.install + "FrontEnd\\HttpProxy\\OAB")
        site = ("WebSiteName", "Default Web Site")
        reset: tuple[_Command, ...] = (
            ("Remove-OabVirtualDirectory", (("Force", "True"), directory)),
            ("New-OabVirtualDirectory", (("Role", "ClientAccess"), site, folder)),
        )
        look: _Command = ("Get-OabVirtualDirectory", (("ADPropertiesOnly", "True"),))
        usual = f"https://{self.server.public_name}/OAB"
        return (
            ("GetObject", "OABVirtualDirectory", (look,)),
            ("SetObject", "OABVirtualDirectory", (self._set(shell.external_url),)),
            ("SetObject", "ResetOABVirtualDirectory", reset),
            ("SetObject", "OABVirtualDirectory", (self._set(usual),)),
        )

    def _set(self, url: str) -> _Command:
        return "Set-OabVirtualDirectory", (("ExternalUrl", url), ("Identity", self.server.oab))

    def _panel_command(
        self, when: datetime, name: str, parameters: tuple[tuple[str, str], ...], url: str
    ) -> None:
        written = "".join(f".{key}='{value}'" for key, value in parameters)
        build = self.server.build_at(when)
        row = render.panel_template(self.server, build, name + written, url, plain=False)
        self.entries.append(Entry(when, row))
        if not name.startswith("Get-"):
            pool = "w3wp#MSExchangeECPAppPool"
            cmdlet = Cmdlet(name, parameters, f"{self.server.name}$", "S-1-5-18", process=pool)
            self.event(when, events.cmdlet_ran(cmdlet, self.server))

    def use(self, when: datetime, shell: Shell, times: int = 6) -> None:
        """Requests to the page that were answered."""
        protocol = "Owa" if shell.url.startswith("/owa/") else ""
        for index in range(times):
            self._request(
                self._about(when + timedelta(seconds=37 * index)),
                Request(
                    protocol, "POST", shell.url, self.attacker.clients[1], self.attacker.tool,
                    backend_status=None, request_bytes=self.rng.randint(300, 900),
                    milliseconds=self.rng.randint(15, 400),
                ),
            )  # fmt: skip

    def command(
        self, when: datetime, image: str, line: str, *, worker: str = "", pool: str = ""
    ) -> None:
        """A program run by the web server's worker (or another process) through a shell."""
        parent = worker or _SYSTEM32 + "inetsrv\\w3wp.exe"
        shell = _SYSTEM32 + "cmd.exe"
        text = f'"cmd" /c cd /d "{self.server.web_root.rstrip(chr(92))}"&{line}'
        pool = pool or "MSExchangeOWAAppPool"
        worked = f'"{parent}" -ap "{pool}" -v "v4.0"' if not worker else f'"{parent}"'
        self.event(when, events.process_created(self.server, shell, text, parent))
        self.event(
            when, events.sysmon_process(shell, text, parent, worked, _SYSTEM32 + "inetsrv\\")
        )
        later = when + timedelta(milliseconds=self.rng.randint(90, 260))
        full = image if ":" in image else _SYSTEM32 + image
        self.event(later, events.process_created(self.server, full, line, shell))
        self.event(later, events.sysmon_process(full, line, shell, text, self.server.web_root))

    def event(self, when: datetime, event: events.WindowsEvent) -> None:
        """A Windows event of the story."""
        self.entries.append(
            Entry(when, render.event_template(event, self.server, beats=self.beats))
        )

    def _about(self, when: datetime) -> datetime:
        """Within the same second or so: no two steps share their milliseconds."""
        return when + timedelta(milliseconds=self.rng.randint(0, 999))

    def _request(self, when: datetime, request: Request) -> None:
        self.entries.append(render.happened(when, request, self.server))
