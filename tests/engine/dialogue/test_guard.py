"""An instruction never holds a content word that nobody said, and none is asked when none may be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dialogue.context import normal
from engine.dialogue.copying import going_on
from engine.dialogue.evaluate import tokens
from engine.dialogue.grammar.closed import EDIT_WORDS
from engine.dialogue.grammar.replies import CHAT_WORDS, QUESTION_WORDS, SUMMARY_WORDS
from tests.engine.dialogue.tiny import job, random_model, tokenizer

ODD = [
    "swap",
    "the",
    "Zarquon",
    "for",
    "a",
    "feathered",
    "trilby",
    "o'keeffe's",
    "T-shirt",
    "50%",
    '"Grand',
    'Opening"',
]
WISH = st.lists(st.sampled_from(ODD) | st.text(max_size=12), min_size=1, max_size=14).map(" ".join)


def made_of(text: str, words: set[str]) -> bool:
    """Random weights write until they may no more, which may be within the last word."""
    *whole, last = tokens(text) or [""]
    return set(whole) <= words and any(word.startswith(last) for word in words)


@settings(deadline=None, max_examples=25)
@given(WISH, st.integers(0, 3), st.booleans())
def test_nothing_is_invented(wish: str, seed: int, may_ask: bool) -> None:
    decision = random_model(seed).decide(
        [
            job(
                "make the sofa green",
                "I made the sofa green.",
                wish,
                applied=("make the sofa green",),
                may_ask=may_ask,
            )
        ]
    )[0]
    said = set(tokens(normal(f"make the sofa green i made the sofa green {wish}")))
    said |= {word.removesuffix("'s") for word in said}
    closed = {"ask": QUESTION_WORDS, "edit": EDIT_WORDS | SUMMARY_WORDS}.get(decision.act, CHAT_WORDS)
    assert may_ask or decision.act != "ask"
    if decision.act == "edit":
        assert decision.instruction
        assert made_of(decision.instruction, said | EDIT_WORDS | {w for e in EDIT_WORDS for w in tokens(e)})
    elif decision.act != "undo":
        assert decision.instruction is None
    if decision.act in {"undo", "reset", "chat"}:
        assert made_of(decision.text, {w for word in closed for w in tokens(word)} | set("23456789"))


def spells(reply: str, *texts: str) -> bool:
    """Whether the guard lets a reply be written, token by token."""
    guard = random_model().guard.start(job(*texts))
    ids = tuple(tokenizer()(f"{reply}").input_ids)
    return all(ids[at] in guard.allowed(ids[:at]) for at in range(len(ids)))


def test_what_was_said_can_be_said_back() -> None:
    assert spells("edit: swap the gnu for a zebu", "swap the gnu for a Zebu!")
    assert spells('edit: add the text "grand opening"', 'put "Grand Opening" on it')
    assert spells("edit: make it o'keeffe's t-shirt", "O’Keeffe's T-shirt")
    assert spells("edit: make it blue | you named no colour, so i made it blue.", "another colour")
    assert spells("undo: 2 | done, i took back the last 2 changes.", "back two")


def test_what_was_not_said_can_not() -> None:
    assert not spells("edit: swap the gnu for a horse", "swap the gnu for a zebu")
    assert not spells("edit: add a hatter", "add a hat")
    assert not spells("edit:", "add a hat")
    assert not spells("undo: 7000", "back")


def test_a_long_reply_takes_no_longer_per_word() -> None:
    """Words that are both said and on a closed list must not double the guard's work each time."""
    guard = random_model().guard.start(job("make it " + "the " * 40))
    ids = tuple(tokenizer()("edit: make it " + "the " * 40).input_ids[:-1])
    for at in range(len(ids)):
        assert guard.allowed(ids[:at])
    assert max(map(len, guard._known.values())) < 20


def test_the_rest_of_a_phrase_is_found_where_it_was_said() -> None:
    said = [1, 2, 3, 9, 2, 3, 4]
    assert going_on(said, [2, 3]) == {9: 2, 4: 2}
    assert going_on(said, [7, 9, 2, 3]) == {4: 3}
    assert going_on(said, [8, 1]) == {2: 1}
    assert going_on(said, [4]) == {}
    assert going_on([], [1]) == going_on(said, []) == {}
