"""Makes a plan of a scenario that is data: who, when, what is left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from alpheus.lab import names, render, sharepoint
from alpheus.lab.attack import Story, make_attacker
from alpheus.lab.logs import events, pages
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.logs.pages import Shell
from alpheus.lab.logs.uls import Trace
from alpheus.lab.plan import EVERYTHING, Draft, Plan, draft
from alpheus.lab.request import BackEnd, Entry, Request, Template
from alpheus.lab.scenario_file import (
    Asked,
    File,
    ScenarioFile,
    Step,
    files_of,
    filled,
    read_scenario,
    span_of,
)
from alpheus.lab.scenarios import Builder
from alpheus.lab.server import Build
from alpheus.lab.truth import Scenario, ServerTruth
from alpheus.model import Verdict


def told_scenarios(folders: tuple[Path, ...] = ()) -> tuple[tuple[Scenario, Builder], ...]:
    """Scenarios of the packs that ship and of these folders. Raises KnowledgeError."""
    return tuple(_registered(pack, read_scenario(path)) for pack, path in files_of(folders))


def _registered(pack: str, told: ScenarioFile) -> tuple[Scenario, Builder]:
    return Scenario(told.name, told.title, told.size), partial(_plans, pack, told)


def _plans(pack: str, told: ScenarioFile, seed: int) -> list[Plan]:
    return [_Telling(pack, told, draft(seed, told.name)).plan()]


class _Telling:
    """One scenario while it is put into rows."""

    def __init__(self, pack: str, told: ScenarioFile, sketch: Draft) -> None:
        server = replace(sketch.server, patched_at=told.patched)
        if told.builds:
            first, last = told.builds[0], told.builds[-1]
            server = replace(server, build_before=Build(first), build_after=Build(last))
        self._pack = pack
        self._told = told
        self._rng = sketch.rng
        self._server = server
        self._story = Story(sketch.rng, server, make_attacker(sketch.rng))
        self._words = self._known_words()
        room = int(span_of(told.within).total_seconds() * 1000)
        shift = timedelta(milliseconds=sketch.rng.randint(0, room))
        self._zero = told.begins.astimezone(UTC) + shift
        self._first: datetime | None = None
        self._implanted: datetime | None = None

    def plan(self) -> Plan:
        """Everything that the scenario decides."""
        told = self._told
        for step in told.steps:
            self._tell(step)
        plan = Plan(
            self._server, self._truth(), start=told.span[0].astimezone(UTC),
            end=told.span[1].astimezone(UTC), entries=self._story.entries,
            exchange=told.product == "exchange", sharepoint=told.product == "sharepoint",
        )  # fmt: skip
        plan.files = [self._file(one) for one in told.files]
        plan.collected = frozenset(told.collected) or EVERYTHING
        return plan

    def _known_words(self) -> dict[str, str]:
        server, attacker = self._server, self._story.attacker
        words = {
            "name": server.name, "fqdn": server.fqdn, "domain": server.domain,
            "netbios": server.netbios, "account": server.account, "address": server.address,
            "public": server.public_name, "install": server.install, "web_root": server.web_root,
            "person": server.people[0], "admin": server.admins[0], "attacker": attacker.clients[0],
            "second": attacker.clients[1], "tool": attacker.tool,
            "page": names.page_name(self._rng), "key": names.letters(self._rng, 6, 9),
        }  # fmt: skip
        for word, value in self._told.words.items():
            chosen = value if isinstance(value, str) else self._rng.choice(value)
            words[word] = filled(chosen, words)
        return words

    def _fill(self, text: str) -> str:
        return filled(text, self._words)

    def _filled(self, values: Mapping[str, str]) -> dict[str, str]:
        return {name: self._fill(value) for name, value in values.items()}

    def _tell(self, step: Step) -> None:
        for number in range(step.times):
            when = self._zero + span_of(step.at) + number * span_of(step.every)
            if step.first and number == 0:
                self._first = when
            if step.implanted and number == 0:
                self._implanted = when
            self._happen(step, when)

    def _happen(self, step: Step, when: datetime) -> None:
        server, build = self._server, self._server.build_at(when)
        if step.request is not None:
            self._story.entries.append(render.happened(when, self._request(step.request), server))
        elif step.cmdlet is not None:
            ran = step.cmdlet
            parameters = tuple(self._filled(ran.parameters).items())
            cmdlet = Cmdlet(ran.name, parameters, self._fill(ran.user), "S-1-5-18",
                            ran.application, ran.process)  # fmt: skip
            self._add(when, render.cmdlet_template(cmdlet, server, build, beats=False))
        elif step.command is not None:
            line, image = self._fill(step.command.line), self._fill(step.command.image)
            self._story.command(when, image, line, pool=step.command.pool)
        elif step.trace is not None:
            one = step.trace
            trace = Trace(self._fill(one.message), category=one.category, event=one.event,
                          level=one.level)  # fmt: skip
            self._add(when, sharepoint.template(trace))
        elif step.remote_shell is not None:
            given = self._filled(step.remote_shell)
            self._add(when, render.rps_http_template(server, build, given))
        else:
            self._story.event(when, self._event(step))

    def _event(self, step: Step) -> events.WindowsEvent:
        if step.written is not None:
            return events.sysmon_file(self._fill(step.written.image), self._fill(step.written.path))
        assert step.event is not None
        one = step.event
        data: Mapping[str, str] | list[str]
        if isinstance(one.data, Mapping):
            data = self._filled(one.data)
        else:
            data = [self._fill(value) for value in one.data]
        return events.WindowsEvent(one.channel, one.provider, one.id, data, level=one.level)

    def _request(self, asked: Asked) -> Request:
        back = asked.back
        return Request(
            asked.protocol, asked.method, self._fill(asked.stem), self._fill(asked.client),
            self._fill(asked.agent), self._fill(asked.query), host=self._fill(asked.host),
            user=self._fill(asked.user), status=asked.status, backend_status=asked.backend_status,
            anchor=self._fill(asked.anchor), hint=self._fill(asked.hint),
            target=self._fill(asked.target), action=self._fill(asked.action),
            referer=self._fill(asked.referer), request_bytes=asked.request_bytes,
            response_bytes=asked.response_bytes, port=asked.port,
            milliseconds=self._rng.randint(20, 400),
            back_end=None if back is None else BackEnd(
                self._fill(back.stem), self._fill(back.query), self._fill(back.user),
                self._fill(back.client), back.status, back.method,
            ),
        )  # fmt: skip

    def _add(self, when: datetime, template: Template) -> None:
        self._story.entries.append(Entry(when, template))

    def _file(self, one: File) -> tuple[str, bytes]:
        if one.compiled:
            shell = Shell("", self._fill(one.compiled), "", "")
            return pages.compiled_leftover(shell, self._rng)
        content = bytes.fromhex(one.head) + self._fill("".join(one.pieces)).encode()
        return self._fill(one.path), content

    def _truth(self) -> ServerTruth:
        told, truth = self._told, self._told.truth
        quiet = truth.verdict.rank < Verdict.ATTEMPTED.rank
        campaign = None if quiet else (truth.campaign or self._pack)
        seen = self._server.last_build().value if told.product == "exchange" else None
        return ServerTruth(
            self._server.name, truth.verdict, truth.stage, build=seen, first_seen=self._first,
            implanted_at=self._implanted, patched_at=told.patched, campaign=campaign,
            clients=() if quiet else self._story.attacker.clients,
            shells=tuple(self._fill(one) for one in truth.shells), notes=truth.notes,
        )  # fmt: skip
