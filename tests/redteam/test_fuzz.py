"""Generated requests at every operation of the description: never a fault of ours, never an answer not described."""

from __future__ import annotations

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
EXAMPLES = 8
SPARED = {"POST /api/v1/auth/token", "DELETE /api/v1/auth/token"}
"""They lock accounts or give the token back; test_http.py sends them nonsense."""
SPARED |= {label for label in OPERATIONS if "/api/v1/auth/" in label}


@pytest.mark.parametrize("label", sorted(set(OPERATIONS) - SPARED))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_every_operation_keeps_to_its_description(target: Target, label: str, mode: GenerationMode) -> None:
    operation, token = OPERATIONS[label], target.honest().headers["Authorization"]
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
        return

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
        if any(f"%{sign:02X}" in case.formatted_path for sign in range(32)):
            assert answer.status_code == 404  # the outermost router knows no such address, and says so in two words
            return
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert_quiet(answer.text)

    attack()
