"""What members of the .NET libraries are for."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.assembly_members import Use, may_load_bytes, use_of, use_of_natives


@pytest.mark.parametrize(
    ("member", "use"),
    [
        ("System.Web.HttpRequest.get_Item", Use.INPUT),
        ("System.Diagnostics.Process.Start", Use.RUN),
        ("System.Security.Cryptography.RijndaelManaged..ctor", Use.DECRYPT),
        ("System.Management.Automation.PowerShell.AddScript", Use.POWERSHELL),
        ("System.Management.Automation.PSObject.get_Members", None),
        ("System.Web.HttpRequest.get_Url", None),
        ("My.Process.Start", None),
        ("System.Reflection.Assembly.Load", None),
    ],
)
def test_a_member_is_known_by_its_whole_name(member: str, use: Use | None) -> None:
    """A type of the same name elsewhere is another one; loading depends on the parameters."""
    assert use_of(member) is use


def test_loading_may_be_from_bytes() -> None:
    """The parameters decide."""
    assert may_load_bytes("System.Reflection.Assembly.Load")
    assert not may_load_bytes("System.Reflection.Assembly.LoadFrom")


@pytest.mark.parametrize(
    ("functions", "used"),
    [
        (["kernel32.dll!VirtualAlloc"], set()),
        (["kernel32.dll!VirtualAlloc", "kernel32.dll!CreateThread"], {Use.MEMORY}),
        (["kernel32!WriteProcessMemory"], {Use.MEMORY}),
        (["advapi32.dll!CreateProcessAsUserW"], {Use.PROCESS}),
        (["advapi32.dll!LogonUserW", "kernel32.dll!CloseHandle"], set()),
    ],
)
def test_functions_of_windows(functions: list[str], used: set[Use]) -> None:
    """Memory of one's own is harmless without code that runs in it, and so is a logon."""
    assert set(use_of_natives(functions).values()) == used
