"""`alpheus probe` as a person runs it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.cli.probe import resolver_of
from alpheus.exposure.journal import RESULTS
from alpheus.exposure.scope_file import read_scope
from cli.running import environment, program, run
from exposure_probing import scope_of
from internet import Internet, running
from name_server import NameServer


@pytest.fixture(scope="module")
def internet() -> Iterator[Internet]:
    """Some simulated servers of 2021."""
    with running("march-2021") as one:
        yield one


@pytest.fixture
def asked(tmp_path: Path, internet: Internet) -> list[str]:
    """The arguments that ask thirty of them, in a folder with scope and targets."""
    scope_of(tmp_path, internet.port)
    (tmp_path / "targets.txt").write_text("\n".join(internet.addresses(30)))
    return ["probe", str(tmp_path / "targets.txt"), "--scope", str(tmp_path / "scope.yaml"),
            "--timeout", "4", "-o", str(tmp_path / "run")]  # fmt: skip


def test_each_target_is_one_json_line(asked: list[str], tmp_path: Path) -> None:
    """With every field of the contract; the folder holds the same lines; a word on what is next."""
    done = run(*asked)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({line["address"] for line in lines}) == len(lines) == 30
    for name in ("target", "address", "port", "names", "exchange", "build", "precision", "witness",
                 "pool", "cves", "tls", "status", "reason", "requests", "time"):  # fmt: skip
        assert all(name in line for line in lines), name
    known = [line for line in lines if line["status"] == "identified"]
    assert known
    assert {"state", "why"} <= set(known[0]["cves"]["CVE-2021-26855"])
    assert (tmp_path / "run" / RESULTS).read_bytes() == done.stdout
    assert b"alpheus probe report" in done.stderr
    verified = run("probe", "verify", tmp_path / "run")
    assert verified.returncode == 0
    assert b"unchanged" in verified.stdout


def test_csv_and_table_say_the_same(asked: list[str], tmp_path: Path) -> None:
    """A row per target; the table begins with the sentence that matters, in 80 columns."""
    done = run(*asked, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert len(rows) == 30
    again = run(*asked[:-1], str(tmp_path / "other"), "--format", "table", COLUMNS="80")
    text = again.stdout.decode()
    assert "of 30 asked are Exchange" in text.replace("\n", " ")
    assert max(map(len, text.splitlines())) <= 80


def test_a_changed_audit_log_is_found_out(asked: list[str], tmp_path: Path) -> None:
    """With the line, and status 3."""
    assert run(*asked).returncode == 0
    log = tmp_path / "run" / "audit.log"
    lines = log.read_text().splitlines(keepends=True)
    lines[4] = lines[4].replace("127.", "128.", 1)
    log.write_text("".join(lines))
    verified = run("probe", "verify", tmp_path / "run")
    assert verified.returncode == 3
    assert b"CHANGED at line 5" in verified.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_an_interrupt_pauses_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """Status 130, one line that says so, no trace; the second run prints all results."""
    with running("plain") as internet:
        scope_of(tmp_path, internet.port)
        text = (tmp_path / "scope.yaml").read_text().replace("total: 100000", "total: 40")
        (tmp_path / "scope.yaml").write_text(text)
        (tmp_path / "targets.txt").write_text("\n".join(internet.addresses(120)))
        command = ["probe", tmp_path / "targets.txt", "--scope", tmp_path / "scope.yaml",
                   "-o", tmp_path / "run"]  # fmt: skip
        with subprocess.Popen(
            program(*command), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            _wait_for_lines(tmp_path / "run" / RESULTS, 20)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert b"the same command goes on" in said
        assert b"Traceback" not in said
        done = run(*command)
        assert max(internet.server.log.requests.values()) == 1
    assert done.returncode == 0
    assert b"going on with" in done.stderr
    assert len(done.stdout.splitlines()) == 120


def _wait_for_lines(path: Path, wanted: int) -> None:
    for _ in range(600):
        if path.exists() and path.read_bytes().count(b"\n") >= wanted:
            return
        time.sleep(0.05)
    pytest.fail("no results came")


def test_a_dry_run_sends_nothing(asked: list[str], internet: Internet, tmp_path: Path) -> None:
    """And writes nothing."""
    before = internet.server.log.connections.total()
    done = run(*asked, "--dry-run")
    assert done.returncode == 0
    assert done.stdout.startswith(b"Nothing is sent. A run would ask 30 addresses")
    assert internet.server.log.connections.total() == before
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["probe"], "needs somebody to ask"),
        (["probe", "192.0.2.1"], "without a scope"),
        (["probe", "192.0.2.1", "--scope", "missing.yaml"], "missing.yaml"),
        (["probe", "verify"], "needs the folder"),
        (["probe", "not a host", "--scope", "SCOPE"], "nobody to ask"),
        (["probe", "192.0.2.1", "--scope", "EMPTY"], "owner"),
        (["probe", "192.0.2.1", "--scope", "EMPTY"], "\nalpheus: "),
        (["probe", "192.0.2.1", "--scope", "ENDED"], "the scope has ended"),
        (["probe", "192.0.2.1", "--scope", "SCOPE", "--nameserver", "ns.example"], "nameserver"),
    ],
)
def test_wrong_usage_is_told_in_a_line_with_its_remedy(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    """Status 2, and nothing is sent."""
    scope_of(tmp_path, 443)
    (tmp_path / "empty.yaml").write_text("allow: [192.0.2.1]\n")
    text = (tmp_path / "scope.yaml").read_text()
    (tmp_path / "ended.yaml").write_text(f"{text}valid_until: 2021-03-31\n")
    places = {name: tmp_path / f"{name.lower()}.yaml" for name in ("SCOPE", "EMPTY", "ENDED")}
    done = run(*(places.get(one, one) for one in arguments))
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_the_example_is_a_scope_once_it_is_filled_in(tmp_path: Path) -> None:
    """What is empty in it is what must be filled in."""
    done = run("probe", "--example-scope")
    assert done.returncode == 0
    path = tmp_path / "scope.yaml"
    text = done.stdout.decode()
    path.write_text(
        text.replace("owner: ", "owner: A CERT ", 1)
        .replace("authorisation: ", "authorisation: order 7 ", 1)
        .replace("contact: ", "contact: https://cert.example/scans ", 1)
        .replace("allow:\n", "allow:\n  - 192.0.2.0/24\n", 1)
    )
    assert read_scope(path).owner == "A CERT"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.1", "192.0.2.1", None), ("192.0.2.1:5353", "192.0.2.1", 5353),
        ("2001:db8::1", "2001:db8::1", None), ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:53", "2001:db8::1", 53),
    ],
)  # fmt: skip
def test_a_name_server_may_have_a_port(text: str, host: str, port: int | None) -> None:
    """In the usual spellings of addresses."""
    resolver = resolver_of(text)
    assert (resolver._nameservers, resolver._port) == ([host], port)


def test_a_folder_of_another_run_is_not_written_into(asked: list[str], tmp_path: Path) -> None:
    """Neither one that is finished, nor one of other targets."""
    assert run(*asked).returncode == 0
    again = run(*asked)
    assert again.returncode == 1
    assert b"was finished at" in again.stderr
    record = tmp_path / "run" / "run.json"
    record.write_text(re.sub('"finished": "[^"]+"', '"finished": ""', record.read_text()))
    (tmp_path / "targets.txt").write_text("127.0.0.1")
    other = run(*asked)
    assert other.returncode == 1
    assert b"of other targets" in other.stderr


def test_a_folder_that_is_in_use_or_no_run_is_refused(asked: list[str], tmp_path: Path) -> None:
    """In one line; what lies there is left alone."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("a letter")
    done = run(*asked)
    assert done.returncode == 1
    assert b"no record of a run" in done.stderr
    assert b"printed" not in done.stderr
    assert (tmp_path / "run" / "run.json").read_text() == "a letter"


