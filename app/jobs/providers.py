"""Which short message provider a setting names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.launch.errors import CannotStart
from integrations.sms_outbox.adapter import OutboxProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from integrations.kit.sms import SmsProvider

PROVIDERS: dict[str, Callable[[], SmsProvider]] = {"outbox": OutboxProvider}


def provider(name: str) -> SmsProvider | None:
    """Make the provider that SMS_PROVIDER names; none when no messages are sent.

    :raises CannotStart: there is no such provider
    """
    if not name:
        return None
    if name not in PROVIDERS:
        raise CannotStart(f"SMS_PROVIDER 没有这个短信通道，可用的有：{'、'.join(PROVIDERS)}。")
    return PROVIDERS[name]()
