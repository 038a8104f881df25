"""The kit draws what it promises, in Chinese, with the classes the style sheets know."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
import reflex as rx

from components.kit import around, icons
from components.kit.addressed import address, search_box
from components.kit.chart import chart
from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_area, text_input
from components.kit.frame import frame
from components.kit.menu import menu
from components.kit.photos import photos
from components.kit.read_input import read_input, read_select
from components.kit.show import alert, card, desc_list, empty, gallery, kpi_tiles, process, skeleton, tag, timeline
from components.kit.table import Column, bulk_bar, pager, table
from state.kit.addressed import AddressedState, Asks
from state.kit.charts import Chart

ROOT = Path(__file__).resolve().parents[2]
STYLES = "".join(sheet.read_text(encoding="utf-8") for sheet in sorted((ROOT / "assets/styles").glob("*.css")))
SCRIPTS = sorted([*(ROOT / "assets/kit").glob("*.jsx"), ROOT / "assets/desk.js"])


@dataclass
class Thing:
    """One of whatever a piece shows."""

    id: str = ""
    label: str = ""
    tab: bool = False
    href: str = ""
    icon: str = ""
    group: str = ""
    view: str = ""
    tone: str = ""
    state: str = ""
    who: str = ""
    when: str = ""
    at: str = ""
    value: str = ""
    name: str = ""
    initial: str = ""
    unit: str = ""
    role: str = ""
    login: str = ""
    centre: str = ""
    watermark: str = ""
    count: int = 0
    first: bool = False


class KitState(rx.State):
    """What the pieces are bound to here."""

    things: list[Thing] = []
    me: Thing = Thing()
    faults: dict[str, str] = {}
    chosen: list[str] = []
    chart: Chart = Chart()
    page: int = 1
    open: bool = False
    text: str = ""

    @rx.event
    def take(self, value: str) -> None:
        """Take any value."""

    @rx.event
    def take_all(self, values: list[str]) -> None:
        """Take several."""

    @rx.event
    def act(self) -> None:
        """Take nothing."""


class KitListState(AddressedState, rx.State):
    """A list whose view is its address."""

    ASKS: ClassVar[Asks] = Asks(text=("text",))


S, L = KitState, KitListState
COLUMNS = [
    Column("label", "名称", lambda row: rx.el.a(row.label, href=row.href), sort=True, phone="title"),
    Column("state", "状态", lambda row: tag(row.state, row.tone), phone="tag"),
    Column("who", "谁", lambda row: rx.el.span(row.who)),
]


def _table() -> rx.Component:
    return table(
        S.things,
        COLUMNS,
        row_key=lambda row: row.id,
        row_href=lambda row: row.href,
        row_tone=lambda row: row.tone,
        sort=S.text,
        on_sort=S.take,
        selected=S.chosen,
        on_select=S.take,
        on_select_all=S.act,
        loading=S.open,
        empty=empty("这里还没有内容"),
        fault=S.text,
    )


PIECES: dict[str, Callable[[], rx.Component]] = {
    "frame": lambda: frame(
        "内容", title="标题", crumbs=[("甲", "/"), ("乙", "")], me=S.me, entries=S.things, here=S.text
    ),
    "table": _table,
    "bulk_bar": lambda: bulk_bar(S.chosen.length(), on_clear=S.act),
    "pager": lambda: pager(L),
    "address": lambda: address(L),
    "search_box": lambda: search_box(L, label="搜索", example="名称"),
    "text": lambda: field(
        "姓名", text_input("name", on_blur=S.take), name="name", required=True, error=S.faults["name"]
    ),
    "area": lambda: field("内容", text_area("content", most=500), name="content", hint="请写清经过"),
    "select": lambda: field("类别", select("kind", S.things, placeholder="请选择"), name="kind"),
    "check": lambda: check("urgent", "紧急"),
    "combo": lambda: field("辖区", combo("area", S.things, placeholder="输入名称", on_pick=S.take), name="area"),
    "read_input": lambda: read_input("id_number", read_value=S.text, read_seq=S.page, on_commit=S.take),
    "read_select": lambda: read_select("sex", [("male", "男")], read_value=S.text, read_seq=S.page),
    "photos": lambda: photos(on_change=S.take_all),
    "dialog": lambda: dialog(S.open, "办理", "内容", on_close=S.act, watermark=S.me.watermark),
    "menu": lambda: menu("更多", rx.el.button("甲", class_name="item")),
    "kpi_tiles": lambda: kpi_tiles(S.things, S.text, S.take),
    "card": lambda: card("标题", "内容", icon="user", actions=rx.el.span("共 1 件")),
    "desc_list": lambda: desc_list([("编号", S.text)]),
    "timeline": lambda: timeline(S.things, lambda one: rx.el.b(one.label)),
    "process": lambda: process(S.things),
    "gallery": lambda: gallery(
        S.things, src=lambda one: one.href, thumb=lambda one: one.href, original=lambda one: one.href
    ),
    "alert": lambda: alert("red", "出错了"),
    "skeleton": skeleton,
    "chart": lambda: chart(S.chart, label="受理趋势", tall=True),
    "offline": around.offline_bar,
    "not found": around.not_found,
    "broken": around.boundary,
    "toaster": around.toaster,
}


def drawn(piece: str) -> str:
    """Give what a piece compiles to, with Chinese as it is written."""
    made = json.dumps(PIECES[piece]().render(), default=str, ensure_ascii=False)
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), made)


class TestPieces:
    @pytest.mark.parametrize("piece", PIECES)
    def test_is_drawn_without_reflex_s_own_components(self, piece: str) -> None:
        assert "Radix" not in drawn(piece)
        assert "lucide" not in drawn(piece).lower()

    @pytest.mark.parametrize("piece", PIECES)
    def test_speaks_chinese(self, piece: str) -> None:
        spoken = re.findall(r'(?:aria-label|ariaLabel|placeholder|alt|title)\\*"?:\s*\\*"([^"\\]+)', drawn(piece))
        assert [words for words in spoken if not re.search(r"[\u4e00-\u9fff]", words)] == []

    @pytest.mark.parametrize("piece", PIECES)
    def test_uses_classes_that_the_style_sheets_know(self, piece: str) -> None:
        used = {name for words in re.findall(r'className:\\*"([a-z \-]+)\\*"', drawn(piece)) for name in words.split()}
        assert {name for name in used if f".{name}" not in STYLES} == set()


class TestField:
    def test_ties_its_fault_to_the_input(self) -> None:
        made = drawn("text")
        assert "name-fault" in made
        assert "aria-describedby" in made
        assert "aria-invalid" in made

    def test_holds_text_in_the_browser(self) -> None:
        made = drawn("text")
        assert "defaultValue" in made
        assert not re.search(r"\bvalue:", made)
        assert "DebounceInput" not in made


class TestAlert:
    @pytest.mark.parametrize(
        ("tone", "sign"),
        [("red", "warn"), ("orange", "warn"), ("yellow", "warn"), ("blue", "info"), ("green", "check")],
    )
    def test_a_sign_of_warning_stands_only_where_something_warns(self, tone: str, sign: str) -> None:
        assert str(icons.icon(sign).render()["children"]) in str(alert(tone, "已核对").render())


class TestTable:
    def test_says_how_it_is_sorted(self) -> None:
        assert "aria-sort" in drawn("table")

    def test_makes_a_button_only_of_a_head_that_sorts(self) -> None:
        assert drawn("table").count("aria-sort") == sum(column.sort for column in COLUMNS)

    @pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
    def test_gives_each_cell_its_label_for_the_card_on_a_phone(self, column: Column) -> None:
        assert re.search(rf'data-label\\+":\\"{column.label}', drawn("table"))

    def test_places_columns_on_the_card(self) -> None:
        assert {"as-title", "as-tag", "as-line"} <= set(re.findall(r"as-[a-z]+", drawn("table")))


class TestIcons:
    def test_refuses_a_name_it_does_not_know(self) -> None:
        with pytest.raises(KeyError):
            icons.icon("no such icon")


class TestScripts:
    @pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
    def test_say_nothing_in_english(self, script: Path) -> None:
        text = script.read_text(encoding="utf-8")
        spoken = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]+)"', text)
        shown = re.findall(r">\s*([A-Za-z][A-Za-z ]{3,})\s*</", text)
        assert [words for words in [*spoken, *shown] if not re.search(r"[\u4e00-\u9fff]", words)] == [
            words for words in shown if words == "Ctrl K"
        ]

    @pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
    def test_are_silent_while_an_input_method_composes(self, script: Path) -> None:
        text = script.read_text(encoding="utf-8")
        takes_letters_or_enter = '"Enter"' in text or "Enter:" in text
        assert not takes_letters_or_enter or "isComposing" in text


class TestStyles:
    def test_names_colours_only_in_the_tokens(self) -> None:
        always_dark = r"(?m)^(?:\.top|\.search-open|\.count|\.avatar|\.who > summary|\.lightbox|\.offline|dialog\.lightbox|\.photo \.drop)[^{]*\{[^}]*\}"
        on_paper = {"#fff", "#bbb", "#000", "#222", "#444"}
        for sheet in (ROOT / "assets/styles").glob("*.css"):
            rules = re.sub(always_dark, "", sheet.read_text(encoding="utf-8"))
            found = set(re.findall(r"#[0-9a-f]{3,6}\b", rules))
            assert sheet.name == "tokens.css" or found <= on_paper, sheet.name

    def test_every_colour_of_the_light_theme_that_carries_text_has_a_dark_one(self) -> None:
        light, dark = STYLES.split("\n.dark {", 1)[0], STYLES.split("\n.dark {", 1)[1].split("}", 1)[0]
        named = set(re.findall(r"--((?:red|orange|yellow|blue|green|gray)(?:-bg|-row)?):", light))
        assert named <= set(re.findall(r"--([a-z0-9-]+):", dark))

    def test_respects_reduced_motion_and_paper(self) -> None:
        assert "prefers-reduced-motion" in STYLES
        assert "@media print" in STYLES


class TestTokens:
    @pytest.mark.parametrize(
        ("text", "ground"),
        [
            ("text-3", "surface"), ("text-3", "ground"), ("text-2", "surface-2"), ("brand-600", "surface"),
            ("on-brand", "brand-500"), ("red", "red-bg"), ("orange", "orange-bg"), ("yellow", "yellow-bg"),
            ("blue", "blue-bg"), ("green", "green-bg"), ("gray", "gray-bg"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("theme", [":root", ".dark"])
    def test_text_stands_out_from_its_ground(self, theme: str, text: str, ground: str) -> None:
        tokens = _tokens(":root") | _tokens(theme)
        assert _contrast(tokens[text], tokens[ground]) >= 4.5


def _tokens(theme: str) -> dict[str, str]:
    sheet = (ROOT / "assets/styles/tokens.css").read_text(encoding="utf-8")
    block = sheet.split(f"\n{theme} {{", 1)[1].split("\n}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})\b", block))


def _contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
