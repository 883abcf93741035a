"""No pattern ever leaves a bracket or a slot behind, and the guard allows what the grammar teaches."""

from __future__ import annotations

import random
import re

import pytest

from engine.dialogue.context import target
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import alternatives, fill, split_of
from engine.dialogue.grammar.speech import Speech
from engine.dialogue.grammar.words import Words
from engine.dialogue.stream import grammar_chunk
from engine.dialogue.summary import said_back
from engine.jobs import DialogueJob
from tests.engine.dialogue.tiny import random_model, tokenizer, words

LEFT_OVER = re.compile(r"[{}]|[(|]\w+\||  |<\w+>|\{\w+=")


@pytest.fixture(scope="module")
def examples():
    return grammar_chunk(words(), 11, 0)[:1500]


def test_nothing_is_left_over(examples) -> None:
    for example in examples:
        for text in (
            *(turn.text for turn in example.turns),
            example.reply,
            *example.applied,
            example.instruction or "",
        ):
            assert not LEFT_OVER.search(text), text


def test_every_act_and_every_gap_comes_up(examples) -> None:
    assert {example.act for example in examples} == {"ask", "edit", "undo", "reset", "chat"}
    gaps = {name for name, section in sections("vague").items() if section.default != ("", "")}
    assert gaps <= {tag for example in examples for tag in example.tags}


def test_most_targets_can_be_written_under_the_guard(examples) -> None:
    """A typing error in a word that must be copied is the one reason why a target may be out of reach."""
    out_of_reach = []
    for example in examples[:300]:
        job = DialogueJob("1", "ann", example.turns, example.applied, example.may_ask)
        guard = random_model().guard.start(job)
        text = target(example.act, example.reply, example.instruction)
        ids = tuple(tokenizer()(text).input_ids)
        if not all(ids[at] in guard.allowed(ids[:at]) for at in range(len(ids))):
            out_of_reach.append(text)
    assert len(out_of_reach) < 9, out_of_reach


def test_words_and_captions_are_disjoint_between_the_splits() -> None:
    lists = {"animals": [f"animal {chr(97 + i)}{chr(97 + j)}" for i in range(20) for j in range(20)]}
    captions = [f"a thing number {n} on a table" for n in range(300)]
    made = {split: Words(lists, captions, split) for split in ("train", "valid", "test")}
    for one, other in (("train", "valid"), ("train", "test"), ("valid", "test")):
        assert not set(made[one].nouns) & set(made[other].nouns)
        assert not set(made[one].captions) & set(made[other].captions)
    assert split_of("a") in made


def test_alternatives_nest_and_unbalanced_ones_are_refused() -> None:
    assert alternatives("(a (big|big)|a big) dog", random.Random(0)) == "a big dog"
    with pytest.raises(ValueError):
        alternatives("(a dog", random.Random(0))


def test_a_slot_that_brings_its_own_words_keeps_them() -> None:
    speech = Speech(words(), random.Random(0))
    bind = speech.bind()
    bind.values["the"] = "the sofa"
    said = speech.draw(["dye {the=her (long|short) hair} now"], bind)
    asked = fill("which colour should {the} be?", bind)
    assert (said, asked) in [
        (f"dye her {length} hair now", f"which colour should her {length} hair be?")
        for length in ("long", "short")
    ]


def test_an_instruction_is_said_back_in_the_past_and_to_the_other_person() -> None:
    assert said_back("make my hat red and add snow") == "i made your hat red and added snow."
    assert said_back("make it raining and add fog") == "i made it rain and added fog."
    assert said_back("as a pencil sketch") == "here it is, as a pencil sketch."
    assert said_back('write "turn and add" on it') == 'i wrote "turn and add" on it.'
    assert said_back("add bread and light beer") == "i added bread and light beer."
    assert said_back('write "be my wife" on my card') == 'i wrote "be my wife" on your card.'
