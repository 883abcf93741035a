"""Turns a file of people's (caption, instruction) lines into one-turn explicit requests."""

from __future__ import annotations

import json
from pathlib import Path

from engine.json_lines import json_lines


def from_requests(source: Path, target: Path) -> int:
    """Write the evaluation file `target`; return how many there are. Raises ValueError with one sentence."""
    try:
        requests = [str(row["instruction"]) for _, row in json_lines(source)]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{source} has a line without an instruction.") from error
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
