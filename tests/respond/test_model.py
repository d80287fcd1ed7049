"""A plan that was changed after it was made is none."""

from __future__ import annotations

import json

import msgspec
import pytest

from alpheus.errors import CleanError
from alpheus.respond.model import decode, digest_of, encode, signed
from clean_work import plan_of

PLAN = plan_of([(("inetpub", "x.aspx"), b"x"), (("inetpub", "ü\ufffd.aspx"), b"y")])


def test_a_plan_is_read_as_it_was_written() -> None:
    """With its digest."""
    assert decode(encode(PLAN), "plan.json") == PLAN
    assert PLAN.digest == digest_of(PLAN)


@pytest.mark.parametrize("change", [
    lambda d: d["steps"][0]["files"][0].update(sha256="0" * 64),
    lambda d: d["steps"][0]["files"][0]["parts"].append("y"),
    lambda d: d.update(server="MX02"), lambda d: d.update(digest="0" * 64),
    lambda d: d["steps"][0]["files"].reverse(), lambda d: d.pop("digest"),
])  # fmt: skip
def test_any_change_is_noticed(change: object) -> None:
    """Of a hash, a path, the server, the order."""
    document = json.loads(encode(PLAN))
    change(document)  # type: ignore[operator]
    with pytest.raises(CleanError, match="was changed"):
        decode(json.dumps(document).encode(), "plan.json")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"null", b'{"schema": 1}'])
def test_what_is_no_plan_is_told(content: bytes) -> None:
    """By the name of the file."""
    with pytest.raises(CleanError, match=r"plan\.json is no plan"):
        decode(content, "plan.json")


def test_another_schema_is_told() -> None:
    """That of a newer program, with what is known here."""
    other = signed(msgspec.structs.replace(PLAN, schema="alpheus.clean-plan/2"))
    with pytest.raises(CleanError, match="clean-plan/1"):
        decode(encode(other), "plan.json")


def test_files_are_told_apart_and_known_by_a_hash() -> None:
    """Two of one number, or one without a hash: no plan of ours."""
    step = PLAN.steps[0]
    for files in (
        (step.files[0], step.files[0]),
        (msgspec.structs.replace(step.files[0], sha256="abc"),),
        (msgspec.structs.replace(step.files[0], sha256="Z" * 64),),
    ):
        steps = (msgspec.structs.replace(step, files=files),)
        with pytest.raises(CleanError, match="not named rightly"):
            decode(encode(signed(msgspec.structs.replace(PLAN, steps=steps))), "plan.json")
