"""What permissions are called, for people (English; said in their language by `gettext`).

The console shows them, and `docs/reference/console.md` lists them.
"""

from __future__ import annotations

from alpheus.web.access.roles import Permission

PERMISSIONS: dict[Permission, str] = {
    Permission.OWN: "See one's own servers in plain words, and answer about them",
    Permission.SEE: "See cases, campaign, notices and their history",
    Permission.EXPORT: "Take lists and reports away in files",
    Permission.WORK: "Work on cases: assign, note, close, merge, split; plan notices",
    Permission.IMPORT: "Take in lists and evidence",
    Permission.SEE_SECRETS: "See an intruder's secret in clear; each look is taken down",
    Permission.APPROVE: "Approve notices that somebody else has planned, and have them sent",
    Permission.ADMINISTER: "Look after accounts, and read the audit log",
}
"""Those that somebody is given; what is public, or for whoever is signed in, is not among them."""
