"""Invented persons: names from two lists, numbers with right check digits under a code nobody lives in."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from app.demo.areas import COUNTY_CODE
from domain.people.rules import check_digit
from domain.people.schemas import PersonInput

_SURNAMES = (
    "林陈黄张吴李王郑蔡刘杨许谢郭洪叶苏曾庄江何徐周朱赖邱卢傅沈潘钟余高廖魏施姚范丁方石汪唐邓罗戴熊彭萧"
    "柯翁连欧阮蒋涂孙白"
)
_FIRST = "志文建国永明春秀丽美玉金水木福荣德庆兴旺海天云月星晨晓雨思梓子一嘉佳浩宇俊伟海燕素桂凤莲清"
_SECOND = "华强平生林英珍兰香花芳娟玲霞辉龙鹏涛波斌杰超凡轩涵怡欣妍彤瑶萍琴梅竹发财良民安康顺成功达贵新"
_NATIONS = ("汉族",) * 18 + ("畲族", "回族", "苗族", "土家族")
_MOBILE = ("135", "138", "139", "150", "158", "159", "177", "186", "189", "199")
_DAY = timedelta(days=1)


def name(rng: Random) -> str:
    """Make a name of two or three characters."""
    given = rng.choice(_SECOND) if rng.random() < 0.18 else rng.choice(_FIRST) + rng.choice(_SECOND)
    return rng.choice(_SURNAMES) + given


def phone(rng: Random) -> str:
    """Make a mobile number; its middle four are zeros, so that it hardly belongs to anybody."""
    return f"{rng.choice(_MOBILE)}0000{rng.randrange(10_000):04d}"


def id_number(rng: Random, today: date) -> str:
    """Make an identity number of somebody between 20 and 78 years old."""
    birth = today - rng.randrange(20 * 365, 78 * 365) * _DAY
    body = f"{COUNTY_CODE}{birth:%Y%m%d}{rng.randrange(1, 1000):03d}"
    return body + check_digit(body)


def person(rng: Random, today: date, address: str) -> PersonInput:
    """Make a person who shows an identity card."""
    return PersonInput(
        name=name(rng),
        id_number=id_number(rng, today),
        phone=phone(rng),
        nation=rng.choice(_NATIONS),
        address=address,
    )
