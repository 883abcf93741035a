"""What small weights know: an instruction outside it gets an honest no instead of a random picture."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

FILLERS = frozenset(
    """
    a an the this that it its it's my our your his her their of to in on at by for from with as like and then
    now so very more much bit little some please kindly can could would you i we want me let us be is are was
    should just really whole entire all photo photograph picture image pic shot scene here there look make
    into
    """.split()  # noqa: SIM905 - a list of forty strings would be no easier to read
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The words and skills of the training set (`knows.json` beside the weights)."""

    words: frozenset[str]
    skills: tuple[str, ...]

    def unknown(self, instruction: str) -> list[str]:
        """The words of an instruction that never occurred in training, in order."""
        said = re.findall(r"[a-z][a-z']*", instruction.lower().replace("’", "'"))
        return [word for word in said if not self._knows(word)]

    def covers(self, instruction: str) -> bool:
        """Whether every word is known and one of them is more than filler."""
        said = re.findall(r"[a-z][a-z']*", instruction.lower())
        return not self.unknown(instruction) and any(word not in FILLERS for word in said)

    def _knows(self, word: str) -> bool:
        forms = (word, word.removesuffix("s"), word.removesuffix("'s"))
        return word in FILLERS or any(form in self.words for form in forms)


REFUSAL = (
    "I can't do that with the small starter model yet. It can change the time of day, the season, the "
    "weather, the background or the style of a photo, and recolour, add or remove a few simple things; for "
    "the rest, the admin can switch to the full model."
)


def read_knowledge(folder: Path) -> Knowledge | None:
    """The knowledge file beside the weights; None for weights that have none, as they refuse nothing."""
    file = folder / "knows.json"
    if not file.is_file():
        return None
    found = json.loads(file.read_text(encoding="utf-8"))
    return Knowledge(frozenset(found["words"]), tuple(found["skills"]))
