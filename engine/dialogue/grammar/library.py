"""Reads the hand-written pattern files that lie beside this module.

A pattern file has `[sections]`; where there are many lines, a folder has a file for each section instead. In
a section a plain line is something a person says; `? ...` is what the bot says to it; `> said => meant` pairs
what is said with the instruction that it makes (what is said after an edit has the wish before in front:
`> before > said => meant`); `* meant => reply` is what is done when nothing more may be asked.
`(a|b|)` are alternatives, `{slot}` is a word, what stands in `<>` is `{same}` on the other side of the arrow;
`@name = ...` defines an alternative that `@name` stands for; any other "@mila" is what people write; `#`
begins a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass
class Section:
    name: str
    said: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    default: tuple[str, str] = ("", "")


@lru_cache
def sections(source: str) -> dict[str, Section]:
    """The sections of a pattern file or folder by name. Raises ValueError for a line without its arrow."""
    found: dict[str, Section] = {}
    names: dict[str, str] = {}
    for heading, line in _lines(source):
        if definition := re.fullmatch(r"@(\w+) = (.*)", line):
            names[definition[1]] = definition[2]
            continue
        section = found.setdefault(heading, Section(heading))
        line = re.sub(r"@(\w+)", lambda name: names.get(name[1], name[0]), line)
        mark, rest = line[:2], line[2:]
        if mark == "? ":
            section.replies.append(rest)
        elif mark in {"> ", "* "}:
            said, arrow, meant = rest.rpartition(" => ")
            if not arrow:
                raise ValueError(f"{source}: no arrow in {line!r}")
            if mark == "> ":
                section.pairs.append((said, meant))
            else:
                section.default = (said, meant)
        else:
            section.said.append(line)
    return found


def _lines(source: str) -> Iterator[tuple[str, str]]:
    """Each line with the name of its section, without comments."""
    folder = _HERE / source
    for path in sorted(folder.glob("*.txt")) if folder.is_dir() else [folder.with_suffix(".txt")]:
        section = path.stem.replace("_", " ")
        for line in path.read_text(encoding="utf-8").splitlines():
            if heading := re.fullmatch(r"\[(.+)\]", line):
                section = heading[1]
            elif line.strip() and not line.startswith("#"):
                yield section, line


def word_lists(file: str) -> dict[str, list[str]]:
    """The sections of a file whose lines are words between semicolons."""
    return {
        name: [word for word in re.split(r"; *", " ".join(section.said)) if word]
        for name, section in sections(file).items()
    }
