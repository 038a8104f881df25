"""One product per data folder: whoever works in it holds it.

The lock belongs to the open file. Processes that inherit it hold it too, so that a folder is free only when the last
of them has ended, whatever became of the one that took it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from app.launch.errors import CannotStart


@contextmanager
def hold(folder: Path) -> Generator[int]:
    """Hold the data folder, and give the descriptor to hand on; the system lets go when all that have it ended.

    :raises CannotStart: another process holds it
    """
    with (folder / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "未知"
            raise CannotStart(
                f"数据目录 {folder} 正被另一个进程使用（进程号 {owner}）；请先停止它，或用 DATA_DIR 指定另一个目录。"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file.fileno()


def is_held(folder: Path) -> bool:
    """Tell whether a process, the server as a rule, holds the data folder now."""
    try:
        with (folder / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
