"""The simulated server: who it is, where its things are, which build runs when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from alpheus.lab import names

DEFAULT_INSTALL = "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\"
DEFAULT_IIS_LOGS = "C:\\inetpub\\logs\\LogFiles\\"
DEFAULT_WEB_ROOT = "C:\\inetpub\\wwwroot\\"

FAMILIES = (
    ("15.1.2106.2", "15.1.2106.13"),
    ("15.1.2176.2", "15.1.2176.9"),
    ("15.1.2106.6", "15.1.2176.9"),
)
"""Exchange 2016 as it was, and as it was after the update of March 2021 (or with a newer CU)."""


@dataclass(frozen=True, slots=True)
class Build:
    """A four-part build in the spellings of the logs."""

    value: str

    @property
    def parts(self) -> tuple[int, ...]:
        """The four numbers."""
        return tuple(int(part) for part in self.value.split("."))

    @property
    def padded(self) -> str:
        """As headers write it: `15.01.2106.002`."""
        major, minor, build, revision = self.parts
        return f"{major}.{minor:02d}.{build:04d}.{revision:03d}"

    @property
    def folder(self) -> str:
        """As URLs of static files write it: `15.1.2106`."""
        return self.value.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Server:
    """Identity, paths (Windows, with a closing backslash) and people of one server."""

    name: str
    domain: str
    public_name: str
    address: str
    people: tuple[str, ...]
    admins: tuple[str, ...]
    health_mailbox: str
    domain_sid: str
    database: str
    oab: str
    build_before: Build
    build_after: Build
    patched_at: datetime | None = None
    install: str = DEFAULT_INSTALL
    iis_logs: str = DEFAULT_IIS_LOGS
    web_root: str = DEFAULT_WEB_ROOT
    french: bool = False
    clients: tuple[str, ...] = field(default=())

    @property
    def fqdn(self) -> str:
        """Full name inside the domain."""
        return f"{self.name}.{self.domain}"

    @property
    def netbios(self) -> str:
        """The domain's short name."""
        return self.domain.partition(".")[0].upper()

    @property
    def account(self) -> str:
        r"""The computer's account, `DOMAIN\NAME$`."""
        return f"{self.netbios}\\{self.name}$"

    def build_at(self, time: datetime) -> Build:
        """The build that runs at a time."""
        patched = self.patched_at is not None and time >= self.patched_at
        return self.build_after if patched else self.build_before

    def last_build(self) -> Build:
        """The build that runs in the end."""
        return self.build_after if self.patched_at else self.build_before


def make_server(rng: Random) -> Server:
    """A server with made-up names, unpatched, on drive C."""
    domain = f"{names.word(rng, 3)}.{rng.choice(('local', 'lan', 'example', 'test'))}"
    before, after = rng.choice(FAMILIES)
    return Server(
        name=names.host_name(rng),
        domain=domain,
        public_name=f"mail.{names.word(rng, 3)}.example",
        address=f"10.{rng.randint(1, 200)}.{rng.randint(1, 200)}.{rng.randint(5, 60)}",
        people=tuple(names.person(rng) for _ in range(40)),
        admins=tuple(f"adm-{names.word(rng)}" for _ in range(2)),
        health_mailbox="HealthMailbox" + names.hexadecimal(rng, 7),
        domain_sid=names.sid(rng, 0).rpartition("-")[0],
        database=names.guid(rng),
        oab=names.guid(rng),
        build_before=Build(before),
        build_after=Build(after),
        clients=tuple(
            names.public_address(rng) if index % 3 else names.documentation_address(rng)
            for index in range(30)
        ),
    )
