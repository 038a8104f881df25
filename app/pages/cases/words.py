"""类别用词: the words of the county by which categories are found."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from state.cases.words import CategoryWordsState


def category_words() -> rx.Component:
    return list_page(CategoryWordsState, "/category-words", new="添加用词")
