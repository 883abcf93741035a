"""Small talk and other languages from the ChatterBot corpus (PyPI `chatterbot-corpus`, BSD-3-Clause)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

# What these files hold is said to the bot about itself, or is no talk.
_NOT_OFF_TOPIC = frozenset({"ai", "botprofile", "greetings", "conversations", "coding", "tech_support"})
_LONGEST = {"off-topic": 160, "other language": 80}


def lists(folder: Path) -> dict[str, list[str]]:
    """The corpus's first lines of talk: English as "off-topic", other Latin letters as "other language".

    `folder` holds a folder for each language. Raises ValueError with one sentence.
    """
    found: dict[str, set[str]] = {"off-topic": set(), "other language": set()}
    for file in sorted(folder.glob("*/*.yml")):
        if file.parent.name != "english":
            found["other language"].update(line for line in _said(file) if _latin(line))
        elif file.stem not in _NOT_OFF_TOPIC:
            found["off-topic"].update(_said(file))
    if not all(found.values()):
        raise ValueError(
            f"{folder} does not hold the ChatterBot corpus: there is a folder for each language."
        )
    return {
        topic: sorted(line for line in lines if 3 < len(line) < _LONGEST[topic])
        for topic, lines in found.items()
    }


def _said(file: Path) -> Iterator[str]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"The small talk {file} can't be read: {error}.") from error
    exchanges = content.get("conversations") if isinstance(content, dict) else None
    for exchange in exchanges or []:
        if exchange and isinstance(exchange[0], str):
            yield re.sub(r"\s+", " ", exchange[0]).strip()


def _latin(text: str) -> bool:
    """Whether a text uses Latin letters only: others are told apart without the model."""
    return all(ord(letter) < 0x250 or not letter.isalpha() for letter in text)
