"""Reflex's configuration; see docs/decisions for why each switch stands as it does."""

import reflex as rx

config = rx.Config(
    app_name="app",
    telemetry_enabled=False,
    cors_allowed_origins=(),  # no other site's page may read an answer; where sockets come from, app/api/edge.py checks
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    # What people type stays in memory (or, with REDIS_URL, in an own Redis: app/launch/server.py); Reflex's own choice
    # would write every page's state to the disk, in clear.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    plugins=[],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
