"""The errors that end a command, and the system's reasons in words."""

from __future__ import annotations

import errno
import os

_REASONS = {
    errno.ENOENT: "文件或目录不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EEXIST: "已有同名的文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EISDIR: "是目录，不是文件",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "文件系统只读",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "名字过长",
    errno.ELOOP: "符号链接成环",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "打开的文件过多",
    errno.ECONNREFUSED: "对方拒绝连接",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "无法到达对方",
    errno.ENETUNREACH: "网络不通",
    errno.EADDRNOTAVAIL: "不是本机的地址",
}


class CannotStart(Exception):
    """The product cannot start; `message` tells the person at the terminal why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Stopped(BaseException):
    """Somebody asked the process to end; not an error, so nothing catches it but the way out."""


class Unfinished(Exception):
    """Some of a command's work failed; the message is for the operator."""


def why(error: OSError) -> str:
    """Give the system's reason in words; one without a word of ours as the system says it."""
    if error.errno is None:
        return str(error) or type(error).__name__
    return _REASONS.get(error.errno) or os.strerror(error.errno)
