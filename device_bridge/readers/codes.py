"""The code tables printed on cards: sex (GB/T 2261.1) and ethnic group (GB/T 3304).

A code missing here is kept and shown as 其他（代码xx）; it never spoils a read.
"""

from __future__ import annotations

SEX = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}

# In the order of their codes, 01 to 56.
_GROUPS = """
汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜
满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳
佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土
达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米
塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔
独龙 鄂伦春 赫哲 门巴 珞巴 基诺
"""

NATION = {f"{number:02d}": f"{name}族" for number, name in enumerate(_GROUPS.split(), start=1)} | {
    "97": "其他",
    "98": "外国血统中国籍人士",
}


def sex_label(code: str | None) -> str | None:
    """Name a sex code in Chinese; None stays None."""
    return _label(SEX, code)


def nation_label(code: str | None) -> str | None:
    """Name an ethnic group code in Chinese; None stays None."""
    return _label(NATION, code)


def _label(table: dict[str, str], code: str | None) -> str | None:
    return None if code is None else table.get(code, f"其他（代码{code}）")
