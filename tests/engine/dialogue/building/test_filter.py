"""Nothing enters the data set that the model may not write, can't read, or is to be examined on."""

from __future__ import annotations

import random

import pytest

from engine.dialogue.building.completers import draft
from engine.dialogue.building.drafts import Draft, Rejected
from engine.dialogue.building.filter import Admitted, check, invented, own_turns
from engine.dialogue.building.instructions import check as check_instruction
from engine.dialogue.building.noise import typed
from engine.dialogue.building.prompt import read_dialogue
from engine.dialogue.written.instructions import Instruction
from engine.dialogue.written.reader import library


def made(text: str) -> Draft:
    return draft(read_dialogue(text, "a dog", "tiny").filled(), "completed", random.Random(0))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("user: make the dog a cat\nedit: make the dog a tiger", "not grounded"),
        ("user: paint the dog\nask: Which colour?\nuser: red\nedit: paint the dog pink", "not grounded"),
        (f"user: {'the dog ' * 80}\nedit: make the dog bigger", "too long"),
        (f"user: the dog\nask: {'which dog ' * 80}?", "too long"),
    ],
)
def test_a_bad_dialogue_is_turned_down(text: str, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        check(made(text))


def test_words_from_earlier_turns_questions_and_the_closed_list_are_grounded() -> None:
    asked = "user: the dog\nask: {}\nuser: yes\nedit: turn the dog into a tiger"
    named, unnamed = (
        made(asked.format(question)) for question in ("Should the dog become a tiger?", "Should it change?")
    )
    check(named)
    assert [invented(each) for each in named.examples] == [set(), set()]
    assert [invented(each) for each in unnamed.examples] == [set(), {"tiger"}]


def admitted(*texts: str) -> Admitted:
    found = Admitted()
    for text in texts:
        each = made(text)
        found.admit(each.key, own_turns(each), "train")
    return found


WISH = "paint the old fence by the lake bright red"


@pytest.mark.parametrize(
    ("said", "reason"),
    [("Paint  the old fence by the lake  bright red", "duplicate"), (f"{WISH} now", "near duplicate")],
)
def test_no_dialogue_stands_there_twice(said: str, reason: str) -> None:
    known, each = f"user: {WISH}\nedit: {WISH}", made(f"user: {said}\nedit: {WISH}")
    with pytest.raises(Rejected) as rejection:
        admitted(known).admit(each.key, own_turns(each), "train")
    assert rejection.value.reason == reason
    other = made(known.replace("fence", "gate").replace("lake", "road").replace("red", "green"))
    admitted(known).admit(other.key, own_turns(other), "train")


def test_a_longer_wish_belongs_to_one_split() -> None:
    known = admitted(f"user: {WISH}\nedit: {WISH}\nuser: thank you very much indeed\nchat: thanks")
    again = made(f"user: blur the sky\nedit: blur the sky\nuser: {WISH.title()}!\nedit: {WISH}")
    with pytest.raises(Rejected, match="said in another split"):
        known.admit(again.key, own_turns(again), "test")
    known.admit(again.key, own_turns(again), "train")


def test_short_wishes_and_small_talk_belong_to_all_splits() -> None:
    known = admitted(
        "user: make it night\nedit: make it night\nuser: thank you very much indeed\nchat: thanks"
    )
    other = made("user: make it night\nask: How dark?\nuser: thank you very much indeed\nchat: thanks")
    assert own_turns(other) == set()
    known.admit(other.key, own_turns(other), "test")
    with pytest.raises(Rejected, match=r"^duplicate$"):  # it was taken in
        known.admit(other.key, own_turns(other), "test")


def test_every_hand_written_dialogue_is_grounded_however_it_is_typed() -> None:
    for written in library():
        for seed in range(3):
            dialogue = typed(written.filled(), random.Random(seed))
            assert not [invented(example) for example in dialogue.examples() if invented(example)]


def test_typing_errors_are_seeded_and_leave_the_decisions_alone() -> None:
    dialogues = [written.filled() for written in library()[:60]]
    once, again, other = ([typed(each, random.Random(seed)) for each in dialogues] for seed in (1, 1, 2))
    assert once == again != other
    for clean, noisy in zip(dialogues, once, strict=True):
        assert [at.instruction for at in clean.exchanges] == [at.instruction for at in noisy.exchanges]
        assert [at.text for at in clean.exchanges] == [at.text for at in noisy.exchanges]
    said = [at.said for each in dialogues for at in each.exchanges]
    changed = [at.said for each in once for at in each.exchanges]
    assert 0.2 < sum(a != b for a, b in zip(said, changed, strict=True)) / len(said) < 0.8


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("A  red boat on a lake", "changes nothing"),
        ("three cats in a kitchen", "another picture"),
        ("a red boat " * 60, "too long"),
    ],
)
def test_a_bad_instruction_is_turned_down(after: str, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        check_instruction(Instruction("a red boat on a lake", "make it blue", after))
    check_instruction(Instruction("a red boat on a lake", "make it blue", "a blue boat on a lake"))
