"""The command line: `fengqiao …`. Each file holds the commands of one matter and one call each.

To add a command, write it in the file of its matter with `@app.command()`; a new matter is a new file with
a `typer.Typer` of its own and one line below.
"""

from __future__ import annotations

import sys
import traceback

import typer

from app.cli import accounts, audit, bench, common, demo, jobs, keeping, keys, retention, running
from app.launch.boot import Stopped
from app.launch.errors import CannotStart
from domain.kernel.refusals import Refusal

app = typer.Typer(
    help="枫桥：综治中心业务系统。", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
for matter in (running.app, demo.app, keeping.app, bench.app, jobs.app):
    app.registered_commands += matter.registered_commands
app.add_typer(accounts.users, name="user")
app.add_typer(accounts.units, name="unit")
app.add_typer(jobs.jobs, name="jobs")
app.add_typer(retention.retention, name="retention")
app.add_typer(keys.keys, name="keys")
app.add_typer(audit.audit, name="audit")


def main() -> None:
    """Run one command; what was expected to go wrong ends in one sentence and a code, not in a stack trace."""
    try:
        app()
    except CannotStart as refused:
        sys.exit(f"无法启动：{refused.message}")
    except Refusal as refused:
        sys.exit(refused.message)
    except common.Unfinished as left:
        sys.exit(str(left))
    except (Stopped, KeyboardInterrupt):
        sys.exit(130)
    except Exception as fault:  # noqa: BLE001 - nobody reads a stack trace for its last line
        traceback.print_exc()
        sys.exit(f"命令没有完成，程序出错：{type(fault).__name__}。请把以上内容交给系统维护人员。")
