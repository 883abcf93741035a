"""The prompts of paper sections 3.1.1 and 3.1.2: a head, hand-written examples, and one new caption.

Examples and completion have the plain text form of the libraries, so that their own readers read them back.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.dialogue.building.drafts import Rejected
from engine.dialogue.written.instructions import Instruction
from engine.dialogue.written.reader import Written, parse

EXAMPLES = 20
"""As many as in the paper."""

DIALOGUE_HEAD = """\
Write a dialogue in which a person asks a picture-editing bot to change a photo. The caption says what is \
in the photo. The person does not read the caption out, but talks like real people chat: polite or curt, \
chatty, vague, changing their mind, taking a change back, saying thanks. Person and bot take turns, one \
line each, for one to six turns; the person begins, the bot ends. Each line of the bot is its decision:
ask: a short question, when the wish leaves open what to do (which colour? what should it become?)
edit: one complete instruction, in words that the person used, when it is clear what to do
undo: when the last change is to be taken back (undo: 2 for two changes)
reset: when everything is to start over
chat: the topic, one of thanks, greeting, goodbye, about, off-topic, language, rude, nonsense, \
never mind
Write only the lines of the dialogue, in the form of the examples."""

INSTRUCTION_HEAD = """\
The caption says what is in a photo. Write one instruction to change something in it (an object, a colour, \
the background, the weather, the style, the light, a person's looks), and the caption of the changed photo, \
which keeps everything else. Write only these two lines, in the form of the examples."""

_LINE = re.compile(
    r"[\s>*•\d.)-]*(caption|user|ask|edit|undo|reset|chat|instruction|after)\**(?:\s*:(?:\*\*)?\s*(.*))?",
    re.I,
)
_FENCE = re.compile(r"^```\w*$")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given: `head` states the task, `examples` are (question, answer), `question` is new.

    A chat model sees the examples as what it answered before: small ones then keep to the form.
    """

    head: str
    examples: tuple[tuple[str, str], ...]
    question: str

    def messages(self) -> list[dict[str, str]]:
        """As the chat protocol has it."""
        said = [{"role": "system", "content": self.head}]
        for question, answer in self.examples:
            said += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        return [*said, {"role": "user", "content": self.question}]


def dialogue_prompt(caption: str, library: Sequence[Written], count: int, rng: random.Random) -> Prompt:
    """`count` dialogues of the library, in an order drawn by `rng`, before the caption."""
    drawn = rng.sample(library, min(count, len(library)))
    examples = ((f"caption: {written.caption}", _as_text(written.worded())) for written in drawn)
    return Prompt(DIALOGUE_HEAD, tuple(examples), f"caption: {caption}")


def _as_text(written: Written) -> str:
    return "\n".join(f"{kind}: {text}" if text else kind for kind, text in written.lines)


def read_dialogue(text: str, caption: str, source: str, cut_off: bool = False) -> Written:
    """The dialogue in a completion. Raises Rejected."""
    lines, ended = _first_block(text)
    if cut_off and not ended:
        raise Rejected("cut off")
    if any(mark in line for line in lines for mark in "{}"):
        raise Rejected("not in the form")
    try:
        return parse([f"caption: {caption}", *lines], source)
    except ValueError as error:
        raise Rejected("not in the form") from error


def instruction_prompt(
    caption: str, library: Sequence[Instruction], count: int, rng: random.Random
) -> Prompt:
    """`count` instructions of the library, in an order drawn by `rng`, before the caption."""
    examples = (
        (f"caption: {example.before}", f"instruction: {example.instruction}\nafter: {example.after}")
        for example in rng.sample(library, min(count, len(library)))
    )
    return Prompt(INSTRUCTION_HEAD, tuple(examples), f"caption: {caption}")


def read_instruction(text: str, caption: str, cut_off: bool = False) -> Instruction:
    """The instruction in a completion. Raises Rejected."""
    lines, ended = _first_block(text)
    if cut_off and not ended:
        raise Rejected("cut off")
    parts = dict(line.split(": ", 1) for line in lines if ": " in line)
    if len(lines) != 2 or not parts.get("instruction") or not parts.get("after"):
        raise Rejected("not in the form")
    return Instruction(caption, parts["instruction"], parts["after"])


def _first_block(text: str) -> tuple[list[str], bool]:
    """The lines up to the first blank line or next caption, and whether such an end was there.

    Models like to decorate: bullets, bold type, code fences and capitals around the first word are forgiven.
    """
    lines: list[str] = []
    for line in text.strip().splitlines():
        if _FENCE.match(line.strip()):
            continue
        found = _LINE.fullmatch(line.strip())
        repeated = found is not None and found[1].lower() == "caption"
        if repeated and not lines:
            continue
        if repeated or not line.strip():
            if lines:
                return lines, True
            continue
        lines.append(_plain(found) if found else line.strip())
    return lines, False


def _plain(found: re.Match[str]) -> str:
    kind, rest = found[1].lower(), found[2]
    return f"{kind}: {rest}" if rest else kind
