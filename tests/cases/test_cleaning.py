"""The clean-up of a server: its plan, how far that is, and what later evidence shows."""

from __future__ import annotations

import json

import msgspec
import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.clean_progress import Mark
from alpheus.cases.cleaning import CleanUp
from alpheus.cases.database import Database
from alpheus.cases.purge import purge
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.errors import CleanError, RefusedError
from alpheus.respond.model import Phase, encode
from clean_filling import CLEANED, cleaned, marked, planned, run_of, verification
from server_filling import NOW, assessed, filled, number_of


def _stands(cases: Cases, server: int) -> str:
    return str(cases.row(server)["compromise"])


def _rebuilt(cases: Cases, server: int) -> str:
    """The state, worked out anew from what is kept."""
    before = _stands(cases, server)
    rebuild(cases.database, now=NOW)
    after = _stands(cases, server)
    assert after == before
    return after


def test_a_plan_goes_from_open_to_cleaned_and_verified(database: Database) -> None:
    """A plan that is done cleans; what was verified clean verifies; a rebuild says the same."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    assert found.plan is not None
    assert found.progress is not None
    assert found.plan.plan.packs
    assert found.plan.observation == found.newest
    assert found.progress.done == 0
    done = marked(cases, server)
    assert done.moved is ActKind.CLEANED
    assert _rebuilt(cases, server) == "cleaned"
    (change,) = [one for one in cases.look(server).changes if one.after == "cleaned"]
    assert (change.who, change.evidence) == ("kim", f"plan {found.plan.digest}")
    sure = cases.cleaning.take_verification(
        server, verification(found, "verified-clean"), "v.json", who="lee"
    )
    assert sure.moved is ActKind.VERIFIED
    assert _rebuilt(cases, server) == "verified-clean"
    again = cases.cleaning.take_verification(
        server, verification(found, "re-infected", sign="2021-03-20T00:00:00Z"), "w.json", who="lee"
    )
    assert again.moved is ActKind.CAME_BACK
    assert _rebuilt(cases, server) == "re-infected"
    assert len(cases.cleaning.of(server).verifications) == 2


def test_the_same_plan_is_made_once_and_another_takes_its_place(database: Database) -> None:
    """A plan that says the same is no new plan; the digest of the file stays with it."""
    cases, server = planned(database)
    first = cases.cleaning.of(server)
    assert cases.cleaning.make(server, who="kim").clean.plan == first.plan
    assert first.plan is not None
    assert (
        cases.cleaning.take_plan(server, encode(first.plan.plan), "p.json", who="kim").clean.plan
        == first.plan
    )
    assert [one.what for one in cases.cleaning.deeds(server)] == ["plan"]


def test_what_is_not_of_this_server_is_refused(database: Database) -> None:
    """A plan or a verification counts for the server whose assessment it was made from."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    assert found.plan is not None
    with pytest.raises(RefusedError, match="kept already, as one of server"):
        cases.cleaning.take_plan(1, encode(found.plan.plan), "p.json", who="kim")
    with pytest.raises(RefusedError, match="not kept as one of server 1"):
        cases.cleaning.take_verification(
            1, verification(found, "verified-clean"), "v.json", who="kim"
        )
    with pytest.raises(CleanError, match=r"v\.json is no result of"):
        cases.cleaning.take_verification(server, b"[" * 9_000, "v.json", who="kim")
    with pytest.raises(CleanError, match=r"p\.json is no plan"):
        cases.cleaning.take_plan(server, b"{}", "p.json", who="kim")
    with pytest.raises(RefusedError, match="no whole assessment"):
        cases.cleaning.make(1, who="kim")
    with pytest.raises(RefusedError, match="no plan of it"):
        cases.cleaning.mark(1, [1], Mark.DONE, who="kim")
    with pytest.raises(RefusedError, match="there is no server"):
        cases.cleaning.of(99_999)


