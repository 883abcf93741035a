"""Files that are whole or not there, and their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def write(path: Path, text: str) -> str:
    """Write a file at once, and return its sha256; a run that is killed leaves the old one."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
    return hashlib.sha256(text.encode()).hexdigest()


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """The sha256 of each file by its folder and name. Raises OSError."""
    return {"/".join(path.parts[-2:]): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
