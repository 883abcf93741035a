"""An instruction is never half understood: a plan does all of it, exactly as expected, or there is none."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.editing.exact import Plan, plan

FILE = Path(__file__).with_name("router.jsonl")
LINES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
UNDERSTOOD = [line["instruction"] for line in LINES if line["operations"]]


def described(found: Plan | None) -> Any:
    """As in the file: names, numbers to three places, lists for tuples."""
    if found is None:
        return None
    values = [{"operation": type(each).__name__, **asdict(each)} for each in found.operations]  # type: ignore[call-overload]
    for each in values:
        each.pop("else_by", None)  # who looks at the picture is not read from the wish
    return rounded(json.loads(json.dumps(values)))


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def test_each_line_of_the_file_gets_exactly_its_operations() -> None:
    wrong = {
        line["instruction"]: (found, line["operations"])
        for line in LINES
        if (found := described(plan(line["instruction"]))) != rounded(line["operations"])
    }
    assert not wrong


def test_the_file_is_large_and_holds_many_refusals() -> None:
    assert len(LINES) >= 400
    assert sum(line["operations"] is None for line in LINES) >= 150
    assert len({line["instruction"] for line in LINES}) == len(LINES)


@settings(deadline=None)
@given(st.sampled_from(UNDERSTOOD), st.sampled_from(["add a hat", "make the dog red", "as a sketch", "zxqv"]))
def test_one_part_for_diffusion_sends_the_whole_there(known: str, unknown: str) -> None:
    assert plan(f"{known.rstrip('.')} and {unknown}") is None
    assert plan(f"{unknown}, then {known}") is None


@settings(deadline=None)
@given(st.sampled_from(UNDERSTOOD))
def test_courtesy_and_letter_case_change_nothing(instruction: str) -> None:
    if any(mark in instruction for mark in "\"'“") or any(word.isupper() for word in instruction.split()):
        return  # quoted and upper-case text is to be written as it stands
    expected = described(plan(instruction))
    assert described(plan(f"Please {instruction.rstrip('.')}, thanks!")) == expected
    assert described(plan(f"could you {instruction.rstrip('.')}, please?")) == expected


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_gets_a_plan_or_none_and_never_an_error(text: str) -> None:
    assert plan(text) is None or isinstance(plan(text), Plan)


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted({word for each in UNDERSTOOD for word in each.split()})), max_size=8))
def test_any_order_of_known_words_gets_a_plan_or_none_and_never_an_error(words: list[str]) -> None:
    found = plan(" ".join(words))
    assert found is None or found.summary.startswith("I ")


@pytest.mark.parametrize(
    ("instruction", "summary"),
    [
        ("make it a bit brighter", "I made it a bit brighter (+0.3 stops)."),
        ("make it 1 stop darker", "I made it much darker (−1 stop)."),
        ("rotate it and crop it square", "I turned it 90° clockwise and cropped it to a square."),
        (
            "lower the contrast by 20%, then flip it",
            "I lowered the contrast (−20 %) and flipped it horizontally.",
        ),
        ("sepia, 3 px orange border", "I gave it a sepia tone and put a 3 px orange border around it."),
        ("frame it in orange", "I put an orange border around it."),
        ("cut off the left third", "I cut off the left third."),
        ("trim 10% off the top and bottom", "I cut 10 % off the top and bottom."),
        ("write HI at the top left", "I wrote “HI” at the top left."),
        ("blur it a bit", "I blurred it a bit."),
        ("make it a bit cooler", "I made it a bit cooler."),
        ("resize it to 640x480", "I resized it to fit 640 × 480 pixels."),
    ],
)
def test_the_summary_is_one_correct_sentence(instruction: str, summary: str) -> None:
    found = plan(instruction)
    assert found is not None
    assert found.summary == summary
