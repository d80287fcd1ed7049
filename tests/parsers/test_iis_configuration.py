"""Configuration of IIS: what is set is told, secrets are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import Event, Skipped
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.iis_configuration import IisConfiguration
from evidence_file import FileOnDisk
from samples import SAMPLES, real

_SECRET = "0123456789ABCDEF" * 4
_CONFIG = f"""<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <system.applicationHost>
    <applicationPools>
      <add name="MSExchangeOABAppPool" autoStart="false">
        <processModel userName="EX\\svc" password="{_SECRET}" />
      </add>
    </applicationPools>
    <sites>
      <site name="Default Web Site" id="1">
        <application path="/owa/Calendar" applicationPool="Pool">
          <virtualDirectory path="/" physicalPath="D:\\Exchange\\owa" password="{_SECRET}" />
        </application>
        <logFile directory="E:\\logs" />
      </site>
    </sites>
  </system.applicationHost>
  <location path="Default Web Site/ecp">
    <system.webServer>
      <rewrite>
        <rules>
          <rule name="Abort - inbound" enabled="false" patternSyntax="ECMAScript">
            <match url=".*" />
            <conditions logicalGrouping="MatchAll">
              <add input="{{HTTP_COOKIE}}" pattern="(.*)X-AnonResource-Backend(.*)" />
              <add input="{{URL}}" pattern="^/owa" negate="true" />
            </conditions>
            <action type="AbortRequest" />
          </rule>
        </rules>
      </rewrite>
      <modules>
        <remove name="Other" />
        <add name="Bad" type="Evil.Module, Evil" />
      </modules>
      <handlers><add name="All" path="*.aspx" verb="*" type="H" /></handlers>
      <!-- <handlers><add name="Hidden" path="*" type="H" /></handlers> -->
    </system.webServer>
    <system.web>
      <machineKey validationKey="{_SECRET}" decryptionKey="AutoGenerate,IsolateApps" />
      <pages enableViewStateMac="false" />
      <httpModules><add name="Old" type="T" /></httpModules>
    </system.web>
  </location>
