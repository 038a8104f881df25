"""The two-level list of matters (numbers and codes §2.5) and the three kinds above it.

The dispute list is that of the base-data practice; the hazards and livelihood matters
are only named by example in requirement 2, so their second level is our own [P].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from domain.kernel.labels import Labelled
from domain.kernel.searching import fold, words_of


class Kind(Labelled):
    """The three report kinds of requirement 2; they decide the picture rule."""

    DISPUTE = "dispute", "矛盾纠纷"
    HAZARD = "hazard", "治安、安全隐患"
    LIVELIHOOD = "livelihood", "民生服务"


SPECIAL = ("0302", "0502", "16")
"""Matters whose parties are specially protected: privacy, medical harm, belief and ethnic group (PIPL 28)."""


def is_special(code: str) -> bool:
    """Tell whether clear values of a matter's parties need the level for special persons."""
    return code.startswith(SPECIAL)


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    label: str
    group: str
    kind: Kind

    @property
    def full(self) -> str:
        return f"{self.group} / {self.label}"


_DISPUTES = """
01 婚恋家庭: 0101 恋爱及婚姻, 0102 抚养赡养监护, 0103 分家与继承, 0199 其他婚恋家庭
02 邻里: 0201 用水排水通行通风采光, 0202 相邻土地建筑利用, 0203 相邻污染损害防止, 0299 其他邻里
03 人格权: 0301 姓名肖像, 0302 名誉隐私, 0303 身体健康及人身自由, 0399 其他人格权
04 物权相关: 0401 财物返还及损害赔偿, 0402 物业及其管理, 0403 不动产登记, 0499 其他物权
05 侵权相关: 0501 教育机构, 0502 医疗损害, 0503 交通事故, 0504 环境污染, 0505 产品责任, 0506 网络侵权, 0507 劳务损害, 0599 其他侵权
06 合同及相关: 0601 消费及服务, 0602 房产买卖租赁, 0603 交易贸易, 0604 运输仓储, 0699 其他合同
07 劳动人事: 0701 劳动合同、劳务派遣, 0702 社会保险, 0703 福利待遇, 0704 人事争议, 0799 其他劳动人事
08 金融借贷: 0801 证券基金期货, 0802 投资信托理财, 0803 保险, 0804 借贷及担保, 0899 其他金融借贷
09 土地及资源权属: 0901 土地承包经营, 0902 宅基地, 0903 山林矿产, 0904 水域水利, 0999 其他土地资源
10 其他民商事: 1001 知识产权, 1002 公司企业, 1003 海事海商, 1004 竞争, 1005 票据信用证, 1006 无因管理与不当得利, 1099 其他民商事
11 城乡建设发展: 1101 国有土地上房屋征收, 1102 农村集体土地征用, 1103 城乡规划及拆违, 1104 基础设施建设及市政市容, 1105 移民安置, 1199 其他城乡建设
12 涉民政: 1201 村（社区）选举和管理, 1202 优抚救助, 1203 区划边界, 1299 其他民政
13 其他行政执法: 1301 城市管理, 1302 教育文体, 1303 工商税务, 1304 安全生产, 1305 交通运输, 1306 海事渔事, 1307 计划生育, 1399 其他行政执法
14 涉法涉诉: 1401 公安, 1402 检察院, 1403 法院, 1404 司法行政
15 涉组织涉纪检: 1501 组织人事, 1502 干部作风, 1599 其他涉组织
16 涉民族宗教: 1601 民族, 1602 宗教
99 其他: 9999 其他纠纷
"""
_HAZARDS = """
H1 治安、安全隐患: H101 治安隐患, H102 消防隐患, H103 安全生产隐患, H104 道路交通隐患, H105 自然灾害隐患, H199 其他隐患
"""
_LIVELIHOOD = """
L1 民生服务: L101 供水供电供气, L102 环境卫生, L103 困难救助, L104 医疗教育, L105 政策咨询, L199 其他服务
"""


def _read(table: str, kind: Kind) -> list[Category]:
    found = []
    for line in table.strip().splitlines():
        head, members = line.split(": ")
        group = head.split(" ", 1)[1]
        for member in members.split(", "):
            code, label = member.split(" ", 1)
            found.append(Category(code, label, group, kind))
    return found


