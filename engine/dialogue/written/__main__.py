"""Checks files of hand-written dialogues: `python -m engine.dialogue.written FILE...`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from engine.dialogue.building.filter import invented
from engine.dialogue.grammar.words import SLOTS
from engine.dialogue.written.reader import Written, read


def complaints(written: Written) -> list[str]:
    """Why an instruction of this dialogue could not be written by the model: a word that nobody said."""
    found = [
        f"{written.source}: nobody said {', '.join(sorted(unknown))}: {example.instruction}"
        for example in written.filled().examples()
        if (unknown := invented(example))
    ]
    slots = [slot for _, text in written.lines for slot in re.findall(r"\{(?:(\w+)=)?", text)]
    found += [f"{written.source}: no such slot: {slot or '(none)'}" for slot in set(slots) - SLOTS]
    return found


def main(paths: list[Path]) -> int:
    wrong: list[str] = []
    for path in paths:
        written = read(path)
        acts = Counter(kind for dialogue in written for kind, _ in dialogue.lines)
        print(f"{path.name}: {len(written)} dialogues, {dict(acts)}")
        wrong += [complaint for dialogue in written for complaint in complaints(dialogue)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main([Path(name) for name in sys.argv[1:]]))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
