"""Code that the web server loads beside pages: assemblies of a `bin` folder, and sources.

ASP.NET compiles what lies in `App_Code`, and what a page names as its source. No list has the
hashes of these; they are named, so that what is there later, and was not, is seen.
"""

from __future__ import annotations

import re

from alpheus.evidence.address import windows_path

ENDS = (".dll", ".exe", ".cs", ".vb")
_ASSEMBLY = re.compile(r"/bin/(?:[^/]+/)?[^/]+\.(?:dll|exe)\Z")
_WEB = re.compile(
    r"/(?:wwwroot|aspnet_client|frontend/httpproxy|clientaccess|template/layouts|app_code)/"
)
_ELSEWHERE = re.compile(
    r"/(?:windows|users|programdata|program files(?: \(x86\))?|exchange server)/"
)


def is_web_code(path: str) -> bool:
    """Whether a web site may load a file that has this address, by its name and place alone.

    Sites lie anywhere; below the folders of Windows and of programs only where sites are known to.
    """
    low = path.lower()
    if not low.endswith(ENDS):
        return False
    place = windows_path(low)
    if _WEB.search(place) is None and _ELSEWHERE.search(place) is not None:
        return False
    return low.endswith((".cs", ".vb")) or _ASSEMBLY.search(place) is not None