def test_marks_need_who_and_where_something_is_left_why(database: Database) -> None:
    """As every act does; a mark that changes nothing is refused."""
    cases, server = planned(database)
    clean = cases.cleaning
    with pytest.raises(RefusedError, match="say who"):
        clean.mark(server, [1], Mark.DONE, who=" ")
    with pytest.raises(RefusedError, match="needs a reason"):
        clean.mark(server, [1], Mark.NOT_NEEDED, who="kim")
    with pytest.raises(RefusedError, match="no step 99"):
        clean.mark(server, [99], Mark.DONE, who="kim")
    with pytest.raises(RefusedError, match="has not been yet"):
        clean.mark(server, [1], Mark.DONE, who="kim", when="2031-01-01T00:00:00Z")
    with pytest.raises(RefusedError, match="another plan"):
        clean.mark(server, [1], Mark.DONE, who="kim", plan="0" * 64)
    with pytest.raises(RefusedError, match="by its number"):
        clean.mark(server, [], Mark.DONE, who="kim")
    clean.mark(server, [1], Mark.DONE, who="kim")
    with pytest.raises(RefusedError, match="step 1 is 'done' already"):
        clean.mark(server, [1], Mark.DONE, who="kim")
    with pytest.raises(RefusedError, match="step 1 is 'done' already"):
        clean.mark(server, [1], Mark.SAID, who="the owner")


def test_the_owners_word_is_not_enough(database: Database) -> None:
    """What the owner says of a step waits for somebody of us; nothing is cleaned by it."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    assert found.progress is not None
    numbers = [one.step.number for one in found.progress.steps]
    done = cases.cleaning.mark(server, numbers, Mark.SAID, who="notice 1")
    assert done.clean.progress is not None
    assert (done.clean.progress.said, done.clean.progress.done) == (len(numbers), 0)
    assert done.moved is None
    assert _stands(cases, server) == "compromised"


def test_a_step_that_is_open_again_takes_the_cleaning_back(database: Database) -> None:
    """The server stands as before, and the reason is in its history."""
    cases, server = planned(database)
    marked(cases, server)
    back = cases.cleaning.mark(server, [1], Mark.OPEN, who="kim", why="it was not")
    assert back.moved is ActKind.NOT_CLEAN
    assert _rebuilt(cases, server) == "compromised"
    assert cases.cleaning.mark(server, [1], Mark.DONE, who="kim").moved is ActKind.CLEANED


def test_runs_of_the_program_mark_steps_with_files(database: Database) -> None:
    """All files away: done. Some: begun. Put back: open again."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    step = _step_with_files(found)
    run = run_of(found, "apply", "refused")
    begun = cases.cleaning.take_run(server, run, "r.json", who="kim").clean
    assert _mark(begun, step) is Mark.OPEN
    with pytest.raises(RefusedError, match="changes nothing"):
        cases.cleaning.take_run(server, run, "r.json", who="kim")
    done = cases.cleaning.take_run(server, run_of(found, "apply", "done"), "r.json", who="kim")
    assert _mark(done.clean, step) is Mark.DONE
    back = cases.cleaning.take_run(server, run_of(found, "undo", "done"), "r.json", who="kim")
    assert _mark(back.clean, step) is Mark.OPEN
    with pytest.raises(CleanError, match="nothing was done"):
        cases.cleaning.take_run(server, run_of(found, "look", "would"), "r.json", who="kim")
    with pytest.raises(RefusedError, match="another plan"):
        other = run_of(found, "apply", "done", plan="1" * 64)
        cases.cleaning.take_run(server, other, "r.json", who="kim")


