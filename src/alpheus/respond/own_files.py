"""Which files the product has in a place, and which hashes they may have."""

from __future__ import annotations

from alpheus.detect.webshell.baseline_file import OperatorBaseline
from alpheus.evidence.address import windows_path
from alpheus.knowledge.baseline import Baseline

_LEAST = 3
"""Names at the end of a path that must agree: `owa/auth/logon.aspx`."""

_ASSEMBLIES = (".dll", ".exe")


class OwnFiles:
    """From the published lists, and before them from a baseline of the operator's.

    That is of one build; the published lists are of all builds until March 2021.
    """

    def __init__(self, operator: OperatorBaseline | None = None) -> None:
        self._published = Baseline.load()
        self._operator = operator

    def are_there(self, address: str) -> bool:
        """Whether the product has a file at this address of evidence.

        Assemblies stand in no list: one in a folder of the product may be its own.
        """
        relative = self._published.install_relative(windows_path(address))
        return relative is not None and (
            relative.endswith(_ASSEMBLIES) or self._published.known_name(relative)
        )

    def hashes(self, address: str) -> tuple[str, ...]:
        """SHA-256 (hex) of which the product's file there has one; sorted, maybe none."""
        return tuple(sorted(self._listed(address) or self._of_all_builds(address)))

    def _of_all_builds(self, address: str) -> frozenset[str]:
        relative = self._published.install_relative(windows_path(address))
        return frozenset() if relative is None else self._published.hashes_for(relative)

    def _listed(self, address: str) -> frozenset[str]:
        """By as much of the path as the baseline has, and no less than `_LEAST` names of it."""
        if self._operator is None:
            return frozenset()
        parts = windows_path(address).strip("/").split("/")
        for start in range(len(parts) - _LEAST + 1):
            found = self._operator.entries.get("/".join(parts[start:]))
            if found:
                return found
        return frozenset()
