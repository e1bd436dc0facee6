"""Every operation of both documents, fuzzed: all of schemathesis's checks, and nothing found.

In `make test` a short run with a fixed seed; ``make fuzz EXAMPLES=200 SEED=7 DB=postgresql``
looks longer, elsewhere.
"""

import os
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import from_schema
from schemathesis.engine.events import (
    EngineEvent,
    FatalError,
    NonFatalError,
    ScenarioFinished,
)
from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase
from schemathesis.generation.modes import GenerationMode
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER, HookContext
from tests.api.fuzzing import Target

from narae.api.catalogue import OPERATIONS
from narae.api.operation import Operation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(os.environ.get("FUZZ_SECONDS", "300")))]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
SHARE = int(os.environ.get("FUZZ_SHARE", "4"))
"""Of so many operations, every corner of one is looked at; of which, the seed says."""
SEED = int(os.environ.get("FUZZ_SEED", "1"))
DATABASE = os.environ.get("FUZZ_DB", "sqlite")

RULES = {
    "a part of the body repeats the path, or is left out": (
        r"is not .*: (a key|an id) can't be changed|and can't be changed|keeps its name"
        r"|is not (the DAG|that) of the path|say it with each item|say of which DAG"
    ),
    "what goes on or is referred to has to be there": (
        r"the cursor |no continuation token|there is no (role|action|resource|permission)"
        r"|unknown time zone|^scope: "
    ),
    "a mask names fields that the body has": r"^update_mask: .* is (not in the body|no field that)",
    "two fields exclude or need one another": (
        r"one of them at most|exactly one of|choose only_new|go together|has both ends"
        r"|is not the execution_date|name a run by|say which runs|say a new_state"
        r"|a run or dates, not both|together with its DAG|over \d+ days before|don't go together"
        r"|is before data_interval_start"
    ),
    "backfills are of DAGs with a schedule": (
        r"no schedule that a backfill could follow|ends before it starts|a shorter range"
        r"|can't be run backwards"
    ),
    "time passes": r"that moment is past",
    "what is not built yet may only be left out": r"have no partitions yet",
    "settings say what passwords and run ids look like": (
        r"characters, \d+ are needed|it has to match \^"
    ),
    "some things are for nobody to change": (
        r"^(name|pool_name|description|slots): .*default_pool|there is no other place that shows"
    ),
    "years of four digits, and room for time zones": r"between the years|not within 1900 and",
    "JSON Schema calls 3.0 an integer; here it is written 3": r"Expected `int[^`]*`, got `float`",
    "PostgreSQL stores no NUL": r"a NUL character can't be stored",
    "names can be read": r"characters that can be seen",
}
"""Why a request may be refused that the document allows: what JSON Schema can't say."""

ACCEPTED = ("2xx", "3xx", "400", "401", "403", "404", "409", "422", "429", "5xx")
"""400 and 422 are looked at by ``refused_by_a_rule``."""
KEY = "Idempotency-Key"


