"""Reads the hand-written pattern files that lie beside this module.

A file has `[sections]`. In them a plain line is something a person says; `? ...` is what the bot says to
it; `> said => meant` pairs what is said with the instruction that it makes (a follow-up has the wish before
in front: `> before > said => meant`); `* meant => reply` is what is done when nothing more may be asked.
`@name = ...` defines an alternative that `@name` stands for; `#` begins a comment.
"""

from __future__ import annotations

import re
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
def sections(file: str) -> dict[str, Section]:
    """The sections of one pattern file by name, in order. Raises ValueError for a line without its arrow."""
    found: dict[str, Section] = {}
    names: dict[str, str] = {}
    section = Section("")
    for line in (_HERE / f"{file}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if definition := re.fullmatch(r"@(\w+) = (.*)", line):
            names[definition[1]] = definition[2]
            continue
        if heading := re.fullmatch(r"\[(.+)\]", line):
            section = found.setdefault(heading[1], Section(heading[1]))
            continue
        line = re.sub(r"@(\w+)", lambda name: names[name[1]], line)
        mark, rest = line[:2], line[2:]
        if mark == "? ":
            section.replies.append(rest)
        elif mark in {"> ", "* "}:
            said, arrow, meant = rest.rpartition(" => ")
            if not arrow:
                raise ValueError(f"{file}.txt: no arrow in {line!r}")
            if mark == "> ":
                section.pairs.append((said, meant))
            else:
                section.default = (said, meant)
        else:
            section.said.append(line)
    return found


def word_lists(file: str) -> dict[str, list[str]]:
    """The sections of a file whose lines are words between semicolons."""
    return {
        name: [word for word in re.split(r"; *", " ".join(section.said)) if word]
        for name, section in sections(file).items()
    }
