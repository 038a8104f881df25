"""Codes, levels and paths: pure decisions without a database."""

from __future__ import annotations

from types import MappingProxyType

from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.kernel.bounds import narrow
from domain.kernel.words import line_fault

CODE_LENGTH: MappingProxyType[Level, int] = MappingProxyType(
    {Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12, Level.GRID: 15}
)
MAX_NAME = 60
_ORDER = tuple(Level)
_NATIONAL = 12
"""Digits of a code in the national list, whatever its level."""
_CORNERS = 3
_LEVEL_WORDS: MappingProxyType[str, Level | None] = MappingProxyType(
    {
        **dict.fromkeys(("省", "自治区", "直辖市", "市", "地", "地市", "州", "盟", "地区"), None),
        **dict.fromkeys(("县", "区", "县区", "区县", "县市", "旗", "市辖区"), Level.COUNTY),
        **dict.fromkeys(("乡", "镇", "街道", "乡镇", "镇街", "乡镇街道", "苏木"), Level.TOWNSHIP),
        **dict.fromkeys(("村", "社区", "村居", "村社区", "居委会", "村委会", "居委会、村委会"), Level.VILLAGE),
        **dict.fromkeys(("网格", "单元网格"), Level.GRID),
    }
)
"""How lists name the levels, the word 级 left out; province and city stand above what is kept."""


def faults(spec: AreaSpec, parent: Level | None) -> dict[str, str]:
    """Name what is wrong with an area to add, by field; empty when nothing is."""
    found = {
        "code": code_fault(spec.code, spec.level),
        "name": name_fault(spec.name),
        "parent": parent_fault(spec.level, parent),
        "polygon": "边界至少需要三个点" if 0 < len(spec.polygon) < _CORNERS else "",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def code_fault(code: str, level: Level) -> str:
    """Say why a code is none of its level; empty when it is."""
    length = CODE_LENGTH[level]
    right = code.isascii() and code.isdecimal() and len(code) == length
    return "" if right else f"{level.label}代码须为 {length} 位数字"


def name_fault(name: str) -> str:
    """Say why no area can bear a name; empty when one can."""
    return line_fault("名称", name, most=MAX_NAME)


def parent_fault(level: Level, parent: Level | None) -> str:
    """Say why an area cannot lie in one of this level; empty when it can."""
    above = level_above(level)
    return "" if parent is above else f"{level.label}的上级须为{above.label if above else '空'}"


def level_above(level: Level) -> Level | None:
    """Give the level in which areas of a level lie; none for a county."""
    place = _ORDER.index(level)
    return _ORDER[place - 1] if place else None


def level_of(code: str) -> Level | None:
    """Tell the level of a code as it is kept, by its length; none for anything else."""
    return next((level for level, length in CODE_LENGTH.items() if len(code) == length), None)


def level_named(word: str) -> Level | None:
    """Read how a list names a level; none for province and city.

    :raises KeyError: no level is called so
    """
    known = {level.label: level for level in Level} | {level.value: level for level in Level}
    text = narrow(word).replace("/", "、").replace(" ", "").replace("级", "")
    return known[text] if text in known else _LEVEL_WORDS[text]


def stands_above(code: str) -> bool:
    """Tell whether a code of the national list is a province's or a city's."""
    digits = narrow(code)
    padded = len(digits) in {2, 4} or (len(digits) in {6, _NATIONAL} and set(digits[4:]) <= {"0"})
    return digits.isascii() and digits.isdecimal() and padded


def plain_code(code: str, level: Level | None = None) -> str:
    """Bring a code to the digits of its level: the national list writes twelve, zeros at the end.

    What cannot be one of the level stays as it was given, for the sentence that says so.
    """
    digits = narrow(code)
    if not digits.isdecimal() or len(digits) != _NATIONAL:
        return digits
    lengths = [CODE_LENGTH[level]] if level else [CODE_LENGTH[Level.COUNTY], CODE_LENGTH[Level.TOWNSHIP]]
    length = next((length for length in lengths if set(digits[length:]) <= {"0"}), _NATIONAL)
    return digits[:length]


def parent_in(code: str) -> str:
    """Give the code of the area that a code says to lie in; empty for a county."""
    level = level_of(code)
    above = level_above(level) if level else None
    return code[: CODE_LENGTH[above]] if above else ""


def path_under(parent_path: str, code: str) -> str:
    """Give the path of a code under its parent's path (empty for a county)."""
    return f"{parent_path or '/'}{code}/"


def codes_in(path: str) -> tuple[str, ...]:
    """List the codes of a path from the county down."""
    return tuple(code for code in path.split("/") if code)


def prefix_pattern(path: str) -> str:
    """Make the LIKE pattern of everything at or below a path, its wildcards escaped."""
    whole = path if path.endswith("/") else f"{path}/"
    return f"{escaped(whole)}%"


def escaped(text: str) -> str:
    """Escape the wildcards of LIKE with PostgreSQL's default backslash."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
