"""Which pages Exchange ships, by name and by hash, over all builds up to March 2021.

Names and hashes come from the file lists that Microsoft published for 131 builds (2013 RTM to 2019
CU9, MIT licence). A name is judged against the union of all builds. A hash that is not listed
means something only for a build and folder that the lists cover: see `Baseline.covers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from alpheus.knowledge import places
from alpheus.knowledge.build_number import parse_build
from alpheus.knowledge.tables import read_table

_PAGE = (".aspx", ".ashx", ".asmx", ".svc", ".asax", ".ascx", ".master", ".htm", ".html", ".dll",
         ".owa", ".ecp", ".eas", ".asp", ".soap", ".json", ".xml")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known-good lists. Use `Baseline.load()`."""

    names: frozenset[str]
    hashes: Mapping[str, frozenset[str]]
    endpoints: frozenset[str]
    builds: Mapping[str, frozenset[str]]
    all_hashes: frozenset[str]

    @classmethod
    def load(cls) -> Baseline:
        """The lists of this package; read once per process. Raises KnowledgeError."""
        return _load()

    def known_hash(self, sha256: str) -> bool:
        """Whether any build shipped a web file with this SHA-256."""
        return sha256.lower() in self.all_hashes

    def known_name(self, relative: str) -> bool:
        """Whether any build shipped a web file at this path below its install directory."""
        return _normal(relative) in self.names

    def hashes_for(self, relative: str) -> frozenset[str]:
        """The SHA-256 hashes (lower case) that all builds shipped at this path; may be empty."""
        return self.hashes.get(_normal(relative), frozenset())

    def covers(self, build: str, relative: str) -> bool:
        """Whether the lists hold this build's files in the top folder of `relative`.

        Only then does an unlisted hash tell that a file was changed.
        """
        number = parse_build(build)
        folders = self.builds.get(str(number), frozenset())
        return _normal(relative).partition("/")[0] in folders

    def install_relative(self, windows_path: str) -> str | None:
        """The page path below an Exchange install directory; see `places.install_relative`."""
        return places.install_relative(windows_path)

    def url_page(self, stem: str, site: str = places.FRONT_END) -> str | None:
        """The page path that a URL stem asks for; see `places.url_page`."""
        return places.url_page(stem, site)

    def closed_place(self, stem_or_path: str) -> str | None:
        """The place's name if only pages known by name belong there; see `places.closed_place`."""
        return places.closed_place(stem_or_path)

    def stock_url(self, stem: str, site: str | None = None) -> bool:
        """Whether Exchange itself serves this URL: a shipped page, or an endpoint without a file.

        `site` is `iis-site-1` or `iis-site-2` where the log says so; a front end also passes on
        requests for pages of the back end. Static files (scripts, pictures) are not listed: ask
        only about pages.
        """
        path = places.fold_version(_without_mailbox(_page_part(places.clean_stem(stem))))
        if path in self.endpoints:
            return True
        if _any_folder(path) in self.endpoints and places.closed_place(path) is None:
            return True
        back = places.url_page(path, places.BACK_END)
        if site is not None and site.removeprefix("iis-site-") == "2":
            return back in self.names
        if places.url_page(path) in self.names:
            return True
        # In a closed place the front end serves its own pages only; what lies there under the name
        # of a page of the back end is not the product's.
        return back in self.names and places.closed_place(path) is None


@cache
def _load() -> Baseline:
    hashes: dict[str, set[str]] = {}
    for row in read_table("exchange_known_good_web.csv.gz", ("path", "sha256")):
        hashes.setdefault(row["path"], set()).add(row["sha256"])
    names = read_table("exchange_known_good_names.csv", ("path",))
    endpoints = read_table("exchange_endpoints.csv", ("path", "what"))
    builds = read_table("exchange_known_good_builds.csv", ("build", "folders"))
    return Baseline(
        names=frozenset(row["path"] for row in names),
        hashes={path: frozenset(found) for path, found in hashes.items()},
        endpoints=frozenset(row["path"] for row in endpoints),
        builds={row["build"]: frozenset(row["folders"].split()) for row in builds},
        all_hashes=frozenset().union(*hashes.values()),
    )


def _normal(relative: str) -> str:
    return places.fold_version(places.clean_path(relative))


def _page_part(path: str) -> str:
    """Cut what follows a page's name: `a.svc/method` asks for `a.svc`."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if part.endswith(_PAGE):
            return "/".join(parts[: index + 1])
    return path


def _any_folder(path: str) -> str:
    """The spelling of an endpoint that is served in every folder: `ecp/*/x.aspx`."""
    parts = path.split("/")
    return f"{parts[0]}/*/{parts[-1]}" if len(parts) > 2 else path


def _without_mailbox(path: str) -> str:
    """Drop the mailbox of an explicit logon: `owa/user@example.org/default.aspx`."""
    parts = path.split("/")
    if len(parts) > 1 and parts[0] in {"owa", "ecp"} and "@" in parts[1]:
        del parts[1]
    return "/".join(parts)
