"""A process such as the supervisor starts: it works, or does what `BEHAVES` names."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import SimpleNamespace
from typing import Any, cast

from app.launch import parent


def main() -> int:
    behaves = os.environ.get("BEHAVES", "")
    if behaves == "without the kernel":
        cast("Any", parent).ctypes = SimpleNamespace()
    own = parent.Parent.of(sys.argv[1:])
    if behaves == "refuses":
        own.say("没有钥匙。")
        return 1
    if behaves == "breaks":
        return 3
    if behaves == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    own.say(parent.READY)
    if behaves == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    while True:
        time.sleep(60 if behaves == "hangs" else 0.05)
        own.say(parent.ALIVE)


if __name__ == "__main__":
    sys.exit(main())
