"""Whose an export is, and whether its person still sees what it holds."""

from __future__ import annotations

import hashlib
import json

from domain.exports import rules
from domain.exports.models import ExportJob
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotPermitted
from domain.people.policy import Overrides


def require(actor: Actor) -> None:
    """Refuse who may not export cases.

    :raises NotPermitted: a right is lacking
    """
    actor.require(Permission.CASE_EXPORT)
    actor.require(Permission.CASE_VIEW)


def seen_as(actor: Actor, overrides: Overrides) -> str:
    """Mark what a person sees, and how persons are shown to them: rows read under one mark are read alike."""
    sees = [
        str(actor.account_id), str(actor.stands_for), sorted(actor.roles), [right for right in Permission if actor.may(right)], actor.reach,
        sorted(map(str, actor.unit_ids)), actor.area_path, actor.level, sorted(map(str, overrides.items())),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(sees).encode()).hexdigest()


def require_same(actor: Actor | None, job: ExportJob, overrides: Overrides) -> Actor:
    """Give the person of a job, who still may and sees as when it was asked for.

    :raises NotPermitted: the account is disabled, a right was lost, or another reach holds
    """
    if actor is None:
        raise NotPermitted(rules.CHANGED)
    require(actor)
    if seen_as(actor, overrides) != job.seen_as:
        raise NotPermitted(rules.CHANGED)
    return actor
