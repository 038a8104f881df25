"""What each setting may be, beyond its type: one check a kind of value. None of them writes or goes to the network.

A check gives the value back as the product takes it, or raises a ValueError that says what is allowed. It never
repeats the value: a secret may stand in the wrong line.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from app.launch.errors import why

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_HOST = re.compile(
    r"[0-9A-Za-z](?:[0-9A-Za-z_.-]{0,251}[0-9A-Za-z])?|(?=.*:)[0-9A-Fa-f:.]{2,45}(?:%[0-9A-Za-z]+)?", re.ASCII
)
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_SIGNS = re.compile(r"[\x00-\x1f\x7f]")
NO_LOGIN = "\0"
"""A name that no account has and no password holds."""
SHORTEST_SECRET = 32
"""Signs of SECRET_KEY; `domain.kernel.crypto_keys` asks for the same, a test keeps them equal."""


def unless_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    """Give a check that lets an empty text through: nothing is set."""
    return lambda text: check(text) if text else text


def plain(text: str) -> str:
    """Take a text of any content without control signs."""
    if _SIGNS.search(text):
        raise ValueError("不能有换行、制表符等控制字符")
    return text.strip()


def host(text: str) -> str:
    """Take a name or an address to listen on."""
    if not _HOST.fullmatch(text):
        raise ValueError("应为本机的 IP 地址或主机名，如 127.0.0.1")
    return text


def origin(text: str) -> str:
    """Take the address of a site: nothing behind host and port."""
    said = "应为 http:// 或 https:// 加主机名，可加端口，不带路径，如 https://zzzx.example.gov.cn"
    found = _split(text, {"http", "https"}, said)
    if found.path not in {"", "/"} or found.query or found.fragment or found.username is not None:
        raise ValueError(said)
    return text.rstrip("/")


def address(text: str) -> str:
    """Take the address of a service, which may have a path."""
    said = "应为 http:// 或 https:// 开头的网址，不带问号后的参数"
    found = _split(text, {"http", "https"}, said)
    if found.query or found.fragment or found.username is not None:
        raise ValueError(said)
    return text.rstrip("/")


def redis(text: str) -> str:
    said = "应为 redis:// 或 rediss:// 开头的地址，如 redis://127.0.0.1:6379/0"
    found = _split(text, {"redis", "rediss"}, said)
    if not re.fullmatch(r"/?|/\d{1,4}", found.path):
        raise ValueError(said)
    return text


def database(text: str) -> str:
    """Take the address of a PostgreSQL database; its parameters are the database driver's matter."""
    scheme = text.partition("://")[0].partition("+")[0]
    if scheme not in {"postgresql", "postgres"} or "://" not in text:
        raise ValueError("应为 postgresql:// 开头的地址，如 postgresql://fengqiao@127.0.0.1:5432/fengqiao")
    if not text.partition("://")[2].partition("?")[0].partition("/")[2]:
        raise ValueError("缺少数据库名，应如 postgresql://fengqiao@127.0.0.1:5432/fengqiao")
    return text


def proxies(text: str) -> str:
    """Take addresses and networks, separated by commas."""
    named = [one.strip() for one in text.split(",") if one.strip()]
    for one in named:
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise ValueError("应为 IP 地址或网段，用英文逗号分隔，网段的主机位为 0，如 127.0.0.1,10.0.0.0/8") from None
    return ",".join(named)


def module(text: str) -> str:
    """Take the name of a class in a package."""
    if not _MODULE.fullmatch(text):
        raise ValueError("应为 package:Class 的形式，如 county_hsm.module:Hsm")
    return text


def secret(text: str) -> str:
    """Take a secret that is long enough to derive keys from."""
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"至少需要 {SHORTEST_SECRET} 个字符")
    return text


def folder(path: Path) -> Path:
    """Take a folder that is there or can come to be: the next that exists above it is a folder."""
    full = path.expanduser().absolute()
    above = next(one for one in (full, *full.parents) if _exists(one))
    if not above.is_dir():
        raise ValueError(f"应为目录，而 {above} 是文件")
    return path


def new_file(path: Path) -> Path:
    """Take a file that is there or may be made in a folder that is."""
    full = path.expanduser().absolute()
    if _exists(full) and full.is_dir():
        raise ValueError(f"应为文件，而 {full} 是目录")
    if not (_exists(full.parent) and full.parent.is_dir()):
        raise ValueError(f"所在的目录 {full.parent} 不存在")
    return path


def password(text: str) -> str:
    """Take a password that an account may have."""
    from domain.orgs.rules import password_fault  # noqa: PLC0415 - loaded only where it is set

    if fault := password_fault(text, NO_LOGIN):
        raise ValueError(f"不能用作密码：{fault}")
    return text


def quiet_hours(text: str) -> str:
    """Take hours of rest, or none."""
    from domain.notices.sending import parsed  # noqa: PLC0415 - loaded only where it is set

    parsed(text)
    return text


def hour(text: str) -> str:
    """Take an hour of the day, or none."""
    from domain.briefs.rules import hour_of  # noqa: PLC0415 - loaded only where it is set

    hour_of(text)
    return text


def one_of(words: Collection[str]) -> str:
    return f"只能是 {' 或 '.join(words)}"


def _split(text: str, schemes: set[str], said: str) -> SplitResult:
    """Split an address with a host, and a port that can be one."""
    try:
        found = urlsplit(text)
        fits = found.scheme in schemes and _HOST.fullmatch(found.hostname or "") and found.port != 0
    except ValueError:
        fits = None
    if not fits or re.search(r"\s", text):
        raise ValueError(said)
    return found


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ValueError(f"无法查看 {path}（{why(error)}）") from None
    return True
