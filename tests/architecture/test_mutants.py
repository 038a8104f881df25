"""The deliberate breaks of `make mutants` can still be made, and their tests are there."""

from __future__ import annotations

from tests.mutants import exists, mutants


def test_every_mutant_can_be_made_and_names_tests_that_are_there() -> None:
    assert [fault for mutant in mutants() for fault in mutant.faults()] == []


def test_no_two_mutants_have_one_name_or_make_one_break() -> None:
    known = mutants()

    assert len({one.name for one in known}) == len(known)
    assert len({(one.file, one.old, one.new) for one in known}) == len(known)


def test_a_test_that_is_not_there_is_found_out() -> None:
    here = "tests/architecture/test_mutants.py"

    assert exists(here)
    assert exists(f"{here}::test_a_test_that_is_not_there_is_found_out")
    assert not exists(f"{here}::test_of_nothing")
    assert not exists("tests/architecture/test_of_nothing.py")