</configuration>
"""


def _read(content: bytes, folder: Path) -> tuple[list[Event], list[Skipped]]:
    path = folder / "web.config"
    path.write_bytes(content)
    records = list(IisConfiguration().parse(FileOnDisk(path), ReadOptions()))
    events = [record for record in records if isinstance(record, Event)]
    return events, [record for record in records if isinstance(record, Skipped)]


def _of(events: list[Event], element: str) -> list[Event]:
    return [event for event in events if event.fields["Element"] == element]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_everything_that_is_set(tmp_path: Path, encoding: str) -> None:
    """Rules, modules, handlers, directories, pools, settings; lines of the file are cited."""
    events, losses = _read(_CONFIG.encode(encoding), tmp_path)
    assert losses == []
    assert all(event.time is None and event.host is None for event in events)
    (rule,) = _of(events, "rewrite-rule")
    assert rule.citation.line == 22
    assert rule.fields == {
        "Element": "rewrite-rule",
        "Site": "Default Web Site",
        "Path": "/ecp",
        "Name": "Abort - inbound",
        "Enabled": "false",
        "Action": "AbortRequest",
        "Input": ("{URL}", "{HTTP_COOKIE}", "{URL}"),
        "Pattern": (".*", "(.*)X-AnonResource-Backend(.*)", "not ^/owa"),
    }
    modules = [(event.fields["Name"], event.fields["Type"]) for event in _of(events, "module")]
    assert modules == [("Bad", "Evil.Module, Evil"), ("Old", "T")]
    (handler,) = _of(events, "handler")
    assert (handler.fields["Pattern"], handler.fields["Value"]) == ("*.aspx", "*")
    (directory,) = _of(events, "virtual-directory")
    assert directory.fields["Site"] == "Default Web Site"
    assert directory.fields["Path"] == "/owa/Calendar"
    assert directory.fields["PhysicalPath"] == "D:\\Exchange\\owa"
    (pool,) = _of(events, "app-pool")
    assert pool.fields["AutoStart"] == "false"
    told = {event.fields["Name"]: event.fields["Value"] for event in _of(events, "setting")}
    assert told == {
        "logFile.directory": "E:\\logs",
        "machineKey.validationKey": "present",
        "machineKey.decryptionKey": "AutoGenerate",
        "pages.enableViewStateMac": "false",
    }


@pytest.mark.parametrize("damage", ["", "<broken", "<!DOCTYPE a>"])
def test_no_secret_leaves_the_file(tmp_path: Path, damage: str) -> None:
    """Neither a key nor a password, in fields or citations, whether the file is valid or not."""
    events, losses = _read((damage + _CONFIG).encode(), tmp_path)
    assert events
    assert _SECRET not in repr(events) + repr(losses)
    assert "svc" not in repr(events)


def test_broken_xml_is_a_loss_and_the_rest_is_still_told(tmp_path: Path) -> None:
    """The reason names the line, the offset the byte."""
    content = _CONFIG.replace("<rewrite>", "<rewrite><oops x=1>")
    events, losses = _read(content.encode(), tmp_path)
    assert len(_of(events, "rewrite-rule")) == 1
    assert len(_of(events, "module")) == 2
    (loss,) = losses
    assert loss.reason.startswith("broken XML at line 20: ")
    assert loss.offset is not None
    assert abs(loss.offset - content.index("<oops")) < 12


def test_a_document_type_is_a_loss(tmp_path: Path) -> None:
    """No entity is expanded; the rest is still told."""
    hostile = '<!DOCTYPE c [<!ENTITY a "b">]><configuration><handlers><add path="&a;"/></handlers>'
    events, losses = _read(f"{hostile}</configuration>".encode(), tmp_path)
    assert [event.fields["Pattern"] for event in events] == ["&a;"]
    assert len(losses) == 1


def test_a_negligent_length_is_a_loss(tmp_path: Path) -> None:
    """Only the first 16 MiB are read, and that is told."""
    content = b"<configuration>" + b" " * (17 << 20)
    _, losses = _read(content, tmp_path)
    assert "configuration beyond its first 16 MiB" in {loss.reason for loss in losses}


@pytest.mark.parametrize(
    ("head", "path", "recognised"),
    [
        (_CONFIG.encode(), "any.txt", True),
        (_CONFIG.encode("utf-16"), "any.txt", True),
        (b"<configuration><startup/></configuration>", "bin/tool.exe.config", False),
        (b"<configuration/>", "C/inetpub/wwwroot/web.config", True),
        (b"<%@ Page %>", "C/inetpub/wwwroot/Web.Config", True),
        (b"", "web.config", False),
        (b"<Event>", "x.xml", False),
    ],
)
def test_recognised_by_content_helped_by_the_name(head: bytes, path: str, recognised: bool) -> None:
    """Programs have configurations too; only those of IIS and ASP.NET are read."""
    assert IisConfiguration().recognise(head, path) is recognised


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2400), st.binary(min_size=1, max_size=3)), max_size=8))
def test_no_damage_raises(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    """Altered text gives events and losses."""
    content = bytearray(_CONFIG.encode())
    for place, value in changes:
        content[place : place + len(value)] = value
    _read(bytes(content), tmp_path)


@real
def test_real_configurations() -> None:
    """Stock files of an Exchange 2016 are read without loss."""
    files = sorted((SAMPLES / "exchange-config" / "2016-iis").glob("*.config"))
    assert len(files) == 24
    found: dict[str, list[Event]] = {}
    for path in files:
        head = path.read_bytes()[:65536]
        assert IisConfiguration().recognise(head, path.as_posix())
        records = list(IisConfiguration().parse(FileOnDisk(path), ReadOptions()))
        assert records
        assert not any(isinstance(record, Skipped) for record in records)
        found[path.name] = [record for record in records if isinstance(record, Event)]
    host = found["applicationHost.config"]
    assert len(_of(host, "app-pool")) == 20
    directories = {
        (event.fields["Site"], event.fields["Path"]): event.fields["PhysicalPath"]
        for event in _of(host, "virtual-directory")
    }
    assert str(directories["Exchange Back End", "/ecp"]).endswith("\\ClientAccess\\ecp")
    assert str(directories["Default Web Site", "/OAB"]).endswith("\\FrontEnd\\HttpProxy\\OAB")
