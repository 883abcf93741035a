"""Training dialogues from conversations of the bot whose owners allowed it.

Only the owner's own words and the model's decisions on them are taken, as the view `training_turns` of the
bot's database shows them; `engine.dialogue.anonymous` says what it removes, and what it can't be sure of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from engine.bot_database import reading
from engine.dialogue.anonymous import anonymous
from engine.dialogue.grammar.examples import Example
from engine.dialogue.living import applied_after
from engine.dialogue.written.reader import Dialogue, Exchange, standard_reply
from engine.jobs import Act

Way = tuple[Exchange, ...]
"""The exchanges that led to a picture."""


@dataclass(frozen=True)
class StoredTurn:
    """A row of `training_turns`, see the migration that makes it."""

    speaker: str
    text: str | None
    act: Act | None
    instruction: str | None
    picture: int | None
    upload: bool


def from_store(database: Path, out: Path) -> int:
    """Write the shared dialogues of a bot's database, one line per decision; how many lines there are.

    Raises ValueError with one sentence.
    """
    examples = [
        replace(example, tags=("from store",))
        for turns, names in _shared(database)
        for example in _examples(_nameless(turn, names) for turn in turns)
    ]
    lines = [json.dumps(example.to_json(), ensure_ascii=False) for example in examples]
    out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return len(lines)


def _shared(database: Path) -> list[tuple[list[StoredTurn], list[str]]]:
    """The turns of each shared conversation with the names to be removed from it."""
    with reading(database) as db:  # at one moment: never words without the names to be taken out of them
        names = list(db.query("SELECT * FROM training_names"))
        rows = list(db.query("SELECT * FROM training_turns ORDER BY conversation, turn"))
    return [
        (
            [_turn(row) for row in of_one],
            [name["name"] for name in names if name["conversation"] == conversation],
        )
        for conversation, of_one in groupby(rows, lambda row: row["conversation"])
    ]


def _turn(row: dict[str, Any]) -> StoredTurn:
    return StoredTurn(
        row["speaker"], row["text"], row["act"], row["instruction"], row["picture"], bool(row["upload"])
    )


def _nameless(turn: StoredTurn, names: list[str]) -> StoredTurn:
    return replace(
        turn,
        text=turn.text and anonymous(turn.text, names),
        instruction=turn.instruction and anonymous(turn.instruction, names),
    )


def _examples(turns: Iterable[StoredTurn]) -> Iterator[Example]:
    """One example for each decision, its history being what led to the picture that it speaks of.

    A wish that came to nothing goes with the questions about it. After somebody else's turn the history is
    unknown, until a picture is shown, brought or answered whose history is known; an answer to somebody else
    that shows none may have been a question, which is then still open.
    """
    ways: dict[int, Way] = {}
    way: Way | None = ()
    shown: int | None = None
    said: str | None = None
    other = False
    strayed = False  # to an older picture, which only an edit of it would make the newest
    for turn in turns:
        known = () if turn.upload else ways.get(turn.picture or 0)
        moved = turn.picture is not None and turn.picture != shown
        if turn.speaker != "bot":
            way = _settled(way) if said else way  # the wish before got no answer: it was cancelled
            if moved or way is None or turn.speaker == "other":
                way = known
            said = turn.text if turn.speaker == "user" else None
            other = turn.speaker == "other"
            strayed = strayed or moved
        elif said and turn.act:
            if turn.act == "ask" and shown is None:
                pass  # the bot asked for a picture, whatever the model wanted to know
            elif way is None or (turn.act == "undo" and known is None):
                way = known
            else:
                way = (*way, _exchange(said, turn, turn.act, _edits(way) - _edits(known or ())))
                yield Dialogue("", way, "").examples()[-1]
                if turn.act == "edit" and turn.picture is not None:
                    ways[turn.picture] = way
                if turn.act == "chat" and strayed:
                    way = None
            said = None
        elif said:  # the model did not decide it
            way, said = known if moved else _settled(way), None
        elif turn.picture is not None:  # a button, a reaction, or somebody else's wish
            way = known if moved else _settled(way)
        elif other:
            way = None
        strayed = strayed and (turn.speaker != "bot" or turn.picture is None)
        shown = turn.picture or shown


def _settled(way: Way | None) -> Way | None:
    """Without the questions at the end, whose wish came to nothing."""
    while way and way[-1].act == "ask":
        way = way[:-1]
    return way


def _exchange(said: str, turn: StoredTurn, act: Act, steps: int) -> Exchange:
    """A wish with its answer; of an undo it counts how many edits were taken back, not what was decided."""
    if act == "undo" and steps > 1:
        return Exchange(said, act, standard_reply("undo many").format(count=steps), str(steps))
    if act in {"undo", "reset"}:
        return Exchange(said, act, standard_reply(act))
    return Exchange(said, act, turn.text or "", turn.instruction)


def _edits(way: Way) -> int:
    """How many edits the picture at the end of a way has had."""
    applied: tuple[str, ...] = ()
    for exchange in way:
        applied = applied_after(applied, exchange.act, exchange.instruction)
    return len(applied)
