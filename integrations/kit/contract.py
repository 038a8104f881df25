"""What a failed delivery means: try again later, or stop."""

from __future__ import annotations


class Retry(Exception):
    """The other system did not take it now; the same may succeed later.

    The message is stored with the delivery: it must hold no personal data.
    """


class Rejected(Exception):
    """The other system will never take it as it is; a person has to look.

    The message is stored with the delivery: it must hold no personal data.
    """
