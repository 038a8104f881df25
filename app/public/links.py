"""The address under which people outside reach this server."""

from __future__ import annotations

from app.settings import Settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound


def base_url(settings: Settings) -> str:
    """Give PUBLIC_URL, else the address that this server listens on, without a final slash."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = _EVERYWHERE.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
