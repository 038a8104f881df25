"""Pure checks and masks of names, identity numbers, phones and dates.

Sources: GB 11643 (identity number), the rulings on numbers and codes §2.1, §2.4.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from domain.kernel.searching import fold
from domain.people.models import IdType, Sex

MAX_NAME, MAX_ADDRESS = 46, 100
TAIL = 4
"""Characters at the end of a number that people tell each other."""
MIN_REASON = 4
ADULT_ENOUGH = 14
"""Years: who is younger is specially protected (PIPL 28)."""
INFORM = (
    "为依法受理、办理和答复诉求，登记姓名、证件号码、联系电话和住址，仅提供给承办单位，加密保存，到期匿名；"
    "本人可要求查阅、复制、更正。"
)
"""What whoever gives personal data is told (PIPL 17, 35): purpose, kinds, receivers, how long, rights."""
ANONYMISED = "已按保存期限匿名"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCES = {
    *range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66),
    71, 81, 82, 83,
}  # fmt: skip
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3}-)?[2-9]\d{6,7}(-\d{1,6})?")
_LOCAL = re.compile(r"[2-9]\d{6,7}(-\d{1,6})?")
_TYPED_LANDLINE = re.compile(r"(?:(010|02\d|0[3-9]\d{2})-?)?([2-9]\d{2,3}-?\d{4})(?:-(\d{1,6}))?")
_SERVICE = re.compile(r"[48]00\d{7}")
_ABROAD = re.compile(r"(?:\+|00)?(852|853|886)-?([2-9]\d{3}-?\d{4}|0?[2-9]\d{0,2}-?\d{3,4}-?\d{3,4})")
_FOREIGN = re.compile(r"\+(852|853)-[2-9]\d{7}|\+886-[2-9]\d{7,8}")
_FREE_NUMBER = re.compile(r"[A-Z0-9()（）-]{5,30}")
_CASE_NUMBER = re.compile(r"[A-Z]{1,4}\d{4,}")
_FAMILY_NAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂"
    "丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂"
    "闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫嵺苟尚慕况肖付闫钮裘连商巫蒲"
)
"""Family names by which a word may be a name: it is better to take a word for a name than a name for a word."""
_LONG_FAMILY_NAMES = ("上官", "诸葛", "东方", "令狐", "皇甫", "尉迟", "公孙", "长孙", "宇文", "淳于", "澹台", "端木")
_NAME_MARKS = "·•‧.'’- "
_CHECKED_TYPES = {IdType.RESIDENT, IdType.HMT_RESIDENCE, IdType.FOREIGNER}


def tidy(text: str) -> str:
    """Bring typed text to one form: NFKC, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def tidy_id(number: str) -> str:
    """Bring an identity number to its stored form; 15 digits become 18."""
    number = re.sub(r"\s", "", tidy(number)).upper()
    if re.fullmatch(r"\d{15}", number):
        body = f"{number[:6]}19{number[6:]}"
        return body + check_digit(body)
    return number


def tail(number: str) -> str:
    """Give the last four letters or digits of a tidied number, or all of a shorter one."""
    return re.sub(r"[^0-9A-Z]", "", number)[-TAIL:]


def is_tail(text: str) -> bool:
    """Tell whether somebody typed the last four of a number: four digits, or three and an X."""
    return re.fullmatch(r"\d{3}[\dX]", tidy_id(text)) is not None


def tidy_phone(phone: str) -> str:
    """Bring a phone number to its one stored form.

    13800138000; 0595-22001234, with an extension 0595-22001234-12; +852-61234567. What is none of these stays as
    it was typed, without blanks, for `phone_fault` to refuse.
    """
    text = re.sub(r"[\s()]", "", fold(phone))
    text = re.sub(r"(?<=\d)(?:转|分机|ext\.?|x|#)(?=\d)", "-", text)
    if abroad := _ABROAD.fullmatch(text):
        return f"+{abroad[1]}-{abroad[2].replace('-', '').lstrip('0')}"
    home = re.sub(r"^(?:\+86|0086|86(?=-|1[3-9]\d{9}$))-?", "", text)
    if home != text and re.match(r"[2-9]|10", home) and not _LOCAL.fullmatch(home):
        home = f"0{home}"
    bare = home.replace("-", "")
    if _MOBILE.fullmatch(bare) or _SERVICE.fullmatch(bare):
        return bare
    found = _TYPED_LANDLINE.fullmatch(home)
    return "-".join(part.replace("-", "") for part in found.groups() if part) if found else home


def phone_forms(phone: str) -> tuple[str, ...]:
    """Give the forms in which a number may have been stored: today's, and without hyphens as of earlier releases."""
    stored = tidy_phone(phone)
    landline = _LANDLINE.fullmatch(stored)
    return tuple(dict.fromkeys((stored, stored.replace("-", "", 1) if landline and landline[1] else stored)))


