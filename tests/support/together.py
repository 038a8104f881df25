"""Which tests one worker keeps together."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

# Rooms whose tests share something dear, one served product or one world of accounts, by the name they share it under.
SHARED = {"tests/journeys": "served", "tests/redteam": "served", "tests/leaks": "leaks"}

# What takes long though it is few tests, the dearest first: begun last, each would keep one worker busy alone at the end.
DEAR = (
    "served",
    "leaks",
    "tests/launch/test_commands.py",
    "tests/launch/test_own_county.py",
    "tests/launch/test_several.py",
    "tests/launch/test_processes.py",
    "tests/domain/cases/test_histories.py",
    "tests/launch/test_servers.py",
    "tests/app/api/test_concurrency.py",
    "tests/launch/test_upgrade.py",
    "tests/launch/test_rotation.py",
    "tests/launch/test_serve.py",
    "tests/app/test_crash.py",
    "tests/app/test_no_clear_text.py",
    "tests/launch/test_faults.py",
    "tests/domain/cases/test_todo.py",
    "tests/app/test_one_language.py",
    "tests/domain/cases/test_punctuation_of_records.py",
    "tests/state/test_guarded.py",
    "tests/demo/test_loading.py",
)


class Together(LoadScopeScheduling):
    """Keep the tests of a file in one worker, and the files of a room that shares something dear.

    `--dist loadgroup` would say the same by marks, but xdist 3.8 notes its groups in `Item._nodeid`, which pytest 9.2
    no longer reads: every test would go by itself, with the fixtures of its module made again in each worker.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return SHARED.get(file.rpartition("/")[0], file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        for scope in reversed(DEAR):
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)
