"""What the model reads and writes as text, and how a conversation is cut to the positions that it has.

A reply is "ask: which colour?", "edit: make it blue", "edit: make it blue | you named no colour, so i ...",
"undo: 2 | okay, ...", "reset: ..." or "chat: ...". An edit's summary is written only where it says more than
the instruction in the past tense. Everything is lower case for the model: SHOUTING then needs no learning,
and words copy exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import get_args

from engine.dialogue.summary import said_back
from engine.jobs import Act, Turn

ACTS: tuple[Act, ...] = get_args(Act)
POSITIONS = 128
REPLY_TOKENS = 64
SEPARATOR = " | "
NO_QUESTIONS = "no questions"
"""First line of the context when the model may not ask any more."""
_APPLIED_KEPT = 3


WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
"""A word, with what an apostrophe or a hyphen joins to it."""


def normal(text: str) -> str:
    """Lower case, straight quotes, single spaces."""
    text = text.lower().translate(str.maketrans("“”„’‘`´", "\"\"\"''''"))
    return re.sub(r"\s+", " ", text).strip()


def parts(turns: Sequence[Turn], applied: Sequence[str], may_ask: bool) -> tuple[list[str], list[str]]:
    """The head (settings, applied instructions) and the turns, each one line of text."""
    head = [] if may_ask else [NO_QUESTIONS]
    if applied:
        head.append("done: " + "; ".join(normal(instruction) for instruction in applied[-_APPLIED_KEPT:]))
    return head, [f"{turn.speaker}: {normal(turn.text)}" for turn in turns]


def context(
    turns: Sequence[Turn],
    applied: Sequence[str],
    may_ask: bool,
    length: Callable[[str], int],
    limit: int = POSITIONS,
) -> str:
    """The model's input in at most `limit` tokens as counted by `length`.

    Whole turns go first, the oldest before the newer; then the applied instructions; a newest turn that
    alone is too long keeps its end, cut at a sentence or word: people tell the story first, the wish last.
    """
    head, lines = parts(turns, applied, may_ask)
    while len(lines) > 1 and length("\n".join([*head, *lines])) > limit:
        del lines[0]
    if length("\n".join([*head, *lines])) > limit:
        head = head[:1] if not may_ask else []
    if length("\n".join([*head, *lines])) > limit:
        lines = [_shortened(lines[0], lambda line: length("\n".join([*head, line])) <= limit)]
    return "\n".join([*head, *lines])


def _shortened(line: str, fits: Callable[[str], bool]) -> str:
    speaker, _, text = line.partition(": ")
    words = text.split(" ")
    low, high = 0, len(words)
    while low < high:  # the longest tail of words that fits
        middle = (low + high) // 2
        if fits(f"{speaker}: {' '.join(words[middle:])}"):
            high = middle
        else:
            low = middle + 1
    tail = " ".join(words[low:])
    if not tail:  # one word longer than the model: keep its beginning
        tail = text
        while not fits(f"{speaker}: {tail}"):
            tail = tail[: len(tail) // 2]
    sentence = re.search(r"(?<=[.!?]) (?=\S+ \S+)", tail)
    if sentence and sentence.end() < len(tail) // 3:
        tail = tail[sentence.end() :]
    return f"{speaker}: {tail}"


def target(act: Act, reply: str, instruction: str | None) -> str:
    """The text that the model learns to write."""
    said = normal(reply)
    if instruction and act == "edit" and said == normal(said_back(normal(instruction))):
        return f"{act}: {normal(instruction)}"
    return f"{act}: {normal(instruction)}{SEPARATOR}{said}" if instruction else f"{act}: {said}"


def read_reply(text: str) -> tuple[Act, str | None, str]:
    """Take a reply apart: act, instruction or None, what the user reads. Raises ValueError if it is none."""
    act, colon, rest = text.strip().partition(":")
    if not colon or act.strip() not in ACTS:
        raise ValueError(f"not a reply: {text!r}")
    rest = rest.strip()
    instruction, bar, said = rest.partition(SEPARATOR.strip())
    kind: Act = act.strip()  # type: ignore[assignment]
    if kind == "edit" or bar:
        instruction, said = instruction.strip(), said.strip()
        return kind, instruction or None, said or (said_back(instruction) if instruction else "")
    return kind, None, rest
