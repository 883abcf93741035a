"""What a build has done so far, so that a killed one goes on where it was.

One JSON object a line: first which set is being built, then what became of each item, in order. The file is
gone when the set is complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """Gives what an earlier run of the same build noted down, then takes new entries."""

    def __init__(self, file: Path, what: str) -> None:
        """`what` tells sets apart: the journal of another one is begun anew."""
        self._file = file
        heading = json.dumps({"building": what}) + "\n"
        self.going_on = _begins_with(file, heading.encode())
        if not self.going_on:
            file.write_text(heading, encoding="utf-8")
        self._end = _whole_lines(file)
        os.truncate(file, self._end)  # a killed run may have left half a line
        self._earlier = self._entries()
        self._out = file.open("a", encoding="utf-8")

    def next(self) -> Entry | None:
        """What became of the next item in the earlier run; None from where that ended."""
        return next(self._earlier, None)

    def add(self, entry: Entry) -> None:
        """The operating system has it when this returns: a kill loses no item."""
        self._out.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._out.flush()

    def finish(self) -> None:
        self._out.close()
        self._file.unlink()

    def _entries(self) -> Iterator[Entry]:
        with self._file.open("rb") as lines:
            lines.readline()
            while lines.tell() < self._end:
                yield json.loads(lines.readline())


def _begins_with(file: Path, heading: bytes) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as lines:
        return lines.readline() == heading


def _whole_lines(file: Path) -> int:
    """Bytes up to the end of the last line that was written to its end."""
    with file.open("rb") as lines:
        return sum(len(line) for line in lines if line.endswith(b"\n"))
