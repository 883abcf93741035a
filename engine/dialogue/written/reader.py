"""Reads the hand-written dialogues that lie beside this module.

A blank line ends a dialogue. It begins with `caption: ...`; then `user: ...` and the bot's decisions take
turns: `ask: question?`, `edit: instruction` or `edit: instruction | summary.`, `undo`, `undo: 2`, `reset`,
`chat: topic`. `{slot=word}` marks a word that could be any other of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from engine.dialogue.context import SEPARATOR
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import Split, share
from engine.dialogue.living import QUESTIONS_PER_WISH, applied_after
from engine.dialogue.summary import said_back, yours
from engine.jobs import Act, Turn

FOLDER = Path(__file__).parent
_TOPICS = {"about": "about the bot", "language": "other language"}
_SLOT = re.compile(r"\{(\w+)=([^{}]+)\}")
_LINE = re.compile(r"(user|ask|edit|undo|reset|chat)(?:: (.+))?")


@dataclass(frozen=True)
class Exchange:
    """What the person said, and what the bot decided; `text` is what the person reads."""

    said: str
    act: Act
    text: str
    instruction: str | None = None


@dataclass(frozen=True)
class Dialogue:
    """A conversation about one picture. `source` names where it comes from."""

    caption: str
    exchanges: tuple[Exchange, ...]
    source: str
    tags: tuple[str, ...] = field(default=())

    def examples(self) -> list[Example]:
        """One example for each decision, with everything said before it as its history."""
        made: list[Example] = []
        turns: tuple[Turn, ...] = ()
        applied: tuple[str, ...] = ()
        asked = 0
        for at in self.exchanges:
            turns += (Turn("user", at.said),)
            may_ask = asked < QUESTIONS_PER_WISH
            made.append(Example(turns, at.act, at.text, at.instruction, applied, may_ask, self.tags))
            turns += (Turn("bot", at.text),)
            asked = asked + 1 if at.act == "ask" else 0
            applied = applied_after(applied, at.act, at.instruction)
        return made


@dataclass(frozen=True)
class Written:
    """A dialogue of the library as it stands there, slots and all: (kind, text) lines."""

    caption: str
    lines: tuple[tuple[str, str], ...]
    source: str

    @property
    def key(self) -> str:
        """What decides its split: its place may move, its words stay."""
        return " / ".join(text for _, text in self.lines)

    def worded(self, draw: Callable[[str], str] | None = None) -> Written:
        """The dialogue without slots: its own words in their places, or new ones; `draw(slot)` gives one."""
        words: dict[tuple[str, str], str] = {}

        def word(found: re.Match[str]) -> str:
            slot, own = found[1], found[2]
            if draw is None:
                return own
            return words.setdefault((slot, own), draw(slot))

        return replace(self, lines=tuple((kind, _SLOT.sub(word, text)) for kind, text in self.lines))

    def filled(self, draw: Callable[[str], str] | None = None) -> Dialogue:
        """The dialogue as written, or with new words for its slots, as exchanges."""
        lines = self.worded(draw).lines
        said = (text for kind, text in lines if kind == "user")
        decisions = (line for line in lines if line[0] != "user")
        exchanges = tuple(_exchange(user, *decision) for user, decision in zip(said, decisions, strict=True))
        return Dialogue(self.caption, exchanges, self.source)


def _exchange(said: str, act: str, text: str) -> Exchange:
    if act == "edit":
        instruction, bar, summary = text.partition(SEPARATOR)
        return Exchange(said, "edit", summary if bar else said_back(instruction), instruction)
    if act == "undo":
        if text:
            return Exchange(said, "undo", standard_reply("undo many").format(count=text), text)
        return Exchange(said, "undo", standard_reply("undo"))
    if act == "reset":
        return Exchange(said, "reset", standard_reply("reset"))
    if act == "chat":
        return Exchange(said, "chat", standard_reply(_TOPICS.get(text, text)))
    return Exchange(said, "ask", yours(text))


def standard_reply(topic: str) -> str:
    """What the bot says to undo, start over or a topic of small talk. Raises KeyError for no such topic."""
    section = sections("vague")[topic] if topic == "never mind" else sections("controls")[topic]
    return section.replies[0]


def read(path: Path) -> list[Written]:
    """The dialogues of one file. Raises ValueError with one sentence that names the line."""
    found: list[Written] = []
    block: list[str] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.strip():
            block.append(line.strip())
        elif block:
            found.append(parse(block, f"{path.stem}:{number - len(block)}"))
            block = []
    return found


def parse(block: Sequence[str], source: str) -> Written:
    """The dialogue that these lines are. Raises ValueError with one sentence that begins with `source`."""
    head, _, caption = block[0].partition(": ")
    if head != "caption" or not caption:
        raise ValueError(f"{source}: a dialogue begins with its caption, not with {block[0]!r}.")
    lines: list[tuple[str, str]] = []
    for line in block[1:]:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{source}: not a line of a dialogue: {line!r}.")
        kind, text = match[1], match[2] or ""
        if (kind == "user") != (len(lines) % 2 == 0):
            raise ValueError(f"{source}: user and bot don't take turns at {line!r}.")
        if not text and kind not in {"undo", "reset"}:
            raise ValueError(f"{source}: nothing follows in {line!r}.")
        lines.append((kind, text))
    if not lines or len(lines) % 2:
        raise ValueError(f"{source}: the dialogue doesn't end with the bot.")
    written = Written(caption, tuple(lines), source)
    try:
        written.filled()
    except (KeyError, ValueError) as error:
        raise ValueError(f"{source}: no such topic: {error}.") from error
    return written


@lru_cache
def library() -> tuple[Written, ...]:
    """All hand-written dialogues, in the order of the files' names."""
    return tuple(_all(sorted(FOLDER.glob("*.txt"))))


@lru_cache
def library_of(split: Split) -> tuple[Written, ...]:
    """The hand-written dialogues of one split."""
    return tuple(share(library(), split, key=lambda written: written.key))


def _all(paths: Iterable[Path]) -> Iterable[Written]:
    for path in paths:
        yield from read(path)
