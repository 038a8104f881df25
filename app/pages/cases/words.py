"""类别用词: the words of the county by which categories are found."""

from __future__ import annotations

import reflex as rx

from components.cases.words import word_list
from components.kit.icons import icon
from components.shell import page
from state.cases.words import CategoryWordsState


def category_words() -> rx.Component:
    return page(
        word_list(),
        place="/category-words",
        actions=rx.el.button(
            icon("plus"), "添加用词", type="button", class_name="btn pri", on_click=CategoryWordsState.ask_add
        ),
    )
