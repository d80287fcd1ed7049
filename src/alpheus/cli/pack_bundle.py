"""`alpheus pack trust|distrust|install|remove|keys|bundle`: packs and tables in signed bundles."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.arguments import days, path
from alpheus.cli.output import say, standard_output
from alpheus.errors import BundleError, KnowledgeError

if TYPE_CHECKING:
    from alpheus.updates.model import Change, Outcome
    from alpheus.updates.publish import Published
    from alpheus.updates.trust import Publisher

_ROLES = ("root", "targets", "online")


def add_to(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    trust = below.add_parser(
        "trust", help="accept the bundles of a publisher, or list whose are accepted",
        description="Accept the bundles of a publisher from now on. ROOT.json is in every bundle "
        "of theirs (metadata/1.root.json); its fingerprint has to come over another channel: a "
        "telephone, a signed letter, a page that you know. Without a file: list the publishers.",
    )  # fmt: skip
    trust.add_argument("root", nargs="?", type=path, metavar="FILE", help="the publisher's root")
    trust.add_argument("--name", default="", metavar="NAME", help="what you call the publisher")
    trust.add_argument(
        "--fingerprint", default="", metavar="HEX",
        help="SHA-256 of the root, as the publisher told it; without it, it is only shown",
    )  # fmt: skip
    trust.set_defaults(run=_trust)
    distrust = below.add_parser(
        "distrust", help="accept no more bundles of a publisher",
        description="Accept no more bundles of a publisher. What is installed stays; take that "
        "away with alpheus pack remove.",
    )  # fmt: skip
    distrust.add_argument("name", metavar="NAME", help="what you call the publisher")
    distrust.set_defaults(run=_distrust)
    _add_install(below)
    _add_publishing(below)


def _add_install(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    install = below.add_parser(
        "install", help="install packs and tables out of a signed bundle",
        description="Install what a bundle holds in the place of what the publisher's last one "
        "held. A bundle that is changed, cut off, too large, older than what is installed, or "
        "beyond its date is refused, and nothing is changed. Nothing is ever fetched unless an "
        "address is named here.",
    )  # fmt: skip
    install.add_argument(
        "source", metavar="FOLDER|https://…", help="the bundle: a folder, a stick, a mirror"
    )
    install.add_argument(
        "--publisher", default="", metavar="NAME", help="whose it is, if several are trusted"
    )
    install.set_defaults(run=_install)
    remove = below.add_parser(
        "remove", help="take installed packs or tables out of use",
        description="Take installed packs or tables out of use; those of the same name that ship "
        "with the program count again.",
    )  # fmt: skip
    remove.add_argument("names", nargs="+", metavar="NAME", help="a pack's id, or a table's name")
    remove.set_defaults(run=_remove)


def _add_publishing(below: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = below.add_parser(
        "keys", help="make the keys that sign bundles, or renew one",
        description="Make the three keys of a publisher: root.pem (who the others are; keep it "
        "where no network is), targets.pem (what packs are), online.pem (that nothing newer "
        "exists). They are encrypted with the passphrase in ALPHEUS_PUBLISHER_PASSPHRASE.",
    )  # fmt: skip
    keys.add_argument("folder", type=path, metavar="FOLDER", help="where they lie")
    keys.add_argument(
        "--renew", choices=_ROLES, help="put a new key in the place of this one; users follow by "
        "themselves with the next bundle",
    )  # fmt: skip
    keys.set_defaults(run=_keys)
    bundle = below.add_parser(
        "bundle", help="make a signed bundle of packs and tables, or its next state",
        description="Make a signed bundle, or the next state of one: afterwards it holds what is "
        "named here, and nothing else. Copy the folder to a stick, or put it on a web server as "
        "it is. Make it again, with the same content, before its word ends.",
    )  # fmt: skip
    bundle.add_argument("packs", nargs="*", type=path, metavar="FOLDER", help="folders of packs")
    bundle.add_argument(
        "--table", action="append", default=[], type=path, metavar="FILE",
        help="a table that stands in for the one of the same name that ships",
    )  # fmt: skip
    bundle.add_argument("--keys", required=True, type=path, metavar="FOLDER", help="the keys")
    bundle.add_argument(
        "-o", "--output", required=True, type=path, metavar="FOLDER", help="the bundle"
    )
    bundle.add_argument(
        "--days", type=days, default=30, metavar="N",
        help="how long its word lasts; so long an old one can be held out to somebody as the "
        "newest (default: 30)",
    )  # fmt: skip
    bundle.add_argument(
        "--unchecked", action="store_true",
        help="sign packs as they are, also where alpheus pack check has something against them",
    )  # fmt: skip
    bundle.set_defaults(run=_bundle)


def _trust(options: argparse.Namespace) -> int:
    from alpheus.knowledge.installed import knowledge_folder  # noqa: PLC0415 - keeps --help fast
    from alpheus.updates.trust import publishers, read_root, trust  # noqa: PLC0415 - as above

    place = knowledge_folder()
    if options.root is None:
        found = list(publishers(place))
        known = "".join(_publisher(one) for one in found if not isinstance(one, BundleError))
        damaged = [one for one in found if isinstance(one, BundleError)]
        with standard_output(exact=False) as stream:
            stream.write(known or ("" if damaged else "No publisher is trusted.\n"))
        for error in damaged:
            say(error)
        return BundleError.exit_status if damaged else 0
    root = read_root(options.root, options.name or "publisher")
    if options.fingerprint:
        trust(root, options.fingerprint, place)
    with standard_output(exact=False) as stream:
        print(_publisher(root), end="", file=stream)
        if options.fingerprint:
            print(f"Trusted. Install from its bundles:\n  alpheus pack install FOLDER --publisher "
                  f"{root.name}", file=stream)  # fmt: skip
        else:
            print("Not trusted yet. Compare the fingerprint with what the publisher told you over\n"
                  "another channel, then give it: --fingerprint HEX", file=stream)  # fmt: skip
    return 0


def _distrust(options: argparse.Namespace) -> int:
    from alpheus.knowledge.installed import knowledge_folder  # noqa: PLC0415 - keeps --help fast
    from alpheus.updates.trust import distrust  # noqa: PLC0415 - as above

    distrust(options.name, knowledge_folder())
    say(f"{options.name} is trusted no more; what is installed of it stays")
    return 0


def _install(options: argparse.Namespace) -> int:
    from alpheus.knowledge.installed import knowledge_folder  # noqa: PLC0415 - keeps --help fast
    from alpheus.updates.install import install  # noqa: PLC0415 - heavy

    _report(install(options.source, knowledge_folder(), options.publisher))
    return 0


def _remove(options: argparse.Namespace) -> int:
    from alpheus.knowledge.installed import knowledge_folder  # noqa: PLC0415 - keeps --help fast
    from alpheus.updates.install import remove  # noqa: PLC0415 - heavy

    _report(remove(options.names, knowledge_folder()))
    return 0


def _report(found: Outcome) -> None:
    if found.mended:
        say(found.mended)
    with standard_output(exact=False) as stream:
        for change in found.changes:
            print(_change(change), file=stream)
        if not found.changes:
            print("Nothing changed: what the bundle holds is installed.", file=stream)
        if found.until:
            print(f"The word of {found.publisher} lasts until {found.until}.", file=stream)
        if found.changes:
            print("Judge again what was judged before: alpheus retriage --changed", file=stream)


def _change(one: Change) -> str:
    if one.kind == "table":
        return f"table {one.name}: {'installed' if one.after else 'removed'}"
    if not one.before:
        return f"{one.name} {one.after}: installed"
    if not one.after:
        return f"{one.name} {one.before}: removed"
    if one.before == one.after:
        return f"{one.name} {one.after}: other content under the same version"
    return f"{one.name}: {one.before} -> {one.after}"


def _publisher(one: Publisher) -> str:
    return (
        f"{one.name}\n"
        f"  fingerprint  {one.fingerprint}\n"
        f"  keys         {one.threshold} of {len(one.keys)} must sign: {', '.join(one.keys)}\n"
        f"  root until   {one.expires:%Y-%m-%d}\n"
    )


def _keys(options: argparse.Namespace) -> int:
    from alpheus.updates.signing_keys import (  # noqa: PLC0415 - heavy
        VARIABLE,
        make_keys,
        renew_key,
    )

    passphrase = os.environ.get(VARIABLE, "")
    folder: Path = options.folder
    if options.renew:
        old = renew_key(folder, options.renew, passphrase)
        say(f"{folder}: a new {options.renew} key; the old one is {old.name}. It counts from the "
            "next bundle on (alpheus pack bundle)")  # fmt: skip
        return 0
    make_keys(folder, passphrase)
    say(f"{folder}: three keys. Keep root.pem and the passphrase apart, and a copy of both")
    return 0


def _bundle(options: argparse.Namespace) -> int:
    from alpheus.updates.publish import Contents, publish  # noqa: PLC0415 - heavy
    from alpheus.updates.signing_keys import VARIABLE  # noqa: PLC0415 - as above

    if not options.unchecked:
        _check(options.packs)
    contents = Contents(tuple(options.packs), tuple(options.table))
    made = publish(
        options.output, contents, options.keys, os.environ.get(VARIABLE, ""), days=options.days
    )
    _say_made(made)
    return 0


def _check(folders: Sequence[Path]) -> None:
    """Raises KnowledgeError for a pack that `alpheus pack check` complains about."""
    from alpheus.cli.pack_problems import problems_of  # noqa: PLC0415 - heavy

    for folder in folders:
        # What is no pack at all is told while the bundle is made.
        problems = problems_of(folder) if (folder / "pack.yaml").is_file() else []
        if problems:
            more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
            raise KnowledgeError(f"{problems[0]}{more}; see alpheus pack check {folder}, or sign "
                                 "it as it is with --unchecked")  # fmt: skip


def _say_made(made: Published) -> None:
    held = [f"{one.id} {one.version}" for one in made.packs] + [one.name for one in made.tables]
    with standard_output(exact=False) as stream:
        print(f"State {made.version}: {', '.join(held) or 'nothing'}.", file=stream)
        print(f"Its word lasts until {made.until:%Y-%m-%d}.", file=stream)
        print("Who trusts it for the first time needs this fingerprint, over another channel:\n"
              f"  {made.fingerprint}", file=stream)  # fmt: skip