def test_names_are_looked_up_and_servers_are_called_by_them(tmp_path: Path) -> None:
    """A mail domain leads to its mail servers; one that is open only under its name is found."""
    with running("every-kind") as internet:
        address = next(one for one in internet.addresses() if internet.truth(one).needs_name)
        host = internet.truth(address).names[0]
        domain = host.partition(".")[2]
        records = {
            (domain, "MX"): [f"10 {host}."],
            (host, "A"): [address],
            (f"autodiscover.{domain}", "A"): [address],
        }
        scope_of(tmp_path, internet.port, allow=f"[127.0.0.0/8, {domain}]")
        with NameServer(records) as names:
            server = f"127.0.0.1:{names.port}"
            done = run("probe", domain, "gone.example", "--scope", tmp_path / "scope.yaml",
                       "--nameserver", server, "-o", tmp_path / "run")  # fmt: skip
        build = internet.truth(address).build
    assert done.returncode == 0, done.stderr
    lines = {one["target"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert lines[domain]["build"] == build
    assert lines[domain]["address"] == address
    assert host in lines[domain]["names"]
    assert lines["gone.example"]["status"] == "unresolved"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_a_reader_that_leaves_and_streams_that_are_closed_stop_nothing(
    asked: list[str], tmp_path: Path
) -> None:
    """The run goes on to its end, results are in the folder, and nothing is said elsewhere."""
    for number, tail in enumerate(("| head -n 1", ">&-", "2>&-", "<&-")):
        folder = tmp_path / str(number)
        command = shlex.join(program(*asked[:-1], folder))
        done = subprocess.run(
            ["/bin/sh", "-c", f"{command} {tail}"], env=environment(), capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert (folder / RESULTS).read_bytes().count(b"\n") == 30, tail
        assert b"Traceback" not in done.stderr
        assert b"writing to" not in done.stdout
        assert done.returncode == 0, tail
