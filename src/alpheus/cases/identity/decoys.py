"""What is told to be a decoy and no server: machines set out for intruders to find.

Nothing but what nobody's server can be counts. Many machines that all say that they are one and the
same computer, each with a certificate that it made for itself, and one name that leads to them all:
two computers of one domain have not one name, and a service shows one certificate. And what says
again and again, when it is asked, that it is several products or a build that there never was.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.cases.identity.forest import Forest
from alpheus.cases.identity.shared import CROWD, addresses_at_once

COPIES = CROWD + 1
"""So many machines at once that say that they are one computer are set out to be found."""

_OFTEN = 2
"""A server contradicts itself now and then, when it is updated while it is asked."""


def find_copies(forest: Forest, nodes: Sequence[int]) -> dict[int, str]:
    """Servers that are copies of one image under one name, each with the reason in words.

    Few of them may have been taken for one server.
    """
    alike: dict[tuple[str, str, str], list[int]] = {}
    for node in nodes:
        facts = forest.facts[node]
        if facts.form == "self" and facts.address:
            for computer in sorted(forest.computers[forest.root(node)]):
                for host in facts.led:
                    alike.setdefault((host, computer, facts.ad), []).append(node)
    found: dict[int, str] = {}
    for (host, computer, domain), group in sorted(alike.items()):
        if len({forest.facts[node].certificate for node in group}) < COPIES:
            continue
        at_once = addresses_at_once(forest, group)
        if at_once >= COPIES:
            full = f"{computer} in {domain}" if domain else computer
            why = (
                f"{host} leads to {at_once} addresses at once, each with a certificate of its own, "
                f"and all say that they are one computer, {full}"
            )
            found.update(dict.fromkeys(forest.roots(group), why))
    return found


def contradicts_itself(implausible: int, plausible: int) -> str:
    """Why a server is no server by what it said when asked; '' if it may be one.

    `implausible` answers say what no server is, `plausible` ones a build that there is.
    """
    if implausible < _OFTEN or implausible <= plausible:
        return ""
    return (
        f"{implausible} answers say what no server is: several products at once, or a build that"
        " there never was"
    )
