"""Files beside a test internet: its targets, the truth, a scope that allows to ask it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from alpheus.errors import OutputError
from alpheus.lab.internet.behaviour import behaviour_of
from alpheus.lab.internet.mix import Mix
from alpheus.lab.internet.truth import truth

_SCOPE = """\
# Permission to ask the test internet on this machine, and nothing else.
owner: Alpheus lab
authorisation: simulated servers on the loopback device
contact: https://lab.example/contact
allow: ["127.0.0.0/8", "::1/128"]
deny: []
ports: [{port}]
rates:
  per_host: {per_host:g}
  per_network: {per_network:g}
  total: {total:g}
"""


def write_targets(path: Path, mix: Mix, hosts: int, port: int | None = None) -> None:
    """One address a line, with its port if one is given. Raises OutputError."""
    ending = "" if port is None else f":{port}"
    _write(path, (f"{address}{ending}" for address in mix.addresses(hosts)))


def write_truth(path: Path, mix: Mix, hosts: int, seed: int) -> None:
    """One JSON object a line, the fields of `Truth`, in the order of the targets.

    Raises OutputError.
    """
    _write(path, truth_lines(mix.addresses(hosts), mix, seed))


def truth_lines(addresses: Iterable[str], mix: Mix, seed: int) -> Iterator[str]:
    """The truth about addresses as JSON lines."""
    for address in addresses:
        yield msgspec.json.encode(truth(behaviour_of(address, seed, mix))).decode()


def write_scope(
    path: Path, ports: Mapping[str, int | None], rates: Sequence[float] = (1000, 100_000, 100_000)
) -> None:
    """A scope file, YAML: all of 127.0.0.0/8 on the ports given, at rates fit for a machine alone.

    `ports` has `web`, the only one under `ports:`, and may have `back_end` and `smtp`, which are
    asked besides it where they are open; `rates` are for one host, for one
    network and in total, in requests a second. Raises OutputError.
    """
    per_host, per_network, total = rates
    text = _SCOPE.format(port=ports["web"], per_host=per_host, per_network=per_network, total=total)
    more = [line for key in ("back_end", "smtp") for line in _more(key, ports.get(key))]
    _write(path, [text.rstrip("\n"), *more])


def _more(key: str, port: int | None) -> Iterator[str]:
    """Whether a further port is asked, and which; without it the usual one would be."""
    yield f"{key}: {'true' if port else 'false'}"
    if port:
        yield f"{key}_port: {port}"


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for line in lines:
                file.write(line)
                file.write("\n")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error}") from error
