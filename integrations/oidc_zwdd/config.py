"""What must be known of the identity platform."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Config:
    """The platform and how this product is registered there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    seconds: float = 8.0
    """How long an answer of the platform may take."""
