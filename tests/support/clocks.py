"""Much to do for the clock: one running deadline, thousands of times."""

from __future__ import annotations

OVERDUE = """
    INSERT INTO deadline
    SELECT (json_populate_record(one, json_build_object(
        'id', gen_random_uuid(), 'paused_at', NULL,
        'yellow_at', CAST({at} AS timestamptz) - interval '2 hours',
        'red_at', CAST({at} AS timestamptz) - interval '1 hour'
    ))).*
    FROM deadline AS one, generate_series(1, 3000)
    WHERE one.id = (SELECT id FROM deadline WHERE stopped_at IS NULL ORDER BY id LIMIT 1)
"""
"""Three thousand clocks that passed yellow and red at a moment, so six thousand breaches."""
EACH = 6000
