"""Generated requests at every operation of the description: never a fault of ours, never an answer not described."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.build import build_api
from app.settings import Settings
from tests.redteam.wire import Target, assert_quiet

SCHEMA = schemathesis.openapi.from_dict(build_api(settings=Settings(_env_file=None)).openapi())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 20 if os.environ.get("SOAK") else 5
OWN_ACCOUNTS = {
    "DELETE /api/v1/auth/token": "gaj",
    "POST /api/v1/auth/password": "station",
    "POST /api/v1/auth/second-factor": "viewer",
    "POST /api/v1/auth/second-factor/confirm": "viewer",
}
"""Who is used up by operations that end a token, or lock an account after wrong answers; no other test needs them."""


def token_for(target: Target, label: str) -> str:
    """Give the token to ask with: an honest one, or for what uses tokens up one of its own."""
    if label not in OWN_ACCOUNTS:
        return target.honest().headers["Authorization"]
    given = {"account": OWN_ACCOUNTS[label], "password": target.password}
    answer = target.stranger().post("/api/v1/auth/token", json=given)
    assert answer.status_code in {200, 429}, answer.text  # 429: locked by the tries before, so only strangers ask
    return f"Bearer {answer.json().get('access_token', 'ended')}"


def test_nobody_else_needs_who_is_used_up() -> None:
    """The order of the files is not fixed: what one of them locks, another may find locked."""
    here = Path(__file__)
    for file in here.parent.glob("*.py"):
        if file != here:
            text = file.read_text(encoding="utf-8")
            assert not [login for login in OWN_ACCOUNTS.values() if f'"{login}"' in text], file.name


@pytest.mark.parametrize("label", sorted(OPERATIONS))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_every_operation_keeps_to_its_description(target: Target, label: str, mode: GenerationMode) -> None:
    operation = OPERATIONS[label]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
        return
    token = token_for(target, label)

    @seed(4)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(mode))
    def attack(case: schemathesis.Case) -> None:
        answer = case.call(base_url=target.url, headers={"Authorization": token}, timeout=20)
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert_quiet(answer.text)

    attack()