CATEGORIES: dict[str, Category] = {
    category.code: category
    for table, kind in (
        (_DISPUTES, Kind.DISPUTE),
        (_HAZARDS, Kind.HAZARD),
        (_LIVELIHOOD, Kind.LIVELIHOOD),
    )
    for category in _read(table, kind)
}


def find(code_or_label: str) -> Category | None:
    wanted = code_or_label.strip()
    by_label = (c for c in CATEGORIES.values() if wanted and wanted in {c.label, c.full})
    return CATEGORIES.get(wanted) or next(by_label, None)


_EVERYDAY = Path(__file__).with_name("everyday.txt")
"""A line for each category: its code, then words of everyday speech."""


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Give the everyday words of each category, as they are written."""
    lines = (line.split() for line in _EVERYDAY.read_text(encoding="utf-8").splitlines())
    return {code: tuple(said) for code, *said in lines}


@dataclass(frozen=True, slots=True)
class Usual:
    """What a county says and chooses besides the product's words, by category and as it is compared.

    :ivar added: the words that its administrators added
    :ivar times: how often the category was taken for a word; 0 for one that was only added
    """

    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    times: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def known(self, code: str) -> tuple[str, ...]:
        """Give all words of a category that may stand within what is typed."""
        return (*_folded()[code][1], *self.added.get(code, ()))


NO_USUAL = Usual()


@cache
def _folded() -> dict[str, tuple[str, tuple[str, ...]]]:
    # The name and the everyday words of each category, as they are compared.
    said = words()
    return {
        code: (fold(category.full), tuple(fold(word) for word in said.get(code, ())))
        for code, category in CATEGORIES.items()
    }


def search(text: str, usual: Usual = NO_USUAL) -> tuple[Category, ...]:
    """Find the categories that a text may mean, the likeliest first; all, in their order, for an empty one.

    Every word of the text must point to the category, by its name, its code or an everyday word: one that is the
    same, holds it, or is held by it ("工地拖欠工资" holds 工资). The county's own words, and what was chosen for a word
    before, come before the rest.
    """
    typed = words_of(text)
    if not typed:
        return tuple(CATEGORIES.values())
    weighed = {code: [_weight(word, code, usual) for word in typed] for code in CATEGORIES}
    fitting = [code for code, weights in weighed.items() if all(weights)]
    return tuple(CATEGORIES[code] for code in sorted(fitting, key=lambda code: -sum(weighed[code])))


def known_in(text: str, code: str, usual: Usual = NO_USUAL) -> set[str]:
    """Give the words by which a category is found in a text, as they are compared; nothing that its writer made up.

    That is what was typed, where a name or an everyday word of the category is it or begins it; else what it holds.
    """
    label, known = _folded()[code][0].partition("/")[2], usual.known(code)
    found: set[str] = set()
    for typed in words_of(text):
        if typed in label or any(typed in word for word in known):
            found.add(typed)
        else:
            found |= {max((word for word in known if word in typed), key=lambda word: (len(word), word), default="")}
    return found - {""}


def _weight(typed: str, code: str, usual: Usual) -> float:
    """How strongly a typed word points to a category; nothing: not at all."""
    name, said = _folded()[code]
    group, _, label = name.partition("/")
    times = usual.times.get(code, {})
    if typed in {code.lower(), label}:
        return 100.0
    found = 0.0
    if typed in times:
        found = 91.0 + _often(times[typed])
    elif typed in said:
        found = 90.0 - said.index(typed)  # the foremost words of a line are its plainest
    elif typed in label:
        found = 60.0
    elif held := [word for word in usual.known(code) if typed in word or word in typed]:
        found = 20.0 + 10.0 * max(min(len(word), len(typed)) / max(len(word), len(typed)) for word in held)
        found += max((len(word) for word in held if word in typed), default=0)
        found += max((_often(times.get(word, 0)) for word in held if word in typed), default=0.0)
    elif typed in group or code.lower().startswith(typed):
        found = 10.0
    return found


def _often(times: int) -> float:
    """More for each time, never as much as a rank."""
    return 8.0 * times / (times + 1)
