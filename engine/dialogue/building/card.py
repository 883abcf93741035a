"""The data card: what the data set holds and where it came from, as JSON and as a page to read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from engine.dialogue.building.drafts import Draft
from engine.dialogue.building.files import write
from engine.dialogue.building.filter import lengths, tokens


def counted(drafts: Sequence[Draft]) -> dict[str, Any]:
    """What one split holds."""
    examples = [example for draft in drafts for example in draft.examples]
    both = [lengths(example, tokens()) for example in examples]
    return {
        "dialogues": len(drafts),
        "decisions": len(examples),
        "acts": dict(Counter(example.act for example in examples).most_common()),
        "turns": dict(sorted(Counter(len(draft.said) for draft in drafts).items())),
        "sources": dict(Counter(draft.source.partition(":")[0] for draft in drafts).most_common()),
        "captions": len({draft.caption for draft in drafts if draft.caption}),
        "tokens": {
            "context": spread([context for context, _ in both]),
            "reply": spread([reply for _, reply in both]),
        },
    }


def spread(numbers: Sequence[int]) -> dict[str, float]:
    """Mean, median, 95th percentile and maximum."""
    if not numbers:
        return {"mean": 0, "p50": 0, "p95": 0, "max": 0}
    cuts = quantiles([*numbers, *numbers], n=20, method="inclusive")
    return {"mean": round(mean(numbers), 1), "p50": cuts[9], "p95": cuts[18], "max": max(numbers)}


def write_card(card: Mapping[str, Any], title: str, folder: Path) -> None:
    """Write `card.json` and `card.md`."""
    write(folder / "card.json", json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    write(folder / "card.md", _page(card, title))


def _page(card: Mapping[str, Any], title: str) -> str:
    lines = [f"# {title}", "", f"Made by `{card['command']}`, seed {card['seed']}.", ""]
    columns: Mapping[str, Mapping[str, Any]] = card["splits"]
    lines += [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for row in next(iter(columns.values())):
        cells = (_cell(column[row]) for column in columns.values())
        lines.append(f"| {row} | {' | '.join(cells)} |")
    lines += ["", "## Completer", "", *_listed(card["completer"])]
    lines += ["", "## Left out, by reason", "", *(_listed(card["rejected"]) or ["Nothing."])]
    lines += ["", "## Inputs (sha256)", "", *_listed(card["inputs"])]
    return "\n".join(lines) + "\n"


def _listed(items: Mapping[str, Any]) -> list[str]:
    return [f"- {name}: {_cell(value)}" for name, value in items.items()]


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(inner)}" for name, inner in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
