"""Which short message provider the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.launch.errors import CannotStart
from integrations.sms_outbox.adapter import OutboxProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.settings import Settings
    from integrations.kit.sms import SmsProvider

DEMO = "outbox"
PROVIDERS: dict[str, Callable[[], SmsProvider]] = {DEMO: OutboxProvider}


def provider(settings: Settings) -> SmsProvider | None:
    """Make the provider that SMS_PROVIDER names; none when no messages are sent.

    What the demo's provider takes goes to nobody: outside the demo it would be a promise that is not kept.

    :raises CannotStart: there is no such provider, or it is the demo's and this is none
    """
    name = settings.sms
    if not name:
        return None
    if name not in PROVIDERS:
        real = "、".join(sorted(PROVIDERS.keys() - {DEMO}))
        offered = f"可用的有：{real}" if real else "本版本不带短信通道，请留空，留空即不发送短信"
        raise CannotStart(f"SMS_PROVIDER 没有这个短信通道；{offered}。")
    if name == DEMO and not settings.demo:
        raise CannotStart(
            f"SMS_PROVIDER 的 {DEMO} 只用于演示模式（DEMO=1），不向任何手机发送短信；请留空，留空即不发送短信。"
        )
    return PROVIDERS[name]()
