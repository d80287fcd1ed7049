"""What the web servers of the country send, as scanners keep it."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.lab.country.sightings import Seen
from alpheus.lab.internet.builds import Release

_TITLES = {
    "BIG-IP": "BIG-IP logout page",
    "NetScaler": "Netscaler Gateway",
    "TMG": "Microsoft Forefront TMG",
}
_IIS = {8: "7.0", 14: "7.5"}


def iis(release: Release) -> str:
    """The version of the web server below a release."""
    major, minor = release.parts[:2]
    return _IIS.get(major) or ("8.5" if minor == 0 else "10.0")


def headers(seen: Seen) -> list[tuple[str, str]]:
    """The headers of an answer to `GET /owa/`, as far as they tell something."""
    if seen.gateway:
        cookie = {"BIG-IP": "MRHSession=1", "NetScaler": "NSC_AAAC=1"}.get(
            seen.gateway, "ISAWPLB=1"
        )
        return [("Server", seen.gateway), ("Set-Cookie", f"{cookie}; path=/; secure")]
    release = seen.release
    if release is None:
        if seen.product == "Exchange Online":
            return [("Server", "Microsoft-IIS/10.0"), ("X-OWA-Version", "15.20.3890.30"),
                    ("X-FEServer", "AM0PR01CA0001")]  # fmt: skip
        return [("Server", seen.product or "nginx")]
    found = [("Server", f"Microsoft-IIS/{iis(release)}"), ("X-Powered-By", "ASP.NET")]
    if seen.full_build:
        found.append(("X-OWA-Version", release.build))
    if seen.server_name:
        found.append(("X-FEServer", seen.server_name))
    if seen.back_end:
        found.append(("X-CalculatedBETarget", seen.back_end))
    return found


def title(seen: Seen) -> str:
    """The title of the page."""
    if seen.gateway:
        return _TITLES[seen.gateway]
    if seen.release is None:
        return "Sign in to Outlook" if seen.product == "Exchange Online" else "Welcome"
    return "Outlook" if seen.release.parts[:2] > (15, 0) else "Outlook Web App"


def body(seen: Seen) -> str:
    """The page, in short."""
    head = f"<html><head><title>{title(seen)}</title>"
    if seen.release is None or seen.gateway:
        return f"{head}</head><body></body></html>"
    folder = seen.release.family if seen.release.modern else seen.release.build
    return (
        "<!-- {57A118C6-2DA9-419d-BE9A-F92B0F9A418B} -->"
        f'{head}<link rel="shortcut icon" href="/owa/auth/{folder}/themes/resources/favicon.ico">'
        '</head><body><form action="/owa/auth.owa" method="POST"></form></body></html>'
    )


def banner(seen: Seen) -> str:
    """The answer's head as it came."""
    lines = [f"{name}: {value}" for name, value in headers(seen)]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""])


def certificate_names(seen: Seen) -> Sequence[str]:
    """The names of its certificate that are host names on the Internet."""
    if seen.certificate is None:
        return ()
    return [one for one in seen.certificate.names if "." in one and not one.endswith(".local")]
