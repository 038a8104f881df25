"""Expected answers of "no", each worded for the person who reads it."""

from __future__ import annotations

from collections.abc import Mapping

OWN_SENTENCE = "own_sentence"
"""The type of a validation error whose message is already the sentence for the person."""


class Refusal(Exception):
    """Say no with a Chinese sentence, a stable code and, for input, the fields.

    `fields` maps a field's name to its own sentence.
    """

    code = "refused"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: dict[str, str] = dict(fields or {})


class NotSignedIn(Refusal):
    code = "not_signed_in"


class BadCredentials(Refusal):
    code = "bad_credentials"


class OtpRequired(Refusal):
    """The password is right; the code of the second factor is missing."""

    code = "otp_required"


class Locked(Refusal):
    code = "locked"


class NotPermitted(Refusal):
    code = "not_permitted"


class NotFound(Refusal):
    code = "not_found"


class ActionNotAllowed(Refusal):
    """The step does not start at the present status, or its guard does not hold."""

    code = "action_not_allowed"


class ChangedMeanwhile(Refusal):
    code = "changed_meanwhile"


class Invalid(Refusal):
    """The input cannot be taken; `fields` names what to mend."""

    code = "invalid"

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Invalid:
        """Word one refusal out of several field sentences."""
        return cls("；".join(fields.values()), fields=fields)


class TooLarge(Refusal):
    code = "too_large"


class UnsupportedMedia(Refusal):
    code = "unsupported_media"


class TooMany(Refusal):
    code = "too_many_requests"
