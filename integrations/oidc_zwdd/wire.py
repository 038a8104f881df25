"""The messages of OpenID Connect, as far as they are used here."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Discovery(BaseModel):
    """Where the platform's doors are (OpenID Connect Discovery 1.0, 4.2)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Tokens(BaseModel):
    """What the platform gives for a code (OpenID Connect Core 1.0, 3.1.3.3); the rest is not used."""

    id_token: str = Field(repr=False)


class Kept(BaseModel):
    """What an answer is checked against: of one sign-in, kept secret."""

    state: str = Field(repr=False)
    nonce: str = Field(repr=False)
    verifier: str = Field(repr=False)