def test_a_page_of_the_product_that_is_not_put_back_leaves_its_step_open(
    database: Database
) -> None:  # fmt: skip
    """It is away, and nothing lies in its place: a later run that put it there, or a person."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    step = _step_with_files(found)
    run = json.loads(run_of(found, "apply", "done"))
    for one in run["outcomes"]:
        one["lacks"] = True
    done = cases.cleaning.take_run(server, json.dumps(run).encode(), "r.json", who="kim")
    assert _mark(done.clean, step) is Mark.BEGUN
    done = cases.cleaning.take_run(server, run_of(found, "apply", "already"), "r.json", who="kim")
    assert _mark(done.clean, step) is Mark.DONE


def test_what_a_run_says_is_of_the_volume_that_it_was_on(database: Database) -> None:
    """A rehearsal is told as such; the live run counts after it, and a copy takes nothing back."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    step = _step_with_files(found)
    copy, live = "c" * 32, "a" * 32

    def took(what: str, result: str, volume: str) -> CleanUp:
        run = run_of(found, what, result, volume=volume)
        return cases.cleaning.take_run(server, run, "r.json", who="kim").clean

    assert _mark(took("apply", "done", copy), step) is Mark.DONE
    with pytest.raises(RefusedError, match="changes nothing"):
        took("apply", "done", copy)
    assert _mark(took("apply", "refused", live), step) is Mark.OPEN
    done = took("apply", "done", live)
    assert _mark(done, step) is Mark.DONE
    with pytest.raises(RefusedError, match="another volume"):
        took("undo", "done", copy)
    assert done.progress is not None
    stands = done.progress.of(step)
    assert stands is not None
    assert stands.by is not None
    assert stands.by.evidence == (f"run of alpheus clean apply on C: /mnt/aaaa (volume {live})")
    assert _mark(took("undo", "done", live), step) is Mark.OPEN


def test_a_verification_counts_from_the_cleaning_on(database: Database) -> None:
    """What its evidence does not reach beyond says nothing; nor what begins later."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    early = verification(found, "uncovered", since="2021-03-14T00:00:00Z")
    waits = cases.cleaning.take_verification(server, early, "v.json", who="kim")
    assert waits.moved is None
    assert "what is verified is a server that was cleaned" in waits.why
    marked(cases, server)
    for more, why in (
        ({"until": CLEANED}, "its evidence ends"),
        ({"until": ""}, "up to when"),
        ({"since": "2021-03-21T00:00:00Z"}, "verify since then"),
    ):
        taken = cases.cleaning.take_verification(
            server, verification(found, "verified-clean", **more), "v.json", who="kim"
        )
        assert taken.moved is None
        assert why in taken.why
    signs = verification(found, "re-infected", sign="2021-03-14T00:00:00Z")
    assert (
        "before it was cleaned"
        in cases.cleaning.take_verification(server, signs, "v.json", who="kim").why
    )
    part = cases.cleaning.take_verification(
        server, verification(found, "uncovered"), "v.json", who="kim"
    )
    assert "not all was seen" in part.why
    assert _stands(cases, server) == "cleaned"
    sure = verification(found, "verified-clean")
    verified = cases.cleaning.take_verification(server, sure, "v.json", who="kim")
    assert verified.moved is ActKind.VERIFIED
    again = cases.cleaning.take_verification(server, sure, "v.json", who="kim")
    assert (again.moved, again.why) == (None, "")
    assert len(cases.cleaning.of(server).verifications) == 7


def test_the_order_in_which_it_is_told_does_not_matter(database: Database) -> None:
    """A verification that came before the plan was marked counts as soon as it is."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    cases.cleaning.take_verification(
        server, verification(found, "verified-clean"), "v.json", who="kim"
    )
    assert "was cleaned" in cases.cleaning.of(server).waits
    assert marked(cases, server).moved is ActKind.VERIFIED
    assert _rebuilt(cases, server) == "verified-clean"


def test_what_is_still_there_takes_the_cleaning_back(database: Database) -> None:
    """The file that is left is named."""
    cases, server = cleaned(database)
    found = cases.cleaning.of(server)
    left = cases.cleaning.take_verification(
        server, verification(found, "not-clean"), "v.json", who="kim"
    )
    assert left.moved is ActKind.NOT_CLEAN
    assert "C:/inetpub/x.aspx" in cases.look(server).changes[-1].why
    assert _rebuilt(cases, server) == "compromised"


