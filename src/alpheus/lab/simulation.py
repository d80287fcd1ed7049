"""Lets the clock run over a plan and writes every log as it goes, in bounded memory.

The size is met by steering: after each hour the number of requests of the next one is set from the
bytes still wanted and the hours' usual share of traffic.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from alpheus.lab import background, plain_web, probes, sharepoint, traffic
from alpheus.lab.catalogue import open_store
from alpheus.lab.names import guid
from alpheus.lab.plan import FRONT_END, Plan
from alpheus.lab.render import request_template
from alpheus.lab.request import Entry, Request, Template
from alpheus.lab.store import Store

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 14, 16, 18, 17, 15, 11, 7, 5, 4, 4, 3, 2)
_WEEKEND = 0.25
_PER_REQUEST = 1800.0
_MOST_PER_STEP = 20_000
_MINUTE_SECOND = [f"{second // 60:02d}:{second % 60:02d}" for second in range(3600)]
_MILLISECONDS = [f".{millisecond:03d}Z" for millisecond in range(1000)]


class Simulation:
    """One server from the first hour of a plan to the last; `size` is in bytes."""

    def __init__(self, plan: Plan, root: Path, size: int, rng: Random) -> None:
        self._plan = plan
        self._size = size
        self._rng = rng
        self._store: Store = open_store(plan, root, size)
        days = max(1.0, (plan.end - plan.start) / _DAY)
        by_day = size / days / (2 if plan.encoding == "utf-16" else 1)
        self._pace = int(max(1, min(192, by_day / 80_000)))
        self._probe_seconds = int(max(120, min(10_800, 3600 * 150_000 / max(by_day, 1))))
        self._number = 1000
        self._average = _PER_REQUEST
        self._bags: dict[str, list[Template]] = {}
        self._probes: dict[str, list[Template]] = {}
        self._entries = sorted(plan.entries, key=lambda entry: entry.time)
        self._next_entry = 0
        self._today: list[Entry] = []

    def run(self) -> int:
        """Write everything; returns the bytes written."""
        try:
            self._hours()
        finally:
            self._store.close()
        return self._store.written

    def _hours(self) -> None:
        plan = self._plan
        shares = _shares(plan)
        left = sum(shares)
        hour = plan.start
        for index, share in enumerate(shares):
            if plan.server.patched_at == hour or (index and index % 336 == 0):
                self._store.restart()
            if hour.hour == 0 or index == 0:
                self._begin_day(hour)
            wanted = max(0, self._size - self._store.written)
            budget = wanted * share / left if left else 0.0
            self._hour(hour, budget)
            left -= share
            hour += _HOUR

    def _begin_day(self, hour: datetime) -> None:
        if self._plan.exchange:
            midnight = hour.replace(hour=0)
            self._today = background.day(self._rng, self._plan, midnight, self._pace)
        elif self._plan.sharepoint:
            templates = sharepoint.background(self._plan.server)
            self._today = background.spread(self._rng, hour.replace(hour=0), templates, self._pace)

    def _hour(self, hour: datetime, budget: float) -> None:
        fixed = self._fixed(hour)
        before = self._store.written
        count = int(budget / self._average + self._rng.random())
        steps = max(1, -(-count // _MOST_PER_STEP))
        span = 3_600_000 // steps
        for step in range(steps):
            low, high = step * span, (step + 1) * span if step + 1 < steps else 3_600_000
            items = [item for item in fixed if low <= item[0] < high]
            items += self._people(hour, low, high, count // steps)
            items.sort(key=lambda item: item[0])
            self._write(hour, items)
        wrote = self._store.written - before
        if count > 20:
            self._average += (wrote / count - self._average) * 0.2
        elif wrote > budget:
            self._average = min(self._average * 1.05, _PER_REQUEST * 4)

    def _fixed(self, hour: datetime) -> list[tuple[int, Template]]:
        """Everything but people's traffic: offset in milliseconds, and rows."""
        after = hour + _HOUR
        items = [
            (_offset(entry.time, hour), entry.template)
            for entry in self._today
            if hour <= entry.time < after
        ]
        while self._next_entry < len(self._entries):
            entry = self._entries[self._next_entry]
            if entry.time >= after:
                break
            self._next_entry += 1
            if entry.time >= hour:
                items.append((_offset(entry.time, hour), entry.template))
        if self._plan.exchange:
            items += self._probing(hour)
        return items

    def _probing(self, hour: datetime) -> list[tuple[int, Template]]:
        """Two probes, one through the front end, at every turn of the monitoring."""
        templates = self._probe_templates(hour)
        since = int((hour - self._plan.start).total_seconds())
        turn = -(-since // self._probe_seconds)
        items: list[tuple[int, Template]] = []
        while turn * self._probe_seconds < since + 3600:
            offset = (turn * self._probe_seconds - since) * 1000
            for shift in (0, 1):
                choice = templates[(2 * turn + shift) % len(templates)]
                late = self._rng.randint(0, 500) + shift * 700
                items.append((min(offset + late, 3_599_999), choice))
            turn += 1
        return items

    def _probe_templates(self, hour: datetime) -> list[Template]:
        build = self._plan.server.build_at(hour)
        if build.value not in self._probes:
            server = self._plan.server
            front = probes.front_end(server)
            back = probes.back_end(server, build)
            requests: list[Request] = []
            for index in range(max(len(front), len(back))):
                requests += [front[index % len(front)], back[index % len(back)]]
            self._probes[build.value] = [request_template(one, server, build) for one in requests]
        return self._probes[build.value]

    def _people(
        self, hour: datetime, low: int, high: int, count: int
    ) -> list[tuple[int, Template]]:
        bag = self._bag(hour)
        size, span, random = len(bag), high - low, self._rng.random
        return [(low + int(random() * span), bag[int(random() * size)]) for _ in range(count)]

    def _bag(self, hour: datetime) -> list[Template]:
        """Templates of people's traffic under the build of that hour, as often as they occur."""
        server = self._plan.server
        build = server.build_at(hour)
        if build.value not in self._bags:
            if self._plan.exchange:
                variants = traffic.requests(self._rng, server, build)
            else:
                plain = sharepoint if self._plan.sharepoint else plain_web
                variants = plain.requests(self._rng, server)
            bag: list[Template] = []
            for weight, request in variants:
                bag += [request_template(request, server, build)] * weight
            self._bags[build.value] = bag
        return self._bags[build.value]

    def _write(self, hour: datetime, items: list[tuple[int, Template]]) -> None:
        silent = self._silent(hour)
        buffers: dict[str, list[str]] = {}
        day_hour = hour.strftime("%Y-%m-%dT%H:")
        w3c_hour = hour.strftime("%Y-%m-%d %H:")
        uls_hour = hour.strftime("%m/%d/%Y %H:")
        expiry = (hour + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S")
        for offset, template in items:
            begin = max(0, offset - template.milliseconds)
            stamp = _MINUTE_SECOND[offset // 1000]
            self._number += 1
            slots = {
                "end": day_hour + stamp + _MILLISECONDS[offset % 1000],
                "begin": day_hour + _MINUTE_SECOND[begin // 1000] + _MILLISECONDS[begin % 1000],
                "w3c": w3c_hour + stamp,
                "uls": f"{uls_hour}{stamp}.{offset % 1000 // 10:02d}",
                "rid": guid(self._rng),
                "act": guid(self._rng),
                "expiry": expiry,
                "number": self._number,
            }
            for log, line in template.lines:
                buffers.setdefault(log, []).append(line % slots)
        for log, rows in buffers.items():
            if self._store.holds(log) and not (silent and log.partition("/")[0] in FRONT_END):
                self._store.write(log, hour, rows)

    def _silent(self, hour: datetime) -> bool:
        silence = self._plan.silence
        return silence is not None and silence[0] <= hour < silence[1]


def _offset(time: datetime, hour: datetime) -> int:
    return int((time - hour).total_seconds() * 1000)


def _shares(plan: Plan) -> list[float]:
    """Each hour's part of the traffic."""
    shares: list[float] = []
    hour = plan.start
    while hour < plan.end:
        share = float(_BY_HOUR[hour.hour])
        if hour.weekday() >= 5:
            share *= _WEEKEND
        if plan.silence and plan.silence[0] <= hour < plan.silence[1]:
            share *= 0.01
        shares.append(share)
        hour += _HOUR
    return shares
