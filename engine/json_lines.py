"""Reads files of JSON lines, so that a mistake in one is named by its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """The number and the value of every line that is not blank. Raises ValueError with one sentence."""
    number = 0
    try:
        with path.open(encoding="utf-8") as lines:  # str.splitlines() would also cut at U+2028 inside a text
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, json.loads(line)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} can't be read: {error}.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {number}: not JSON ({error}).") from error
