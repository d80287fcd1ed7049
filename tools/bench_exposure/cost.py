"""`probe`: what a whole probe of a host costs the client, beside other clients."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools.bench.race import NOT_INSTALLED, Row, note, times
from tools.bench_exposure import child
from tools.bench_exposure.internet import Internet, running
from tools.bench_exposure.setting import Setting

from alpheus.custody.chain import read_chain
from alpheus.exposure.journal import AUDIT

HERE = Path(__file__).resolve().parent
TARGET = 1500
BUSY = "256"
"""As many hosts at once as ours takes."""

Client = Callable[[Path], tuple[str, ...]]
"""The command for a list of hosts."""

Plan = list[list[list[str]]]
"""Per host its connections, each with the URLs that are asked over it."""


def rows(setting: Setting) -> list[Row]:
    """Ours with two looks and with one, each beside the same GETs; nmap; the handshakes alone."""
    with running(setting.scratch / "plain", "plain", setting.few) as internet:
        addresses = internet.addresses()
        lists = internet.some("one", addresses[:1]), internet.some("all", addresses)
        clients = _clients(setting, internet, lists)
        spent = _spent(clients, lists, setting.rounds)
        answered = _nmap_answers(lists[1]) / len(addresses)
    return _rows(spent, len(addresses) - 1, answered, _missing(setting))


def _clients(setting: Setting, internet: Internet, lists: tuple[Path, Path]) -> dict[str, Client]:
    clients: dict[str, Client] = {}
    for looks in ("2", "1"):
        clients[f"ours {looks}"] = _ours(internet, setting.scratch, looks)
        if setting.aiohttp:
            plans = _plans(setting, internet, lists, looks)
            clients[f"aiohttp {looks}"] = _aiohttp(setting.aiohttp, plans)
    clients["handshakes"] = lambda hosts: (
        sys.executable, "-m", "tools.bench_exposure.handshakes", str(hosts), str(internet.port),
    )  # fmt: skip
    if shutil.which("nmap"):
        clients["nmap"] = _nmap(internet)
    return clients


def _ours(internet: Internet, scratch: Path, looks: str) -> Client:
    def command(hosts: Path) -> tuple[str, ...]:
        folder = scratch / "run"
        shutil.rmtree(folder, ignore_errors=True)
        return internet.probe(hosts, folder, "--looks", looks)

    return command


def _plans(
    setting: Setting, internet: Internet, lists: tuple[Path, Path], looks: str
) -> dict[Path, Path]:
    """What our audit log says that we did, for each list, for another client to do."""
    found = {}
    for hosts in lists:
        folder = setting.scratch / f"plan-{hosts.stem}-{looks}"
        child.run(*internet.probe(hosts, folder, "--looks", looks))
        path = folder.with_suffix(".json")
        path.write_text(json.dumps(plan_of(folder / AUDIT)), "utf-8")
        found[hosts] = path
    return found


def plan_of(audit: Path) -> Plan:
    """Every GET of a run, by host and connection."""
    hosts: dict[str, list[list[str]]] = {}
    for text in read_chain(audit):
        line = json.loads(text)
        if line["event"] == "connect":
            hosts.setdefault(line["address"], []).append([])
        elif line["event"] == "get":
            url = f"https://{line['address']}:{line['port']}{line['path']}"
            hosts[line["address"]][-1].append(url)
    return list(hosts.values())


def _aiohttp(python: str, plans: dict[Path, Path]) -> Client:
    program = str(HERE / "aiohttp_client.py")
    return lambda hosts: (python, program, str(plans[hosts]), BUSY)


def _nmap(internet: Internet) -> Client:
    return lambda hosts: (
        "nmap", "-sT", "-Pn", "-n", "-p", str(internet.port), "--script", str(HERE / "owa.nse"),
        "--min-parallelism", BUSY, "--min-hostgroup", "4096", "-oX", f"{hosts}.xml",
        "-iL", str(hosts),
    )  # fmt: skip


def _spent(clients: dict[str, Client], lists: tuple[Path, Path], rounds: int) -> dict[str, float]:
    """Median seconds of the processor for all hosts, less those for one, each client in turn."""
    found: dict[str, list[float]] = {name: [] for name in clients}
    one, many = lists
    for number in range(1, rounds + 1):
        for name, command in clients.items():
            note(f"  probe, round {number} of {rounds}: {name}")
            start = child.run(*command(one)).processor
            found[name].append(child.run(*command(many)).processor - start)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def _nmap_answers(hosts: Path) -> int:
    """How many hosts gave it a build; under load it loses some."""
    found = Path(f"{hosts}.xml")
    return found.read_text("utf-8").count('id="owa"') if found.exists() else 0


def _rows(
    spent: dict[str, float], hosts: int, answered: float, missing: dict[str, str]
) -> list[Row]:
    rate = {name: hosts / seconds for name, seconds in spent.items()}
    found = []
    for looks, what in (("2", "two looks, as by default"), ("1", "one look")):
        ours, peer = rate[f"ours {looks}"], rate.get(f"aiohttp {looks}")
        beside = f"aiohttp, the same GETs: {peer:,.0f}" if peer else missing["aiohttp"]
        ratio = times(ours / peer) if peer else ""
        found.append(
            Row("probe", f"{hosts + 1:,} hosts, {what}: hosts per second of the processor",
                f"{ours:,.0f}", beside, ratio, f"1.50 ×; {TARGET:,}")
        )  # fmt: skip
    ours, peer = rate["ours 1"], rate.get("nmap")
    script = f"nmap with a script for one GET ({answered:.1%} answered)"
    beside = f"{script}: {peer:,.0f}" if peer else missing["nmap"]
    found.append(
        Row("probe", "one look", f"{ours:,.0f}", beside, times(ours / peer) if peer else "",
            "2.00 ×")
    )  # fmt: skip
    limit = rate["handshakes"]
    found.append(
        Row("probe", "one look, beside its limit", f"{ours:,.0f}",
            f"connections with a TLS handshake of Python's `ssl`, and nothing else: {limit:,.0f}",
            times(ours / limit))
    )  # fmt: skip
    return found


def _missing(setting: Setting) -> dict[str, str]:
    return {
        "aiohttp": f"aiohttp {NOT_INSTALLED}" if not setting.aiohttp else "",
        "nmap": f"nmap {NOT_INSTALLED}",
    }


def has_aiohttp(python: str) -> bool:
    """Whether an interpreter can import it."""
    try:
        ended = subprocess.run(  # noqa: S603 - the operator's own interpreter
            [python, "-c", "import aiohttp"], capture_output=True, check=False
        )
    except OSError:
        return False
    return ended.returncode == 0
