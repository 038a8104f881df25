"""What must be true before anything starts."""

from __future__ import annotations

import errno
import socket
import ssl
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.launch.errors import CannotStart, why

if TYPE_CHECKING:
    from app.settings import Settings

FONT = "NotoSansCJKsc-Regular.otf"
REDIS_SECONDS = 3.0


def data_folder(folder: Path) -> None:
    """Make the data folder, private to its owner, and make sure that it can be written.

    :raises CannotStart: it cannot
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
    except OSError as error:
        raise CannotStart(
            f"数据目录 {folder} 无法写入（{why(error)}）；请检查目录权限或磁盘空间，或用 DATA_DIR 指定另一个目录。"
        ) from None


def font_folder() -> Path:
    """Give the folder of the Chinese fonts that come with the packages.

    :raises CannotStart: the font of slips and reports is not there
    """
    try:
        folder = Path(str(distribution("mplfonts").locate_file("mplfonts/fonts")))
    except PackageNotFoundError:
        folder = Path()
    if not (folder / FONT).is_file():
        raise CannotStart(
            f"缺少中文字体 {FONT}，无法生成通知单和报表；请运行 uv sync --frozen --reinstall-package mplfonts。"
        )
    return folder


def take_port(host: str, port: int) -> socket.socket:
    """Take the port; nobody is answered before `answer`, so a visitor is refused rather than kept waiting.

    :raises CannotStart: somebody answers on it, or the address is not ours
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise CannotStart(f"监听地址 {host} 无法识别，请检查 HOST。") from None
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise CannotStart(_why_not(error, host, port)) from None
    return taken


def answer(taken: socket.socket) -> None:
    """Begin to answer on a taken port.

    :raises CannotStart: somebody else began first
    """
    try:
        taken.listen(2048)
    except OSError as error:
        host, port = taken.getsockname()[:2]
        raise CannotStart(_why_not(error, host, port)) from None


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用；请停止占用它的程序，或用 PORT 指定另一个端口，例如：PORT=8080 make run。"
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}；请用 PORT 指定 1024 以上的端口。"
    return f"无法监听 {host} 的端口 {port}（{why(error)}）；请检查 HOST 和 PORT。"


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Give what https is served with: TLS 1.2 and 1.3, forward secrecy, authenticated ciphers; none without it.

    :raises CannotStart: certificate or key cannot be read, is no PEM, or they do not belong together
    """
    cert, key = settings.tls_cert, settings.tls_key
    if cert is None or key is None:
        return None
    if "-----BEGIN CERTIFICATE-----" not in _read("TLS_CERT", cert):
        raise CannotStart(f"TLS_CERT 指定的 {cert} 不是 PEM 格式的证书。")
    secret = _read("TLS_KEY", key)
    if "PRIVATE KEY-----" not in secret:
        raise CannotStart(f"TLS_KEY 指定的 {key} 不是 PEM 格式的私钥。")
    if "ENCRYPTED" in secret:
        raise CannotStart(f"TLS_KEY 指定的 {key} 设有口令；请换成不带口令的私钥，只让运行本系统的用户可读。")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise CannotStart(f"TLS_KEY 指定的私钥与 TLS_CERT 指定的证书不匹配：{key}，{cert}。") from None
        raise CannotStart(f"TLS_CERT 或 TLS_KEY 的内容已损坏，无法使用：{cert}，{key}。") from None
    return context


def _read(name: str, path: Path) -> str:
    """Read a file that a setting names, as far as it is text."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise CannotStart(f"{name} 指定的文件 {path} 无法读取（{why(error)}）。") from None


def sign_on(settings: Settings) -> None:
    """Make sure that the files of the sign-in by certificate can be read.

    :raises CannotStart: one cannot, or holds something else
    """
    from integrations.sm2_ukey.config import Config  # noqa: PLC0415 - only where it is set up

    authorities, revoked = settings.sign_on_sm2_ca, settings.sign_on_sm2_crl
    if authorities is None:
        return
    for name, path, asked in (
        ("SIGN_ON_SM2_CA", authorities, None),
        *((("SIGN_ON_SM2_CRL", revoked, revoked),) if revoked else ()),
    ):
        try:
            Config.read(authorities, asked, settings.sign_on_sm2_service)
        except OSError as error:
            raise CannotStart(f"{name} 指定的文件 {path} 无法读取（{why(error)}）。") from None
        except ValueError:
            kind = "吊销列表" if asked else "证书"
            raise CannotStart(f"{name} 指定的文件 {path} 中没有可用的{kind}，应为 PEM 或 DER 格式。") from None


def redis(url: str) -> None:
    """Make sure that the Redis answers; without one nothing is asked.

    :raises CannotStart: it cannot be reached, or refuses us
    """
    if not url:
        return
    from redis import Redis  # noqa: PLC0415 - only where one is named
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.exceptions import AuthenticationError, RedisError  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    once: Any = {
        "socket_connect_timeout": REDIS_SECONDS,
        "socket_timeout": REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    shown = urlsplit(url).netloc.rpartition("@")[2]
    try:
        with Redis.from_url(url, **once) as asked:
            asked.ping()
    except AuthenticationError:
        raise CannotStart(f"REDIS_URL 指定的 Redis（{shown}）不接受其中的用户名或密码。") from None
    except (RedisError, OSError, ValueError):
        raise CannotStart(f"无法连接 REDIS_URL 指定的 Redis（{shown}）；请检查地址、端口以及它是否在运行。") from None
