"""Small talk and other languages from two corpora.

The ChatterBot corpus (PyPI `chatterbot-corpus`, BSD-3-Clause) has first lines in many languages; the
Chit-Chat dataset (PyPI `chitchat-dataset`, MIT) has what 1,315 people of a university wrote to each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from engine.dialogue.grammar.english import VERBS

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


_OTHER_ACTS = re.compile(
    r"\b(thank\w*|thx|ty|cheers|appreciate|hello|hi|hey|howdy|greetings|bye|goodbye|good ?night|see (you|ya)|"
    r"undo|redo|start(ing)? over|go back|never ?mind|forget (it|that|about)|cancel|reset|bots?|robots?|"
    r"photos?|pictures?|pics?|images?|selfies?|edit\w*|colou?rs?|background|delete|remove|crop|draw|paint)\b"
)
_FEWEST_WORDS, _MOST_WORDS = 3, 25


def chats(file: Path) -> list[str]:
    """Lines of the Chit-Chat dataset's `dataset.json` that could be nothing but talk. Raises ValueError."""
    try:
        talks = json.loads(file.read_text(encoding="utf-8")).values()
        lines = {
            _one_line(message["text"]) for talk in talks for turn in talk["messages"] for message in turn
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is not the Chit-Chat dataset's dataset.json: {error!r}.") from error
    return sorted(line for line in lines if _only_talk(line))


def _only_talk(line: str) -> bool:
    """Whether a line has some length and nothing of what a person might say to this bot."""
    words = line.lower().split()
    return (
        _FEWEST_WORDS <= len(words) <= _MOST_WORDS
        and len(line) < _LONGEST["off-topic"]
        and words[0].strip(",.!") not in VERBS
        and not _OTHER_ACTS.search(line.lower())
    )


def _said(file: Path) -> Iterator[str]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"The small talk {file} can't be read: {error}.") from error
    exchanges = content.get("conversations") if isinstance(content, dict) else None
    for exchange in exchanges or []:
        if exchange and isinstance(exchange[0], str):
            yield _one_line(exchange[0])


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _latin(text: str) -> bool:
    """Whether a text uses Latin letters only: others are told apart without the model."""
    return all(ord(letter) < 0x250 or not letter.isalpha() for letter in text)
