"""What must be true before anything starts."""

from __future__ import annotations

import errno
import socket
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from app.launch.errors import CannotStart

FONT = "NotoSansCJKsc-Regular.otf"


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
            f"数据目录 {folder} 无法写入（{error.strerror}）。请检查目录权限或磁盘空间，或用 DATA_DIR 指定另一个目录。"
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
            f"缺少中文字体 {FONT}，无法生成通知单和报表。请运行 uv sync --frozen --reinstall-package mplfonts。"
        )
    return folder


def take_port(host: str, port: int) -> socket.socket:
    """Take the port; nobody is answered before `answer`, so a visitor is refused rather than kept waiting.

    :raises CannotStart: somebody answers on it, or the address is not ours
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
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
        return f"端口 {port} 已被占用。请停止占用它的程序，或用 PORT 指定另一个端口，例如：PORT=8080 make run。"
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}。请用 PORT 指定 1024 以上的端口。"
    return f"无法监听 {host} 的端口 {port}（{error.strerror}）。请检查 HOST 和 PORT。"