def test_by_hand_a_plan_is_not_verified(database: Database) -> None:
    """A server that was cleaned by a plan is verified by a verification alone."""
    cases, server = cleaned(database)
    with pytest.raises(RefusedError, match="it was cleaned by a plan"):
        cases.act(server, ActKind.VERIFIED, who="kim", evidence="I looked")


def test_what_was_done_is_told_the_newest_first(database: Database) -> None:
    """Plans, marks and verifications, each with who and when."""
    cases, server = cleaned(database)
    found = cases.cleaning.of(server)
    cases.cleaning.take_verification(server, verification(found, "uncovered"), "v.json", who="lee")
    deeds = cases.cleaning.deeds(server)
    assert found.progress is not None
    assert {one.what for one in deeds} == {"plan", "done", "verification"}
    assert len(deeds) == len(found.progress.steps) - len(_verifying(found)) + 2
    assert all(one.who and one.recorded for one in deeds)


def test_a_server_that_is_forgotten_takes_its_plans_with_it(database: Database) -> None:
    """And one of which an observation stays keeps them."""
    cases, server = cleaned(database)
    purge(database, servers=[server])
    rebuild(database, now=NOW)
    with pytest.raises(RefusedError):
        cases.cleaning.of(server)
    with database.read() as connection:
        from alpheus.cases.clean_schema import plan_marks, plans  # noqa: PLC0415 - here alone

        assert not connection.execute(plans.select()).all()
        assert not connection.execute(plan_marks.select()).all()


def test_a_doubt_needs_no_cleaning(database: Database) -> None:
    """The plan of a server of which nothing is left to clean says so."""
    cases = filled(database, assessed("EX02", verdict="attempted", stage="attempted"))
    server = number_of(cases, "attempted")
    found = cases.cleaning.make(server, who="kim").clean
    assert found.progress is not None
    done = marked(cases, server)
    assert done.moved is None
    assert "nothing to clean" in done.why


def _step_with_files(found: CleanUp) -> int:
    assert found.progress is not None
    return next(one.step.number for one in found.progress.steps if one.step.files)


def _mark(found: CleanUp, step: int) -> Mark:
    assert found.progress is not None
    stands = found.progress.of(step)
    assert stands is not None
    return stands.mark


def _verifying(found: CleanUp) -> list[int]:
    assert found.progress is not None
    return [one.step.number for one in found.progress.steps
            if one.step.phase is Phase.VERIFY]  # fmt: skip


def test_plans_are_kept_as_they_are(database: Database) -> None:
    """Their digest holds when they are read again."""
    cases, server = planned(database)
    kept = cases.cleaning.before(server)
    assert msgspec.json.decode(encode(kept.plan))["digest"] == kept.digest
    with pytest.raises(RefusedError, match="no plan"):
        cases.cleaning.before(1)
    assert cases.cleaning.cleaned_at(server) == ""


def test_what_no_evidence_shows_is_settled_by_steps_of_the_plan(database: Database) -> None:
    """A server that is cleaned by a person's word is not verified while its steps are open."""
    cases, server = planned(database)
    found = cases.cleaning.of(server)
    assert found.plan is not None
    step = next(one for one in found.plan.plan.steps if one.phase is Phase.ROTATE)
    whole = json.loads(verification(found, "verified-clean"))
    whole["unshown"] = [{"step": step.what}]
    cases.act(server, ActKind.CLEANED, who="kim", why="said", evidence="mail", when=CLEANED)
    done = cases.cleaning.take_verification(server, json.dumps(whole).encode(), "v.json", who="lee")
    assert done.moved is None
    assert step.what in done.why
    marked(cases, server)
    assert _rebuilt(cases, server) == "verified-clean"


def test_a_verification_of_another_computer_is_refused(database: Database) -> None:
    """Whatever assessment it names."""
    cases, server = cleaned(database)
    content = verification(cases.cleaning.of(server), "verified-clean", server="EX77")
    with pytest.raises(RefusedError, match=r"is of EX77, and server \d+ is EX01"):
        cases.cleaning.take_verification(server, content, "v.json", who="lee")
