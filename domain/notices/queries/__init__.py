"""Reads of messages and notices: what waits, who is told of a step, who has a case open."""

# pyright: reportUnusedImport=false
from __future__ import annotations

from domain.notices.queries.bell import newest, old_notices, unread_count
from domain.notices.queries.messages import deliveries, old_messages, opened, recent
from domain.notices.queries.presence import others
from domain.notices.queries.telling import foretold_of, merged_into, told_of, will_tell
