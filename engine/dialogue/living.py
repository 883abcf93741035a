"""Which turns still count: what was undone, reset or only small talk would mislead the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.dialogue.grammar.library import sections
from engine.jobs import Act, Turn

QUESTIONS_PER_WISH = 2


def applied_after(applied: Sequence[str], act: Act, instruction: str | None) -> tuple[str, ...]:
    """The instructions that the picture has in it after a decision, given those before."""
    if act == "edit" and instruction:
        return (*applied, instruction)
    if act == "undo":
        return tuple(applied[: max(0, len(applied) - int(instruction or 1))])
    return () if act == "reset" else tuple(applied)


def _texts(replies: Iterable[str]) -> re.Pattern[str]:
    """Matches any of the replies; a slot stands for one word."""
    return re.compile("|".join(re.sub(r"\\{\w+\\}", r"\\S+", re.escape(reply)) for reply in replies))


_CONTROLS = sections("controls")
_RESET = _texts(_CONTROLS["reset"].replies)
_UNDO = _texts([*_CONTROLS["undo"].replies, *_CONTROLS["undo many"].replies])
_TALK = _texts(
    [
        *sections("vague")["never mind"].replies,
        *(
            reply
            for name, topic in _CONTROLS.items()
            for reply in topic.replies
            if name not in {"reset", "undo", "undo many"}
        ),
    ]
)


_REDONE = "here it is again."
"""What the bot says when an undo is taken back; nobody asks for that in words."""


def living(turns: Sequence[Turn]) -> list[Turn]:
    """The turns without small talk, without undone edits, and nothing from before a start over.

    A question and its answer belong to the edit that they led to: what undoes it takes them along, and redo
    brings them back.
    """
    wishes: list[list[Turn]] = []
    undone: list[list[list[Turn]]] = []
    under_way: list[Turn] = []
    for turn in turns:
        under_way.append(turn)
        if turn.speaker == "user":
            continue
        said = turn.text.strip().lower()
        if _RESET.fullmatch(said):
            undone.append(wishes)
            wishes = []
        elif _UNDO.fullmatch(said):
            count = re.search(r"\d+", said)
            kept = max(0, len(wishes) - int(count[0] if count else 1))
            undone.append(wishes[kept:])
            wishes = wishes[:kept]
        elif said == _REDONE:
            wishes += undone.pop() if undone else []
        elif not _TALK.fullmatch(said):
            if asks(turn):
                continue
            wishes.append(under_way)
            undone.clear()
        under_way = []
    return [*(turn for wish in wishes for turn in wish), *under_way]


def recent(turns: Sequence[Turn]) -> list[Turn]:
    """The wish that is still open, and the one finished before it.

    "More", "no, blue" and "the other one" speak of that one. Words of older ones get mixed into the new wish.
    """
    finished = [at for at, turn in enumerate(turns) if finishes(turn)]
    start = finished[-2] + 1 if len(finished) > 1 else 0
    return list(turns[start:])


def pertinent(turns: Sequence[Turn], applied: Sequence[str]) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """The turns that matter for the newest one, and the instructions applied before those turns."""
    kept = recent(living(turns))
    finished = any(map(finishes, kept))
    return tuple(kept), tuple(applied[:-1] if finished else applied)


def something_done(turns: Iterable[Turn], applied: Sequence[str]) -> bool:
    """Whether there is an edit that could be taken back, or spoken of."""
    return bool(applied) or any(map(finishes, turns))


def finishes(turn: Turn) -> bool:
    """Whether a turn of the bot answers a wish, so that nothing is open."""
    return turn.speaker == "bot" and not asks(turn)


def asks(turn: Turn) -> bool:
    """Whether a turn of the bot is a question, so that its wish is still open."""
    return turn.text.rstrip().endswith("?")
