"""The manual pass (paper section 3.1.2): a page that shows every pair, and the list of what was struck.

A strike list is a text file with an item's name a line. Names come from the maker and its inputs, so a struck
item stays out however often the set is built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from string import Template
from typing import Any, TextIO
from urllib.parse import quote

from engine.editing.data.splits import Split

_PAGE = Path(__file__).parent / "review.html"
_NAME = re.compile(r"[0-9a-f]{12}")


def read_strikes(files: Iterable[Path]) -> frozenset[str]:
    """The names in strike lists. Raises `ValueError` with one sentence."""
    names: set[str] = set()
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise ValueError(f"The strike list {file} can't be read: {error}.") from error
        for number, line in enumerate(lines, 1):
            if not (name := line.strip()):
                continue
            if not _NAME.fullmatch(name):
                raise ValueError(f"{file}, line {number}: this is no item's name: {name[:40]!r}.")
            names.add(name)
    return frozenset(names)


class ReviewPage:
    """Grows by one pair at a time, so that no more than one is held."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def add(self, row: Mapping[str, Any]) -> None:
        """A row of the set; its pictures' paths are relative to the page."""
        pictures = "".join(
            f'<img loading="lazy" src="{escape(quote(row[name]))}" alt="{name}">'
            for name in ("source", "target")
        )
        captions = "".join(
            f"<br><small>{escape(row[name])}</small>"
            for name in ("caption_before", "caption_after")
            if name in row
        )
        self._file.write(
            f'<label>{pictures}<br><input type="checkbox" value="{row["id"]}"> strike: '
            f"{escape(row['instruction'])}{captions}</label>\n"
        )


@contextmanager
def review_page(file: Path, split: Split, struck: Iterable[str]) -> Iterator[ReviewPage]:
    """Write a page that works from disk, by itself. Its list repeats what was struck before."""
    filled = {"split": split, "earlier": json.dumps(sorted(struck)), "items": "$items"}
    head, tail = Template(_PAGE.read_text(encoding="utf-8")).substitute(filled).split("$items")
    with file.open("w", encoding="utf-8") as out:
        out.write(head)
        yield ReviewPage(out)
        out.write(tail)
