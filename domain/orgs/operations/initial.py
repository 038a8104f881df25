"""Initial passwords: random, told once, to be changed at the first sign-in."""

from __future__ import annotations

import secrets

_KINDS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "-_+=@#")
"""Without the signs that look alike on paper: they are copied by hand."""
LENGTH = 16


def initial_password(login: str = "") -> str:
    """Make a random password that holds every kind of character and not, by chance, the login."""
    made = _random()
    while login and login.lower() in made.lower():
        made = _random()
    return made


def _random() -> str:
    signs = [secrets.choice(kind) for kind in _KINDS]
    signs += [secrets.choice("".join(_KINDS[:3])) for _ in range(LENGTH - len(signs))]
    secrets.SystemRandom().shuffle(signs)
    # A sign at either end is lost when the word is copied by a double click.
    while signs[0] in _KINDS[3] or signs[-1] in _KINDS[3]:
        secrets.SystemRandom().shuffle(signs)
    return "".join(signs)
