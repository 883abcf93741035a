"""A completion has the library's own form, and what hasn't is turned down by name."""

from __future__ import annotations

import random

import pytest

from engine.dialogue.building.drafts import Rejected
from engine.dialogue.building.prompt import (
    EXAMPLES,
    dialogue_prompt,
    instruction_prompt,
    read_dialogue,
    read_instruction,
)
from engine.dialogue.written.instructions import instructions
from engine.dialogue.written.reader import library

GOOD = "user: make the dog blue\nedit: make the dog blue\nuser: no\nundo"


def test_the_prompt_has_the_papers_parts() -> None:
    prompt = dialogue_prompt("a red boat", library(), EXAMPLES, random.Random(3))
    assert len(prompt.examples) == len(set(prompt.examples)) == 20
    assert prompt.question == "caption: a red boat"
    assert prompt == dialogue_prompt("a red boat", library(), EXAMPLES, random.Random(3))
    assert prompt != dialogue_prompt("a red boat", library(), EXAMPLES, random.Random(4))


def test_every_hand_written_dialogue_is_read_back_from_its_own_example() -> None:
    for written in library():
        prompt = dialogue_prompt("x", [written], 1, random.Random(0))
        ((question, answer),) = prompt.examples
        assert question == f"caption: {written.caption}"
        assert read_dialogue(answer, written.caption, written.source) == written.worded()


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"caption: a dog\n{GOOD}",
        f"```\n{GOOD}\n```",
        f"{GOOD}\n\nI hope this helps!",
        f"{GOOD}\ncaption: a cat\nuser: hm",
        "- **User:** make the dog blue\n- **Edit:** make the dog blue\n- **User:** no\n- **Undo**",
    ],
)
def test_decoration_is_forgiven(text: str) -> None:
    written = read_dialogue(text, "a dog", "tiny")
    assert written.caption == "a dog"
    assert [f"{kind}: {text}" if text else kind for kind, text in written.lines] == GOOD.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I'm sorry, I can't do that.",
        "user: make it blue",
        "edit: make it blue\nuser: make it blue",
        "user: hi\nuser: make it blue\nedit: make it blue",
        "user: make it blue\nbot: okay",
        "user: make it blue\nedit:",
        "user: how are you?\nchat: fine, thank you",
        "user: make {the=the dog} blue\nedit: make {the=the dog} blue",
    ],
)
def test_what_is_no_dialogue_is_turned_down(text: str) -> None:
    with pytest.raises(Rejected, match="not in the form"):
        read_dialogue(text, "a dog", "tiny")


def test_a_dialogue_that_was_cut_off_counts_only_if_it_had_ended() -> None:
    with pytest.raises(Rejected, match="cut off"):
        read_dialogue(GOOD, "a dog", "tiny", cut_off=True)
    assert read_dialogue(f"{GOOD}\n\ncaption: a c", "a dog", "tiny", cut_off=True).lines


def test_instructions_are_read_back_from_their_own_examples() -> None:
    known = instructions()
    prompt = instruction_prompt("a red boat", known, EXAMPLES, random.Random(3))
    assert len(prompt.examples) == 20 and prompt.question == "caption: a red boat"
    for question, answer in prompt.examples:
        assert read_instruction(answer, question.removeprefix("caption: ")) in known


@pytest.mark.parametrize("text", ["", "instruction: make it blue", "after: a blue dog", "make it blue: now"])
def test_what_is_no_instruction_is_turned_down(text: str) -> None:
    with pytest.raises(Rejected, match="not in the form"):
        read_instruction(text, "a dog")
