"""Identity numbers, phones, names and their masks."""

from __future__ import annotations

from datetime import date

import pytest

from domain.people import rules
from domain.people.models import IdType, Sex

TODAY = date(2026, 11, 22)


def _with_check(body: str) -> str:
    return body + rules.check_digit(body)


class TestIdNumbers:
    @pytest.mark.parametrize(
        "number",
        [
            "11010519491231002X",
            _with_check("35990019820304123"),
            _with_check("71000019900101001"),
            _with_check("65000020260101001"),
        ],
    )
    def test_residents_of_every_province(self, number: str) -> None:
        assert rules.id_number_fault(IdType.RESIDENT, number, TODAY) == ""

    @pytest.mark.parametrize("place", ["810000", "820000", "830000"])
    def test_residence_permits_of_hongkong_macao_taiwan(self, place: str) -> None:
        assert rules.id_number_fault(IdType.HMT_RESIDENCE, _with_check(f"{place}19900101001"), TODAY) == ""

    @pytest.mark.parametrize("number", ["931586198001010028", "CHN310012345678", "ABC123456789012"])
    def test_foreigners_of_both_kinds(self, number: str) -> None:
        assert rules.id_number_fault(IdType.FOREIGNER, number, TODAY) == ""

    @pytest.mark.parametrize(
        ("kind", "number"), [(IdType.PASSPORT, "E12345678"), (IdType.PERMIT, "H12345678"), (IdType.OTHER, "WJ-001(A)")]
    )
    def test_other_papers_are_free(self, kind: IdType, number: str) -> None:
        assert rules.id_number_fault(kind, number, TODAY) == ""

    def test_fifteen_digits_become_eighteen(self) -> None:
        assert rules.tidy_id("110105491231002") == "11010519491231002X"
        assert rules.tidy_id(" １１０１０５４９１２３１００２ ") == "11010519491231002X"
        assert rules.tidy_id("1101 0519 4912 3100 2x") == "11010519491231002X"

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            ("110105194912310021", "校验位"),
            (_with_check("11010519490231002"), "出生日期不存在"),
            (_with_check("11010520990101001"), "晚于今天"),
            (_with_check("00010519491231002"), "地区代码"),
            (_with_check("16010519491231002"), "地区代码"),
            ("1101051949123100", "18 位"),
            ("", "请填写"),
        ],
    )
    def test_what_cannot_be_right_is_explained(self, number: str, said: str) -> None:
        assert said in rules.id_number_fault(IdType.RESIDENT, number, TODAY)

    def test_no_paper_asks_for_nothing(self) -> None:
        assert rules.id_number_fault(IdType.NONE, "", TODAY) == ""

    def test_sex_and_birth_are_read(self) -> None:
        assert rules.sex_of("11010519491231002X") is Sex.FEMALE
        assert rules.sex_of(_with_check("11010519491231001")) is Sex.MALE
        assert rules.sex_of("E12345678") is Sex.UNKNOWN
        assert rules.birth_date_of("11010519491231002X") == date(1949, 12, 31)
        assert rules.birth_date_of("E1") is None


class TestPhones:
    @pytest.mark.parametrize(
        "phone", ["13900001234", "19912345678", "0595-22881234", "059522881234", "2288123", "010-66001234-12"]
    )
    def test_mobiles_and_landlines_are_taken(self, phone: str) -> None:
        assert rules.phone_fault(rules.tidy_phone(phone)) == ""

    @pytest.mark.parametrize("phone", ["12900001234", "1390000123", "139000012345", "abc", "1001234567890"])
    def test_others_are_not(self, phone: str) -> None:
        assert rules.phone_fault(rules.tidy_phone(phone))

    @pytest.mark.parametrize(
        ("stored", "typed"),
        [
            ("13900001234", (
                "+86 139 0000 1234", "0086-13900001234", "１３９００００１２３４", "139-0000-1234", "139 0000 1234",
                "139—0000—1234", "8613900001234", "+8613900001234", "(86) 13900001234".replace("(86)", "+86"),
            )),
            ("0595-22001234", (
                "(0595)22001234", "（0595）22001234", "059522001234", "0595 2200 1234", "0595－22001234",
                "0595-2200-1234", "+86 595 22001234", "86-595-22001234",
            )),
            ("0595-22001234-12", ("0595-22001234-12", "059522001234转12", "(0595) 22001234 分机 12")),
            ("010-66001234", ("01066001234", "010 6600 1234")),
            ("22001234", ("2200-1234", "２２００１２３４")),
            ("4008001234", ("400-800-1234", "400 8001234")),
            ("+852-61234567", ("+852 6123 4567", "00852-61234567", "85261234567", "852 61234567")),
            ("+853-66123456", ("+853 6612 3456", "85366123456")),
            ("+886-912345678", ("+886 912 345 678", "886-0912-345678", "00886912345678")),
            ("+886-223456789", ("+886 2 2345 6789", "+886-02-23456789")),
        ],
    )  # fmt: skip
    def test_all_ways_of_typing_are_one_number(self, stored: str, typed: tuple[str, ...]) -> None:
        assert {one: rules.tidy_phone(one) for one in typed} == dict.fromkeys(typed, stored)
        assert rules.tidy_phone(stored) == stored
        assert rules.phone_fault(stored) == ""

    @pytest.mark.parametrize("stored", ["0595-22001234", "059522001234", "01066001234-12", "13900001234", "22001234"])
    def test_a_number_stored_by_an_earlier_release_is_one_of_the_forms_asked_for(self, stored: str) -> None:
        assert stored in rules.phone_forms(stored)

    def test_only_mobiles_get_messages(self) -> None:
        assert rules.is_mobile("13900001234")
        assert not rules.is_mobile("0595-22881234")


class TestNames:
    @pytest.mark.parametrize("name", ["林水木", "阿迪力·买买提", "古丽•娜扎", "Anna-Maria O'Neil", "𠮷田", "欧阳"])
    def test_names_are_taken(self, name: str) -> None:
        assert rules.name_fault(rules.tidy(name)) == ""

    @pytest.mark.parametrize("name", ["", "林1", "<b>", "林\n木", "字" * 47, "林😀"])
    def test_what_is_no_name_is_not(self, name: str) -> None:
        assert rules.name_fault(rules.tidy(name))


@pytest.mark.parametrize(
    ("mask", "clear", "shown"),
    [
        (rules.mask_name, "林水木", "林**"),
        (rules.mask_name, "林", "林*"),
        (rules.mask_name, "阿" * 46, "阿***"),
        (rules.mask_id, "A" * 30, "AAAA**********AAAA"),
        (rules.mask_phone, "0" * 25, "000******0000"),
        (rules.mask_name, "", ""),
        (rules.mask_id, "11010519491231002X", "1101**********002X"),
        (rules.mask_id, "E12345678", "E********"),
        (rules.mask_id, "", ""),
        (rules.mask_phone, "13900001234", "139****1234"),
        (rules.mask_phone, "12345", "*****"),
        (rules.mask_address, "清溪县枫林镇上洋村 12 号", "清溪县枫林镇****"),
        (rules.mask_address, "", ""),
    ],
)
def test_masks_hide_what_they_should(mask: object, clear: str, shown: str) -> None:
    assert mask(clear) == shown  # type: ignore[operator]
