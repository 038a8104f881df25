"""The 256-byte text record of every kind of card."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_bridge.protocol import CardFields, CardKind
from device_bridge.readers import codes, text_record
from device_bridge.simulators.cards import SimulatedCard, demo_cards, id_number


def parsed(card_name: str, /, **changes: str) -> CardFields:
    card = demo_cards()[card_name]
    return text_record.parse(replace(card, values={**card.values, **changes}).record()).fields


class TestKinds:
    @pytest.mark.parametrize("name", demo_cards())
    def test_every_kind_is_told_by_its_flag(self, name: str) -> None:
        card = demo_cards()[name]
        assert text_record.parse(card.record()).kind is card.kind

    @pytest.mark.parametrize("kind", [kind for kind in CardKind if kind is not CardKind.SSC])
    def test_every_kind_has_a_demo_card(self, kind: CardKind) -> None:
        assert kind in {card.kind for card in demo_cards().values()}

    @pytest.mark.parametrize(
        ("kind", "field", "offset", "size"),
        [
            (CardKind.PRC, "id_no", 122, 36),
            (CardKind.HMT, "pass_no", 220, 18),
            (CardKind.HMT, "issue_count", 238, 4),
            (CardKind.FPR2017, "nationality", 152, 6),
            (CardKind.FPR2023, "nationality", 242, 6),
        ],
    )
    def test_fields_stand_where_the_standard_puts_them(
        self, kind: CardKind, field: str, offset: int, size: int
    ) -> None:
        assert (field, offset, size) in text_record.LAYOUTS[kind]

    @pytest.mark.parametrize("layout", text_record.LAYOUTS.values(), ids=text_record.LAYOUTS)
    def test_no_two_fields_overlap_nor_touch_the_flag(self, layout: tuple[tuple[str, int, int], ...]) -> None:
        taken = [byte for _, start, size in layout for byte in range(start, start + size)]
        assert len(taken) == len(set(taken))
        assert max(taken) < text_record.FLAG_OFFSET

    @pytest.mark.parametrize("flag", ["Z", "\uffff"])
    def test_an_unknown_flag_is_refused_without_quoting(self, flag: str) -> None:
        card = replace(demo_cards()["lin"], flag=flag)
        with pytest.raises(text_record.RecordError) as refused:
            text_record.parse(card.record())
        assert "林" not in str(refused.value)

    def test_a_blank_flag_of_zeros_is_a_resident(self) -> None:
        card = replace(demo_cards()["lin"], flag="\x00")
        assert text_record.parse(card.record()).kind is CardKind.PRC

    @pytest.mark.parametrize("size", [0, 255, 257])
    def test_another_size_is_refused(self, size: int) -> None:
        with pytest.raises(text_record.RecordError):
            text_record.parse(bytes(size))


class TestFields:
    def test_a_resident_is_read_whole(self) -> None:
        birth = date(1988, 3, 12)
        assert parsed("lin") == CardFields(
            name="林小满",
            sex="男",
            sex_code="1",
            nation="汉族",
            nation_code="01",
            birth=birth,
            address="福建省清溪县云溪镇白鹭村3组12号",
            id_no=id_number("350599", birth, 11),
            issuer="清溪县公安局",
            valid_from=date(2018, 6, 1),
            valid_to=date(2038, 6, 1),
        )

    def test_a_macau_resident_has_a_pass_and_no_nation(self) -> None:
        fields = parsed("hmt")
        assert fields.nation is None
        assert (fields.pass_no, fields.issue_count) == ("M00000001", "01")

    def test_a_foreigner_of_2017_has_an_english_name_and_a_country(self) -> None:
        fields = parsed("fpr2017")
        assert (fields.eng_name, fields.nationality) == ("EXAMPLE, MARIA", "CAN")
        assert (fields.sex, fields.birth) == ("女", date(1983, 5, 20))
        assert len(fields.id_no or "") == 15

    def test_a_foreigner_of_2023_has_the_halves_of_the_name_joined(self) -> None:
        fields = parsed("fpr2023")
        assert fields.eng_name == "EXAMPLE VAN DER MUSTERMANN-BEISPIEL, ANTON J"
        assert (fields.id_no or "").startswith("9")
        assert fields.issue_count == "01"

    def test_a_card_without_end_stays_so(self) -> None:
        assert parsed("wu").valid_to == "长期"

    @pytest.mark.parametrize(("code", "label"), [("01", "汉族"), ("22", "畲族"), ("56", "基诺族")])
    def test_a_nation_is_named(self, code: str, label: str) -> None:
        assert parsed("lin", nation_code=code).nation == label

    def test_all_56_groups_and_two_others_are_known(self) -> None:
        assert len(codes.NATION) == 58
        assert len(set(codes.NATION.values())) == 58

    def test_an_unknown_code_is_kept(self) -> None:
        fields = parsed("lin", nation_code="77", sex_code="5")
        assert (fields.nation, fields.nation_code) == ("其他（代码77）", "77")
        assert (fields.sex, fields.sex_code) == ("其他（代码5）", "5")

    @pytest.mark.parametrize("text", ["19880230", "1988031", "abcdefgh", ""])
    def test_a_date_that_does_not_exist_is_left_out(self, text: str) -> None:
        assert parsed("lin", birth=text).birth is None

    def test_the_check_letter_is_a_capital(self) -> None:
        number = id_number("350599", date(1988, 3, 12), 11)
        assert parsed("lin", id_no=number[:-1] + "x").id_no == number[:-1] + "X"

    def test_a_rare_letter_of_two_units_survives(self) -> None:
        assert parsed("lin", name="𠮷小满").name == "𠮷小满"

    def test_control_characters_are_dropped(self) -> None:
        assert parsed("lin", name="林\x00\x1b小满").name == "林小满"

    @settings(max_examples=150, deadline=None)
    @given(st.binary(min_size=248, max_size=248), st.sampled_from(list(text_record.FLAGS)))
    def test_no_content_breaks_a_read(self, content: bytes, flag: str) -> None:
        record = content + flag.encode("utf-16-le") + " ".encode("utf-16-le") * 3
        assert text_record.parse(record).kind is text_record.FLAGS[flag]


class TestSimulatedCard:
    def test_the_published_sample_number_gets_its_check_digit(self) -> None:
        assert id_number("110105", date(1949, 12, 31), 2)[-1] == "X"

    def test_a_value_too_long_is_refused(self) -> None:
        card = demo_cards()["lin"]
        long = SimulatedCard(card.kind, {**card.values, "name": "名" * 16})
        with pytest.raises(ValueError, match="does not fit"):
            long.record()

    def test_a_card_does_not_show_its_values(self) -> None:
        assert "林" not in repr(demo_cards()["lin"])
