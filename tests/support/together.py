"""Which tests one worker keeps together."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

# Rooms whose tests share something dear, one served product or one world of accounts, by the name they share it under.
SHARED = {"tests/journeys": "served", "tests/redteam": "served", "tests/leaks": "leaks"}


class Together(LoadScopeScheduling):
    """Keep the tests of a file in one worker, and the files of a room that shares something dear.

    `--dist loadgroup` would say the same by marks, but xdist 3.8 notes its groups in `Item._nodeid`, which pytest 9.2
    no longer reads: every test would go by itself, with the fixtures of its module made again in each worker.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return SHARED.get(file.rpartition("/")[0], file)
