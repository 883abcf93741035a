"""Builds the dialogue data set (paper section 3.1.1): captions and word lists in, dialogues out."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.dialogue.context import normal
from engine.dialogue.grammar.dialogues import Grammar
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.patterns import Split
from engine.dialogue.grammar.words import Words

SIZES: dict[Split, int] = {"train": 9000, "valid": 500, "test": 500}


def build(
    lists: dict[str, list[str]], captions: Sequence[str], sizes: dict[Split, int], seed: int, folder: Path
) -> dict[str, Any]:
    """Write `train.jsonl`, `valid.jsonl`, `test.jsonl` and `card.json`; return the card.

    Words, captions and the longer pattern lists are disjoint between the splits; no dialogue stands twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    card: dict[str, Any] = {
        "seed": seed,
        "captions": len(captions),
        "words": sum(map(len, lists.values())),
        "splits": {},
    }
    seen: set[str] = set()
    for split, size in sizes.items():
        examples = _unique(Words(lists, captions, split), size, seed, seen)
        card["splits"][split] = _write(examples, folder / f"{split}.jsonl")
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


def _unique(words: Words, size: int, seed: int, seen: set[str]) -> list[Example]:
    kept: list[Example] = []
    grammar = iter(Grammar(words, random.Random(f"{seed}:{words.split}")))
    with tqdm(total=size, desc=words.split, unit="dialogue") as bar:
        for example in islice(grammar, 50 * size):
            key = normal(" / ".join(turn.text for turn in example.turns))
            if key in seen:
                continue
            seen.add(key)
            kept.append(example)
            bar.update()
            if len(kept) == size:
                break
    return kept


def _write(examples: Iterable[Example], path: Path) -> dict[str, Any]:
    lines = [json.dumps(example.to_json(), ensure_ascii=False) for example in examples]
    text = "".join(line + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    rows = [json.loads(line) for line in lines]
    return {
        "dialogues": len(rows),
        "acts": dict(Counter(row["expect"]["act"] for row in rows).most_common()),
        "turns": dict(sorted(Counter(len(row["turns"]) for row in rows).items())),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def from_requests(source: Path, target: Path) -> int:
    """Turn a file of (caption, instruction) lines into one-turn explicit requests; how many there are.

    Raises ValueError with one sentence.
    """
    try:
        rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
        requests = [str(row["instruction"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"The requests {source} can't be read: {error!r}.") from error
    lines = [
        json.dumps(
            {
                "turns": [{"speaker": "user", "text": request}],
                "expect": {"act": "edit", "instruction": request},
                "tags": ["request"],
            },
            ensure_ascii=False,
        )
        for request in requests
    ]
    target.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return len(lines)