def may_be_personal(text: str) -> bool:
    """Tell whether a typed text may hold a name, a phone or an identity number: then it stays out of addresses.

    What reads as a word is taken for one; "高空抛物" counts as a name, which costs a bookmark and tells nothing.
    """
    words = re.split(r"[\s,，、;；。/]+", _CASE_NUMBER.sub(" ", tidy(text).upper()))
    if sum(character.isdigit() for character in "".join(words)) >= TAIL:
        return True
    return any(
        word[0] in _FAMILY_NAMES or word.startswith(_LONG_FAMILY_NAMES) or any(mark in word for mark in "·•‧")
        for word in words
        if len(word) > 1
    )


def check_digit(body: str) -> str:
    """Compute the check digit of 17 digits (GB 11643, MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def id_number_fault(id_type: IdType, number: str, today: date) -> str:
    """Say why an identity number cannot be right; empty when it can.

    `number` is tidied. Division codes below the province are not judged: people keep old ones.
    """
    if id_type is IdType.NONE:
        return ""
    if not number:
        return "请填写证件号码，或把证件类型改为“未出示证件”并写明原因"
    if id_type not in _CHECKED_TYPES:
        return "" if _FREE_NUMBER.fullmatch(number) else "证件号码只能由字母、数字组成，5 至 30 位"
    if id_type is IdType.FOREIGNER and re.fullmatch(r"[A-Z]{3}\d{12}", number):
        return ""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return f"证件号码应为 18 位数字（末位可为 X），现为 {len(number)} 位"
    return _number_fault(number, today)


def _number_fault(number: str, today: date) -> str:
    if number[0] != "9" and int(number[:2]) not in _PROVINCES:
        return "证件号码前两位不是有效的地区代码，请核对"
    birth = birth_date_of(number)
    if birth is None:
        return "证件号码中的出生日期不存在，请核对第 7 至 14 位"
    if birth > today:
        return "证件号码中的出生日期晚于今天，请核对第 7 至 14 位"
    if check_digit(number[:17]) != number[17]:
        return "证件号码校验位不符，请逐位核对"
    return ""


def birth_date_of(number: str) -> date | None:
    """Read the birth date out of an 18-digit number; none when it does not exist."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """Read a stored birth date (ISO); none when there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_child(birth: date | None, on: date) -> bool:
    """Tell whether somebody was under 14 on a day; not, where the birth date is unknown."""
    if birth is None:
        return False
    years = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    return years < ADULT_ENOUGH


def sex_of(number: str) -> Sex:
    """Read the sex out of an 18-digit number."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return Sex.UNKNOWN
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def phone_fault(phone: str, *, required: bool = True) -> str:
    """Say why a phone number cannot be right; empty when it can. `phone` is tidied."""
    if not phone:
        return "请填写联系电话" if required else ""
    if any(form.fullmatch(phone) for form in (_MOBILE, _LANDLINE, _SERVICE, _FOREIGN)):
        return ""
    return "联系电话应为 11 位手机号、带区号的座机号，或以 +852、+853、+886 开头的号码"


def is_mobile(phone: str) -> bool:
    """Tell whether a short message can reach the number."""
    return _MOBILE.fullmatch(phone) is not None


def name_fault(name: str) -> str:
    """Say why a name cannot be right; empty when it can. `name` is tidied."""
    if not name:
        return "请填写姓名"
    if len(name) > MAX_NAME:
        return f"姓名最长 {MAX_NAME} 个字，现为 {len(name)} 个"
    if all(unicodedata.category(c).startswith("L") or c in _NAME_MARKS for c in name):
        return ""
    return "姓名只能由汉字、字母和间隔号组成"


def mask_name(name: str) -> str:
    """Mask a name: the family name stays; the stars tell neither a long name nor widen a column."""
    return name[:1] + _stars(max(1, len(name) - 1), most=3) if name else ""


def _stars(count: int, *, most: int) -> str:
    return "*" * min(count, most)


def mask_id(number: str) -> str:
    """Mask an identity number: first four and last four stay."""
    if len(number) < 10:
        return number[:1] + "*" * (len(number) - 1) if number else ""
    return number[:4] + _stars(len(number) - 8, most=10) + number[-4:]


def mask_phone(phone: str) -> str:
    """Mask a phone number: the middle four are hidden."""
    if len(phone) < 7:
        return "*" * len(phone)
    return phone[:3] + _stars(len(phone) - 7, most=6) + phone[-4:]


def mask_birth_date(day: str) -> str:
    """Mask a birth date (ISO): the year stays."""
    return f"{day[:4]}-**-**" if day else ""


def mask_address(address: str) -> str:
    """Mask an address: it stays readable down to the village at most."""
    found = re.match(r".*?[村社区镇乡](?=.)", address)
    kept = found.group() if found else address[:6]
    return kept + "****" if len(address) > len(kept) else kept
