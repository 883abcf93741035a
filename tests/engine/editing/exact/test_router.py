"""An instruction is never half understood: a plan does all of it, exactly as expected, or there is none."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from engine.editing.exact import Plan, plan

LINES = [
    json.loads(line)
    for line in Path(__file__).with_name("router.jsonl").read_text(encoding="utf-8").splitlines()
]


def described(found: Plan | None) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [{"operation": type(each).__name__, **asdict(each)} for each in found.operations]  # type: ignore[call-overload]


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return pytest.approx(value, abs=1e-3)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """Tuples as JSON has them."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("line", LINES, ids=[line["instruction"] for line in LINES])
def test_each_line_of_the_file_gets_exactly_its_operations(line: dict[str, Any]) -> None:
    assert plain(described(plan(line["instruction"]))) == rounded(line["operations"])
