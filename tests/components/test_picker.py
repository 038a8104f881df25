"""What a type-ahead list offers for what is typed, in the browser's own words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from domain.cases import categories
from tests.domain.cases.test_everyday import MEANT

FOLDING = Path(__file__).parents[2] / "assets" / "kit" / "folding.js"
BUN = Path(sys.executable).with_name("bun")


def offered(options: list[dict[str, object]], texts: list[str]) -> list[list[str]]:
    """Ask the browser's script what it offers for each text."""
    script = f"""
        import {{ fitting }} from {json.dumps(str(FOLDING))};
        const [options, texts] = {json.dumps([options, texts])};
        console.log(JSON.stringify(texts.map((text) => fitting(options, text).map((one) => one.value))));
    """
    done = subprocess.run([BUN, "-e", script], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_an_everyday_word_leads_to_its_category_first() -> None:
    said = categories.words()
    options = [{"value": c.code, "label": c.full, "words": said[c.code]} for c in categories.CATEGORIES.values()]

    found = offered(options, list(MEANT))

    assert {text: codes[:1] for text, codes in zip(MEANT, found, strict=True)} == {
        text: [code] for text, code in MEANT.items()
    }


def test_other_lists_keep_their_order_and_are_found_however_it_is_typed() -> None:
    options = [{"value": "a", "label": "枫林镇 / ＡＢＣ村"}, {"value": "b", "label": "枫林镇 / 古丽·买村"}]

    found = offered(options, ["枫林", "abc", "村 枫林", "古丽•买", "没有"])

    assert found == [["a", "b"], ["a"], ["a", "b"], ["b"], []]


def test_words_of_the_county_and_what_was_chosen_before_come_first() -> None:
    options: list[dict[str, object]] = [
        {"value": "a", "label": "甲", "words": ["噪音", "吵"], "usual": {}},
        {"value": "b", "label": "乙", "words": ["响", "噪音"], "usual": {"噪音": 0}},
        {"value": "c", "label": "丙", "words": ["响", "噪音"], "usual": {"噪音": 3}},
        {"value": "d", "label": "噪音其他", "words": ["响"], "usual": {}},
    ]

    assert offered(options, ["噪音", "夜里噪音", "吵"]) == [["c", "b", "a", "d"], ["c", "a", "b"], ["a"]]
