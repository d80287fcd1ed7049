"""Every page of the console that shows something, with who looks at it."""

from __future__ import annotations

from typing import NamedTuple

from browser.world import EVIL, IMPORT, OWN, World


class Shown(NamedTuple):
    """A page: its route as the table of routes has it, who looks ('' for nobody), its address."""

    name: str
    route: str
    who: str
    address: str


PAGES = (
    Shown("campaign", "/", "ann", "/"),
    Shown("campaign-by", "/campaign/by/{by}", "ann", "/campaign/by/region"),
    Shown("hands", "/hands", "ann", "/hands"),
    Shown("hand", "/hands/{number}", "ann", "/hands/1"),
    Shown("sign-in", "/sign-in", "", "/sign-in"),
    Shown("join", "/join/{secret}", "", "/join/no-such-link"),
    Shown("account", "/account", "ann", "/account"),
    Shown("accounts", "/accounts", "ada", "/accounts"),
    Shown("account-of", "/accounts/{account}", "ada", "/accounts/1"),
    Shown("audit", "/audit", "ada", "/audit"),
    Shown("servers", "/servers", "ann", "/servers"),
    Shown("servers-chosen", "/servers", "ann", "/servers?patch=vulnerable&sector=school&sort=name"),
    Shown("servers-none", "/servers", "vic", "/servers?q=nothing-begins-so"),
    Shown("act", "/servers/act", "ann", "/servers/act?kind=assigned&server={attacked}"),
    Shown("act-many", "/servers/act", "ann", "/servers/act?kind=closed&which=every&query="),
    Shown("organisations", "/organisations", "ann", "/organisations"),
    Shown("organisation", "/organisations/{key}", "ann", f"/organisations/{OWN}"),
    Shown("organisation-evil", "/organisations/{key}", "ann", f"/organisations/{EVIL}"),
    Shown("search", "/search", "ann", "/search?q=own"),
    Shown("search-evil", "/search", "ann", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"),
    Shown("server", "/servers/{number}", "ann", "/servers/{attacked}"),
    Shown("server-plain", "/servers/{number}", "vic", "/servers/{own}"),
    Shown("server-evil", "/servers/{number}", "ann", "/servers/{evil}"),
    Shown("server-hostile", "/servers/{number}", "ann", "/servers/{hostile}"),
    Shown("findings", "/servers/{number}/findings", "ann", "/servers/{attacked}/findings"),
    Shown("findings-hostile", "/servers/{number}/findings", "ann", "/servers/{hostile}/findings"),
    Shown(
        "finding", "/servers/{number}/findings/{place}", "ann", "/servers/{attacked}/findings/3"
    ),
    Shown(
        "finding-hostile", "/servers/{number}/findings/{place}", "ann",
        "/servers/{hostile}/findings/0",
    ),
    Shown("observations", "/servers/{number}/observations", "ann", "/servers/{own}/observations"),
    Shown(
        "observations-evil", "/servers/{number}/observations", "ann",
        "/servers/{evil}/observations",
    ),
    Shown("identity", "/servers/{number}/identity", "ann", "/servers/{attacked}/identity"),
    Shown("identity-evil", "/servers/{number}/identity", "ann", "/servers/{evil}/identity"),
    Shown(
        "decide", "/servers/{number}/identity/{what}", "ann",
        "/servers/{own}/identity/merge?with={evil}",
    ),
    Shown("coverage", "/servers/{number}/coverage", "ann", "/servers/{attacked}/coverage"),
    Shown("clean-up", "/servers/{number}/clean-up", "ann", "/servers/{attacked}/clean-up"),
    Shown("clean-up-none", "/servers/{number}/clean-up", "ann", "/servers/{own}/clean-up"),
    Shown(
        "clean-up-hostile", "/servers/{number}/clean-up", "ann", "/servers/{hostile}/clean-up"
    ),
    Shown("custody", "/servers/{number}/custody", "ann", "/servers/{attacked}/custody"),
    Shown("custody-hostile", "/servers/{number}/custody", "ann", "/servers/{hostile}/custody"),
    Shown("secrets", "/servers/{number}/secrets", "ann", "/servers/{attacked}/secrets"),
    Shown("imports", "/imports", "ann", "/imports"),
    Shown("import", "/imports/{number}", "ann", "/imports/{import}"),
    Shown("jobs", "/jobs", "ann", "/jobs"),
    Shown("job", "/jobs/{number}", "ann", "/jobs/{job}"),
    Shown("notices", "/notices", "ann", "/notices"),
    Shown("unreached", "/notices/unreached", "ann", "/notices/unreached"),
    Shown("plan", "/notices/plan", "ann", "/notices/plan"),
    Shown("plan-preview", "/notices/plan", "ann", "/notices/plan?preview=yes"),
    Shown("batches", "/notices/batches", "ann", "/notices/batches"),
    Shown("batch", "/notices/batches/{batch}", "lou", "/notices/batches/1"),
    Shown("notice", "/notices/{reference}", "ann", "/notices/{reference}"),
    Shown("code", "/code", "", "/code"),
    Shown("own", "/own", OWN, "/own"),
    Shown("own-server", "/own/{server}", OWN, "/own/{attacked}"),
    Shown("own-account", "/own/account", OWN, "/own/account"),
    Shown("own-evidence", "/own/evidence", OWN, "/own/evidence"),
    Shown("absent", "", "ann", "/nothing-is-here"),
)  # fmt: skip

NO_PAGES = frozenset({
    "/static/{digest}/{name}", "/campaign/days.csv", "/campaign/report.html", "/oidc/start",
    "/oidc/callback", "/uploads/{upload}", "/own/uploads/{upload}", "/own/evidence/state",
    "/jobs/state", "/jobs/{number}/reports/{name}", "/notices/{reference}/html",
    "/notices/{reference}/servers.csv", "/servers/{number}/clean-up/{name}",
})  # fmt: skip
"""Routes that give files, or what a script asks for, or a letter that lies in a page."""

PICTURED = (
    "campaign", "servers", "server", "organisation", "notices", "own", "own-server", "hands",
    "hand",
)  # fmt: skip
"""Pages of which pictures are kept."""


def where(shown: Shown, world: World) -> str:
    """The address of a page in a world."""
    return shown.address.format_map(
        {**world.servers, "job": world.job, "import": IMPORT, "reference": world.reference}
    )


def by_name(name: str) -> Shown:
    """A page by its name."""
    return next(one for one in PAGES if one.name == name)
