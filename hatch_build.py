"""Builds the native part of the package where a C compiler is at hand; else it is left out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "src/alpheus/scan/rows.c"
LIBRARY = "src/alpheus/scan/rows.so"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg] # its parameter has no public name
    """Compiles one C file that needs no header of Python: one library fits every version."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the contract gives more
        """Compile, and make the wheel one of this platform if that worked."""
        if self.target_name != "wheel" or not _compiled(Path(self.root)):
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(LIBRARY)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def _compiled(root: Path) -> bool:
    library = root / LIBRARY
    library.unlink(missing_ok=True)
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None or sys.platform == "win32":
        return False
    command = [compiler, "-O3", "-std=c11", "-shared", "-fPIC", "-Wall", "-Wextra", "-o",
               str(library), str(root / SOURCE)]  # fmt: skip
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - found on the path
