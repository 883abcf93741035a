"""Other words for what the model learnt in one form: nobody likes the same line all day."""

from __future__ import annotations

from engine.dialogue.casing import sentences
from engine.dialogue.grammar.library import Section, sections


def _interchangeable() -> dict[str, list[str]]:
    """Every standard reply without slots as the person reads it, and what may stand for it."""
    topics: list[Section] = [*sections("controls").values(), sections("vague")["never mind"]]
    groups = [[sentences(reply) for reply in topic.replies] for topic in topics]
    return {replies[0]: replies for replies in groups if "{" not in replies[0]}


_INTERCHANGEABLE = _interchangeable()
_STANDARD = {
    question: gap.replies[0]
    for gap in sections("vague").values()
    for question in gap.replies[1:]
    if "{" not in question
}


def varied(reply: str, turns: int) -> str:
    """A reply of the same meaning, picked by the conversation's length: the next one is another.

    What is no standard reply stays as it is.
    """
    same = _INTERCHANGEABLE.get(reply)
    return reply if same is None else same[turns // 2 % len(same)]


def standard_question(question: str) -> str:
    """A question in its first wording, which names what it is about, whichever of them the model wrote."""
    return _STANDARD.get(question, question)
