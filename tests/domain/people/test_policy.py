"""The field policy: role × field × purpose, ceilings, what may not be set."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.permissions import PEOPLE_ROLES, FieldLevel, Reach, Role
from domain.people import policy
from domain.people.policy import Field, Purpose, Showing

CELLS = list(product(Role, Field, Purpose))
OPEN: policy.Overrides = {
    cell: showing
    for cell in CELLS
    for showing in (max((s for s in Showing if not policy.fault_of(*cell, s)), key=policy.SHOWINGS.index),)
}
"""The widest policy that can be set at all."""


def actor(*roles: Role, level: FieldLevel | None = None) -> Actor:
    return Actor(SYSTEM_ID, "x", frozenset(roles), Reach.ALL, SYSTEM_ID, field_level=level)


def shown(who: Actor, field: Field, purpose: Purpose, rules: policy.Overrides | None = None) -> Showing:
    return policy.showing_of(who, field, (purpose,), rules or {})


class TestDefaults:
    def test_can_be_set(self) -> None:
        assert not policy.faults_of({cell: policy.default_of(*cell) for cell in CELLS})

    @pytest.mark.parametrize("role", Role)
    def test_show_nobody_an_identifying_field_in_clear(self, role: Role) -> None:
        found = {policy.default_of(role, field, purpose) for field in policy.IDENTIFYING for purpose in Purpose}

        assert Showing.CLEAR not in found

    @pytest.mark.parametrize("role", sorted(policy.OFFICES))
    def test_hide_citizens_from_administrators(self, role: Role) -> None:
        found = {policy.default_of(role, f, purpose) for f in set(Field) - policy.STAFF for purpose in Purpose}

        assert found == {Showing.HIDDEN}

    @pytest.mark.parametrize("purpose", sorted(policy.OUTSIDE))
    def test_let_nothing_of_a_citizen_out(self, purpose: Purpose) -> None:
        found = {policy.default_of(role, field, purpose) for role in Role for field in set(Field) - policy.STAFF}

        assert found == {Showing.HIDDEN}


class TestWhatIsShown:
    def test_is_the_widest_of_several_roles(self) -> None:
        rules = {(Role.OFFICER, Field.NAME, Purpose.SCREEN): Showing.HIDDEN}

        assert shown(actor(Role.OFFICER), Field.NAME, Purpose.SCREEN, rules) is Showing.HIDDEN
        assert shown(actor(Role.OFFICER, Role.REGISTRAR), Field.NAME, Purpose.SCREEN, rules) is Showing.MASKED

    def test_is_the_narrowest_of_several_purposes(self) -> None:
        rules = {(Role.CENTER_ADMIN, Field.NAME, Purpose.SCREEN): Showing.CLEAR}
        found = policy.showing_of(actor(Role.CENTER_ADMIN), Field.NAME, (Purpose.SCREEN, Purpose.SEARCH), rules)

        assert found is Showing.MASKED

    @pytest.mark.parametrize(
        ("role", "field", "purpose"), list(product(PEOPLE_ROLES, sorted(policy.IDENTIFYING), Purpose))
    )
    def test_never_exceeds_the_field_level(self, role: Role, field: Field, purpose: Purpose) -> None:
        hidden, masked = (actor(role, level=level) for level in (FieldLevel.HIDDEN, FieldLevel.MASKED))

        assert shown(hidden, field, purpose, OPEN) is Showing.HIDDEN
        assert shown(masked, field, purpose, OPEN) is not Showing.CLEAR

    def test_is_nothing_without_a_role(self) -> None:
        assert {shown(actor(), field, Purpose.SCREEN) for field in set(Field)} == {Showing.HIDDEN}

    def test_of_special_persons_is_clear_for_the_level_alone(self) -> None:
        rules = {(Role.CENTER_ADMIN, Field.NAME, Purpose.SCREEN): Showing.CLEAR}
        special = actor(Role.CENTER_ADMIN)
        plain = replace(special, field_level=FieldLevel.REVEAL)

        def of(who: Actor) -> Showing:
            return policy.showing_of(who, Field.NAME, (Purpose.SCREEN,), rules, special=True)

        assert (of(special), of(plain)) == (Showing.CLEAR, Showing.MASKED)

    def test_of_a_row_that_may_not_stand_is_hidden(self) -> None:
        by_hand = {(Role.CENTER_ADMIN, Field.ID_NUMBER, Purpose.SCREEN): Showing.CLEAR}

        assert shown(actor(Role.CENTER_ADMIN), Field.ID_NUMBER, Purpose.SCREEN, by_hand) is Showing.HIDDEN


class TestFaults:
    @pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.DOCUMENT}))
    def test_an_identity_number_is_clear_nowhere_but_in_documents(self, purpose: Purpose) -> None:
        assert policy.fault_of(Role.CENTER_ADMIN, Field.ID_NUMBER, purpose, Showing.CLEAR)

    @pytest.mark.parametrize("field", sorted(set(Field) - policy.STAFF))
    def test_the_public_page_shows_nobody(self, field: Field) -> None:
        assert policy.fault_of(Role.PETITIONER, field, Purpose.PUBLIC, Showing.MASKED)

    def test_exports_hold_no_sensitive_field_in_clear(self) -> None:
        for field in (Field.ID_NUMBER, Field.PHONE, Field.ADDRESS, Field.BIRTH_DATE):
            assert policy.fault_of(Role.CENTER_ADMIN, field, Purpose.EXPORT, Showing.CLEAR)

    def test_hiding_is_always_possible(self) -> None:
        assert not policy.faults_of(dict.fromkeys(CELLS, Showing.HIDDEN))

    def test_a_setting_without_effect_is_noted(self) -> None:
        assert "字段级别" in policy.note_of(Role.LEADER, Field.NAME, Showing.CLEAR)
        assert not policy.note_of(Role.CENTER_ADMIN, Field.NAME, Showing.CLEAR)


@pytest.mark.parametrize("field", Field)
def test_every_field_is_put_in_three_ways(field: Field) -> None:
    clear = policy.EXAMPLES[field]

    assert policy.put(field, clear, Showing.CLEAR) == clear
    assert policy.put(field, clear, Showing.HIDDEN) == ""
    assert policy.put(field, clear, Showing.MASKED) not in {"", clear}
    assert policy.put(field, "", Showing.MASKED) == ""
