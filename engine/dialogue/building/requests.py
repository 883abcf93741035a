"""Turns a file of people's (caption, instruction) lines into one-turn explicit requests."""

from __future__ import annotations

import json
from pathlib import Path


def from_requests(source: Path, target: Path) -> int:
    """Write the evaluation file `target`; return how many there are. Raises ValueError with one sentence."""
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
