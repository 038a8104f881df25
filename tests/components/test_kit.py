"""The kit, drawn with plain values and compiled to what the browser gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reflex as rx

from components.kit import form, frame, icons, show, table
from components.kit.scripts import library

ROOT = Path(__file__).resolve().parents[2]


def drawn(component: rx.Component) -> str:
    """Give the compiled text, with Chinese readable."""
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), str(component.render()))


class TestIcon:
    def test_is_hidden_from_those_who_listen(self) -> None:
        assert '"aria-hidden":"true"' in drawn(icons.icon("check")).replace(" ", "")

    def test_refuses_a_name_it_does_not_have(self) -> None:
        with pytest.raises(KeyError):
            icons.icon("unicorn")

    @pytest.mark.parametrize(
        "name",
        [
            "shield",
            "inbox",
            "list",
            "alarm",
            "plus",
            "print",
            "branch",
            "phone",
            "bell",
            "search",
            "user",
            "card",
            "camera",
            "sun",
            "moon",
            "logout",
            "chevron",
            "close",
            "check",
            "clock",
            "eye",
            "lock",
            "refresh",
            "home",
            "menu",
            "building",
            "pin",
        ],
    )
    def test_has_every_promised_name(self, name: str) -> None:
        assert "path" in drawn(icons.icon(name))


class TestField:
    def test_ties_label_and_fault_to_its_control(self) -> None:
        text = drawn(form.field("标题", form.text_input("title"), name="title", error="请填写标题", hint="一句话"))
        for piece in ("title-label", "title-fault", "title-hint", "请填写标题", "aria-invalid"):
            assert piece in text

    def test_marks_what_is_required(self) -> None:
        text = drawn(form.field("标题", form.text_input("title"), name="title", required=True))
        assert "aria-required" in text
        assert "required" in text

    def test_leaves_the_text_to_the_browser(self) -> None:
        text = drawn(form.text_input("title", default="旧标题"))
        assert "defaultValue" in text
        assert "value:" not in text.replace("defaultValue:", "")

    def test_turns_spoken_words_into_attributes(self) -> None:
        assert "aria-label" in drawn(form.select("area", [("a", "甲")], aria_label="按属地筛选"))


class TestCard:
    def test_without_a_title_has_no_head(self) -> None:
        assert "header" not in drawn(show.card("", rx.el.p("正文")))

    def test_with_a_title_has_one(self) -> None:
        assert "header" in drawn(show.card("诉求", rx.el.p("正文"), icon="list"))


class TestAlert:
    @pytest.mark.parametrize(("tone", "role"), [("red", "alert"), ("orange", "alert"), ("blue", "status")])
    def test_interrupts_only_when_it_must(self, tone: str, role: str) -> None:
        assert f'role:"{role}"' in drawn(show.alert(tone, "请注意"))


class TestTable:
    rows = rx.Var.create([{"number": "QX1"}, {"number": "QX2"}])
    columns = (
        table.Column("number", "编号", lambda row: rx.el.span(row["number"]), sort=True, phone="head"),
        table.Column("area", "属地", lambda row: rx.el.span(row["number"])),
    )

    def make(self, **rest: object) -> str:
        return drawn(table.table(self.rows, list(self.columns), row_key=lambda row: row["number"], **rest))

    def test_says_how_it_is_sorted(self) -> None:
        text = self.make(sort="-number", on_sort=lambda _key: rx.console_log("sorted"))
        assert "aria-sort" in text
        assert "descending" in text

    def test_has_boxes_only_where_rows_can_be_chosen(self) -> None:
        assert "checkbox" not in self.make()
        chosen = self.make(
            selected=rx.Var.create(["QX1"]),
            on_select=lambda _key: rx.console_log("one"),
            on_select_all=lambda: rx.console_log("all"),
        )
        assert "checkbox" in chosen

    def test_gives_each_cell_its_label_for_a_card(self) -> None:
        text = self.make()
        assert "as-head" in text
        assert "as-line" in text
        assert "属地" in text


class TestAssets:
    @pytest.mark.parametrize("name", ["dialog", "inputs", "palette", "photos", "shell"])
    def test_every_react_part_lies_where_it_is_imported_from(self, name: str) -> None:
        assert (ROOT / "assets" / library(name).removeprefix("$/public/")).is_file()

    def test_the_keys_the_frame_asks_for_are_heard(self) -> None:
        keys = (ROOT / "assets" / "desk.js").read_text(encoding="utf-8")
        source = Path(frame.__file__).read_text(encoding="utf-8")
        for attribute in set(re.findall(r'"(data-[a-z-]+)"', source)):
            assert attribute in keys
