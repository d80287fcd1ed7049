"""What a page may do that matters: which call, with which argument, and what it is worth.

The tables are `knowledge/tables/page_sinks.csv` and `page_results.csv`. A call is `type.member` or
a member alone, in lower case without name space; `@0` behind it names the argument that matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

_TABLE = "page_sinks.csv"
_COLUMNS = ("kind", "given", "always", "computed", "says", "calls")


@dataclass(frozen=True, slots=True)
class Sink:
    """One kind of call that matters, and its points from 0 to 100.

    `given`: if a visitor's data reaches the argument. `computed`: if what reaches it is made by the
    page and cannot be worked out. `always`: for the call alone. `argument` is its place, None for
    any, and then also for what the call is made on.
    """

    kind: str
    given: int
    always: int = 0
    computed: int = 0
    argument: int | None = None
    says: str = ""


@cache
def sinks() -> Mapping[str, tuple[Sink, ...]]:
    """Sinks by their calls; one call may be several. Raises KnowledgeError for a damaged table."""
    found: dict[str, tuple[Sink, ...]] = {}
    for number, row in enumerate(read_table(_TABLE, _COLUMNS), start=2):
        try:
            given, always, computed = int(row["given"]), int(row["always"]), int(row["computed"])
            for call in row["calls"].split():
                name, _, place = call.partition("@")
                argument = int(place) if place else None
                sink = Sink(row["kind"], given, always, computed, argument, row["says"])
                found[name] = (*found.get(name, ()), sink)
        except ValueError as error:
            message = f"tables/{_TABLE}: row {number}: {error}"
            raise KnowledgeError(message) from error
    return found


@cache
def results() -> Mapping[str, str]:
    """What some calls and members give, where their name does not say it."""
    return {row["call"]: row["type"] for row in read_table("page_results.csv", ("call", "type"))}


DECRYPT_CALLS = frozenset({"transformfinalblock", "transformblock", "decrypt", "createdecryptor"})
UNPACK_CALLS = frozenset({"gzipstream", "deflatestream"})
NATIVE = frozenset({
    "adjusttokenprivileges", "connectnamedpipe", "createnamedpipe", "createpipe",
    "createprocess", "createprocessa", "createprocessasuser", "createprocessw",
    "createprocesswithtokenw", "createremotethread", "createthread", "duplicatetokenex",
    "enumsystemlocalesa", "getprocaddress", "heapcreate", "impersonateloggedonuser",
    "impersonatenamedpipeclient", "loadlibrary", "loadlibrarya", "logonuser", "logonusera",
    "logonuserw", "minidumpwritedump", "netuseradd", "ntcreatesection", "openprocess",
    "openprocesstoken", "peeknamedpipe", "queueuserapc", "rtlmovememory", "shellexecute",
    "shellexecutea", "shellexecutew", "system", "virtualalloc", "virtualallocex",
    "virtualprotect", "winexec", "wnetaddconnection2", "writeprocessmemory", "wsasocket",
})  # fmt: skip
"""Functions of Windows that a page has no use for."""

CLASS_IDS = {
    "72c24dd5-d70a-438b-8a42-98424b88afb8": "wscript.shell",
    "f935dc22-1cf0-11d0-adb9-00c04fd58a0b": "wscript.shell",
    "f935dc26-1cf0-11d0-adb9-00c04fd58a0b": "wscript.network",
    "093ff999-1ea0-4079-9525-9614c3504b74": "wscript.network",
    "13709620-c279-11ce-a49e-444553540000": "shell.application",
    "0d43fe01-f093-11cf-8940-00a0c9054228": "scripting.filesystemobject",
    "00000566-0000-0010-8000-00aa006d2ea4": "adodb.stream",
    "0e59f1d5-1fbe-11d0-8ff2-00a0d10038bc": "scriptcontrol",
}
"""Components by their class ids, as `CreateObject("new:{…}")` names them."""
