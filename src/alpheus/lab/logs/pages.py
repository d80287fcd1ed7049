"""Inert imitations of what an attacker leaves in a web folder.

A page carries two independent defects, so that it is no working shell even if one were mended:
its braces never balance, and either its script has a misspelt `runat` or it evaluates nothing that
a visitor could send.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from alpheus.lab import names
from alpheus.lab.server import Server

MARKERS = ("Inert training copy made by the simulator; holds no working code.",)
"""Lines that tell a person who meets a page that it is harmless. They bear on no verdict."""

_TAG, _RUN = "script", "eval"
"""Apart, so that neither this file nor what Python compiles from it looks like what it imitates."""


@dataclass(frozen=True, slots=True)
class Shell:
    """A foreign page. `path` is a Windows path, `url` its address on the front end."""

    path: str
    url: str
    script: str
    address: str

    @property
    def external_url(self) -> str:
        """What the attacker set the address book's external URL to."""
        return f"http://{self.address}/{self.script}"


def make_shell(
    rng: Random, server: Server, *, below_owa: bool | None = None, key: str = "", name: str = ""
) -> Shell:
    """A page in the web root or below the logon pages of the front end (None: either).

    Its name, and the key in its script, are made up where they are not given.
    """
    made_up = names.page_name(rng)
    name = name or made_up
    if below_owa is None:
        below_owa = rng.random() < 0.5
    if below_owa:
        folder, url = server.install + "FrontEnd\\HttpProxy\\owa\\auth\\", "/owa/auth/"
    else:
        inner = rng.choice(("", "system_web\\"))
        folder = server.web_root + "aspnet_client\\" + inner
        url = "/aspnet_client/" + inner.replace("\\", "/")
    return Shell(folder + name, url + name, _script(rng, key), names.letters(rng, 1, 3))


def _script(rng: Random, key: str) -> str:
    made_up = names.letters(rng, 6, 9)
    key = key or made_up
    if rng.random() < 0.5:
        return (
            f'<{_TAG} language="JScript" runat="sever">'
            f'function Page_Load(){{{{{_RUN}(Request["{key}"],"unsafe");}}</{_TAG}>'
        )
    return (
        f'<{_TAG} language="JScript" runat="server">'
        f'function Page_Load(){{{{{_RUN}("{key}","unsafe");}}</{_TAG}>'
    )


def settings_dump(shell: Shell, server: Server, written: datetime, encoding: str) -> bytes:
    """The settings of an offline address book, as a reset of its virtual directory saves them."""
    site = "OAB (Default Web Site)"
    folder = server.install + "FrontEnd\\HttpProxy\\OAB"
    stamp = f"{written:%m/%d/%Y %H:%M:%S}"
    rows = (
        ("Name", site),
        ("PollInterval", "480"),
        ("OfflineAddressBooks", "\\Default Offline Address Book"),
        ("RequireSSL", "True"),
        ("BasicAuthentication", "False"),
        ("WindowsAuthentication", "True"),
        ("OAuthAuthentication", "True"),
        ("MetabasePath", f"IIS://{server.fqdn}/W3SVC/1/ROOT/OAB"),
        ("Path", folder),
        ("ExtendedProtectionTokenChecking", "None"),
        ("ExtendedProtectionFlags", ""),
        ("Server", server.name),
        ("InternalUrl", f"https://{server.fqdn}/OAB"),
        ("InternalAuthenticationMethods", "WindowsIntegrated"),
        ("ExternalUrl", shell.external_url),
        ("ExternalAuthenticationMethods", "WindowsIntegrated"),
        ("AdminDisplayName", ""),
        ("DistinguishedName", f"CN={site},CN=HTTP,CN=Protocols,CN={server.name}"),
        ("Identity", f"{server.name}\\{site}"),
        ("Guid", server.oab),
        ("ObjectClass", "top msExchVirtualDirectory msExchOABVirtualDirectory"),
        ("WhenChanged", stamp),
        ("Comment", MARKERS[0]),
        ("IsValid", "True"),
    )
    text = "\r\n".join(f"{name:<32}: {value}" for name, value in rows) + "\r\n\r\n"
    return text.encode(encoding)


def compiled_leftover(shell: Shell, rng: Random) -> tuple[str, bytes]:
    """Path and content of the `.compiled` file that ASP.NET keeps after a page ran once."""
    root = "root" if shell.url.startswith("/aspnet_client") else "owa"
    temporary = "Microsoft.NET\\Framework64\\v4.0.30319\\Temporary ASP.NET Files"
    inner = f"{root}\\{names.hexadecimal(rng, 8)}\\{names.hexadecimal(rng, 8)}"
    file_name = shell.url.rpartition("/")[2].lower()
    assembly = f"App_Web_{names.letters(rng, 8, 8)}"
    page = file_name.replace(".", "_")
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\r\n'
        f'<preserve resultType="3" virtualPath="{shell.url}" hash="{names.hexadecimal(rng, 8)}" '
        f'filehash="{names.hexadecimal(rng, 16)}" flags="110000" assembly="{assembly}" '
        f'type="ASP.{page}">\r\n    <filedeps>\r\n'
        f'        <filedep name="{shell.url}" />\r\n    </filedeps>\r\n</preserve>\r\n'
    )
    path = f"C:\\Windows\\{temporary}\\{inner}\\{file_name}.{names.hexadecimal(rng, 8)}.compiled"
    return path, text.encode()
