"""The figures for people, 80 columns wide, and for programs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from tools.score_country.figures import BROKEN, Figures
from tools.score_country.found import Found
from tools.score_country.mistakes import Mistake
from tools.score_country.pairs import Pairs
from tools.score_country.truth import Country

WIDTH = 80
_LABEL = 26


def text(
    country: Country, found: Found, told: Figures, mistakes: Mapping[str, list[Mistake]]
) -> str:
    """The report."""
    lines = [
        "The simulated country against its truth",
        *_lists(country, found, told), *_identity(told), *_victims(told), *_states(told),
        *_owners(told),
    ]  # fmt: skip
    for name, found_mistakes in mistakes.items():
        lines += _mistakes(name, found_mistakes)
    return "\n".join(lines) + "\n"


def _line(label: str, value: str) -> list[str]:
    return textwrap.wrap(
        f"  {label:<{_LABEL}}{value}", WIDTH, subsequent_indent=" " * (_LABEL + 2)
    )  # fmt: skip


def _lists(country: Country, found: Found, told: Figures) -> list[str]:
    servers = sum(not row["service"] for row in found.rows.values())
    absent = ", ".join(f"{n:,} {why}" for why, n in sorted(found.absent.items()))
    noise = ", ".join(f"{n:,} {kind}" for kind, n in told.noise.most_common())
    truth = country.summary
    return [
        "", "Servers",
        *_line("records of all lists", f"{truth.rows:,}" + (f" (not taken: {absent})" if absent
                                                             else "")),
        *_line("observations", f"{len(found.seen):,}"),
        *_line("servers told from them", f"{servers:,}, true: {truth.servers:,}"),
        *_line("never seen", f"{told.unseen:,} of the true ones"),
        *_line("are noise alone", noise or "none"),
        *_line("have noise among theirs", f"{told.mixed:,}"),
        *([*_line("of no list of the country", f"{found.strange:,} observations")]
          if found.strange else []),
    ]  # fmt: skip


def _identity(told: Figures) -> list[str]:
    return [
        "", "Identity, by pairs of observations      precision   recall",
        _pairs("servers that records name", told.servers),
        _pairs("services and servers, all records", told.services),
    ]  # fmt: skip


def _pairs(label: str, found: Pairs) -> str:
    return f"  {label:<38}{found.precision:>9.2%}{found.recall:>9.2%}"


def _victims(told: Figures) -> list[str]:
    v = told.victims
    factor = f", {v.raw / v.true:.1f} times too high" if v.true else ""
    decoys = f", {v.decoys:,} honeypots not counted in" if v.decoys else ""
    return [
        "", "Victims",
        *_line("lists added up", f"{v.raw:,}{factor}"),
        *_line("merged", f"{v.counted - v.decoys:,}, true: {v.true:,} ({v.error:+.1%}){decoys}"),
        *_line("with assessments", f"{v.assessed - v.decoys:,}, true: {v.true_assessed:,}"),
        *_line("as statistics have them", f"{v.servers:,} servers, members of services one by one"),
    ]  # fmt: skip


def _states(told: Figures) -> list[str]:
    patch, compromise = told.patch, told.compromise
    right = sum(n for (true, said), n in patch.items() if true == said)
    unknown = sum(n for (_, said), n in patch.items() if said == "unknown")
    wrong = sum(patch.values()) - right - unknown
    wrongly = [f"{n:,} {true} told {said}" for (true, said), n in Counter(
        {key: n for key, n in patch.items() if key[0] != key[1] and key[1] != "unknown"}
    ).most_common(5)]  # fmt: skip
    broken = {key: n for key, n in compromise.items() if key[0] != "none"}
    known = sum(n for (_, said), n in broken.items() if said in BROKEN)
    false = sum(n for (true, said), n in compromise.items() if true == "none" and said in BROKEN)
    return [
        "", "States at the end",
        *_line("patch", f"{right:,} right, {unknown:,} unknown, {wrong:,} wrong, of these "
                        f"{told.patch_old:,} as last seen in full"),
        *_line("wrong ones", "; ".join(wrongly) or "none"),
        *_line("broken into", f"{known:,} of {sum(broken.values()):,} known; no record says so of "
                              f"{told.untold:,}"),
        *_line("said to be, and was not", f"{false:,}"),
    ]  # fmt: skip


def _owners(told: Figures) -> list[str]:
    lines = ["", "Owners and sectors"]
    for label, counts in (("owner", told.owner), ("sector", told.sector)):
        for evidence, where in ((True, "with evidence"), (False, "without")):
            held = {said: n for (has, said), n in counts.items() if has is evidence}
            total = sum(held.values())
            if total:
                share = held.get("right", 0) / total
                parts = ", ".join(f"{held[said]:,} {said}" for said in sorted(held))
                lines += _line(f"{label}, {where}", f"{share:.1%} right: {parts}")
    return lines


def _mistakes(name: str, found: Iterable[Mistake]) -> list[str]:
    lines: list[str] = []
    for one in found:
        lines += ["", *textwrap.wrap(f"{one.title} ({one.pairs:,} pairs)", WIDTH)]
        for line in one.lines:
            lines += textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return ["", name, *lines[1:]] if lines else []


def data(country: Country, found: Found, told: Figures) -> dict[str, Any]:
    """The figures as JSON has them."""
    return {
        "truth": {"organisations": country.summary.organisations,
                  "servers": country.summary.servers, "units": country.summary.units},
        "observations": len(found.seen), "strange": found.strange, "absent": dict(found.absent),
        "identity": {
            name: {**asdict(pairs), "precision": pairs.precision, "recall": pairs.recall}
            for name, pairs in (("servers", told.servers), ("services", told.services))
        },
        "victims": {**asdict(told.victims), "error": told.victims.error},
        "patch": _named(told.patch), "patch_as_last_seen": told.patch_old,
        "compromise": _named(told.compromise), "compromise_untold": told.untold,
        "owner": _told(told.owner), "sector": _told(told.sector),
        "noise": dict(told.noise), "mixed": told.mixed, "unseen": told.unseen,
    }  # fmt: skip


def _named(counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {f"{true} told {said}": n for (true, said), n in sorted(counts.items())}


def _told(counts: Mapping[tuple[bool, str], int]) -> dict[str, int]:
    return {f"{said}{'' if has else ', without evidence'}": n
            for (has, said), n in sorted(counts.items())}  # fmt: skip