@schemathesis.check
def refused_by_a_rule(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What the document allows is refused by one of the rules only."""
    del ctx
    if response.status_code not in {400, 422} or case.meta is None:
        return
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        words = response.json()["detail"]
        assert any(re.search(rule, words, re.DOTALL) for rule in RULES.values()), words


@schemathesis.check
def names_a_field_of_the_request(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """The field that a problem names is one that the document knows."""
    del ctx
    if response.headers.get("content-type") != ["application/problem+json"]:
        return
    field = response.json().get("field")
    known = {each.name for each in case.operation.iter_parameters()} | {"body", *_properties(case)}
    extra = {*(case.query or {}), *(case.body if isinstance(case.body, dict) else {})}
    assert field is None or re.split(r"[.\[]", field)[0] in known or field in extra, field


def _properties(case: Case[Any]) -> set[str]:
    """Of the body and of what is in it."""
    raw = case.operation.schema.raw_schema
    described = raw["paths"][case.operation.path][case.operation.method].get("requestBody", {})
    schemas, waiting = raw["components"]["schemas"], [described]
    found: set[str] = set()
    while waiting:
        schema = waiting.pop()
        for name in re.findall(r"#/components/schemas/([^'\"]+)", repr(schema)):
            if not found >= (fields := schemas[name].get("properties", {}).keys()):
                found |= fields
                waiting.append(schemas[name])
    return found


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    url = request.getfixturevalue("empty_postgres") if DATABASE == "postgresql" else None
    made = Target(tmp_path, url)
    yield made
    made.close()


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_found(target: Target, name: str) -> None:
    schemathesis.hook("before_call")(_before_call(target))
    config = SchemathesisConfig.from_dict(_config(name, target))
    headers = {"Authorization": f"Bearer {target.token}"}
    schema = schemathesis.openapi.from_asgi(
        f"/api/{name}/openapi.json", target.app, config=config, headers=headers
    )
    asked = 0
    found: dict[str, str] = {}
    for event in from_schema(schema).execute():
        found |= _findings(event)
        asked += len(event.recorder.interactions) if isinstance(event, ScenarioFinished) else 0
    assert not found, f"{len(found)} findings with seed {SEED}:\n\n" + "\n\n".join(found.values())
    assert asked > 10 * len(OPERATIONS[name])


@pytest.fixture(autouse=True)
def _no_hooks_stay() -> Iterator[None]:
    yield
    GLOBAL_HOOK_DISPATCHER.unregister_all()


def _before_call(target: Target) -> Callable[[HookContext, Case[Any], dict[str, Any]], None]:
    """Puts the deployment back when another operation's turn comes; no key comes twice."""
    label = ""
    numbers = count()

    def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
        nonlocal label
        del context, kwargs
        if case.meta is None:
            return
        if case.operation.label != label and case.meta.phase.name is not TestPhase.STATEFUL:
            target.restore()
        label = case.operation.label
        if case.meta.generation.mode is GenerationMode.POSITIVE and case.headers.get(KEY):
            case.headers[KEY] = f"{next(numbers)}-{case.headers[KEY]}"[:200]

    return before_call


def _findings(event: EngineEvent) -> dict[str, str]:
    """By operation and kind, what an event says was wrong, with the request to send again."""
    if isinstance(event, FatalError | NonFatalError):
        error = event.exception if isinstance(event, FatalError) else event.value
        return {f"error {error!r}": repr(error)}
    if not isinstance(event, ScenarioFinished):
        return {}
    found = {}
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                label = event.recorder.cases[case_id].value.operation.label
                answer = event.recorder.interactions[case_id].response
                words = (label, check.name, failure.message, check.failure_info.code_sample)
                shown = [*words, answer.text[:500] if answer else ""]
                found[f"{label} {check.name} {failure.message}"] = "\n  ".join(shown)
    return found


def _config(name: str, target: Target) -> dict[str, Any]:
    words = target.words()
    generation = {"max-examples": EXAMPLES, "no-shrink": True, "database": "none"}
    scenarios = {"max-examples": max(5, EXAMPLES), "no-shrink": True, "database": "none"}
    operations = [_of_operation(each, n) for n, each in enumerate(OPERATIONS[name])]
    return {
        "seed": SEED,
        "headers": {"Authorization": f"Bearer {target.token}"},
        "continue-on-failure": True,
        "generation": generation,
        "phases": {"stateful": {"generation": scenarios}},
        "checks": {"positive_data_acceptance": {"expected-statuses": list(ACCEPTED)}},
        "dictionaries": {each: {"values": values} for each, values in words.items()},
        "parameters": {f"path.{each}": {"dictionary": each, "probability": 0.9} for each in words},
        "operations": operations,
        "suppress-health-check": ["all"],
        "output": {"sanitization": {"enabled": False}, "truncation": {"enabled": False}},
    }


def _of_operation(operation: Operation, number: int) -> dict[str, Any]:
    """501 and 503 where the document says that they come; in short runs, not every corner."""
    known = [str(status) for status in operation.errors if status >= 500]
    expected = {"expected-statuses": ["2xx", "3xx", "4xx", *known]}
    return {
        "include-operation-id": [operation.id],
        "checks": {"not_a_server_error": expected},
        "phases": {"coverage": {"enabled": number % SHARE == SEED % SHARE}},
    }
