"""The review file: one text a line, which a person reads in an editor and strikes what is bad.

The first column says `keep` or `strike`, the second names the text, the third is the text itself. Names
are hashes, so a struck text stays out however the data set is built again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from engine.dialogue.building.drafts import Rejected

_HEAD = "# Put strike instead of keep before what shall go, then build again with --review and this file.\n"


class Review:
    """What a person struck: the shown texts by their names."""

    def __init__(self, struck: dict[str, str] | None = None) -> None:
        self._struck = struck or {}

    @classmethod
    def read(cls, path: Path) -> Review:
        """Raises ValueError with one sentence."""
        struck: dict[str, str] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise ValueError(f"The review {path} can't be read: {error}.") from error
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            verdict, _, rest = line.partition("\t")
            name, tab, text = rest.partition("\t")
            if verdict.strip() not in {"keep", "strike"} or not tab:
                raise ValueError(
                    f"{path}, line {number}: a line begins with keep or strike, a tab and a name."
                )
            if verdict.strip() == "strike":
                struck[name] = text
        return cls(struck)

    def check(self, key: str) -> None:
        """Raises Rejected for a text that was struck."""
        if _name(key) in self._struck:
            raise Rejected("struck by hand")

    def lines(self, kept: Iterable[tuple[str, str]]) -> str:
        """The next review file, from (key, what is shown). What was struck stays in it, on top."""
        struck = "".join(f"strike\t{name}\t{text}\n" for name, text in self._struck.items())
        return _HEAD + struck + "".join(f"keep\t{_name(key)}\t{_one_line(text)}\n" for key, text in kept)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]
