"""Takes out of a text what could tell who wrote it.

Sure to go: web and e-mail addresses, mentions and handles, phone numbers and other runs of seven digits and
more, long random tokens, file paths, and the names that are given. **Not sure**: any other name. A first
name looks like any word ("make Rose smile"), so only those after "my name is" and the like are found; nor
can a street, a workplace or a story be told from other talk. Read an export before you give it away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.dialogue.grammar.closed import EDIT_WORDS, TALK_WORDS

SOMEONE = "someone"
_COMMON = EDIT_WORDS | TALK_WORDS
_SHORTEST_PART = 3  # letters: shorter parts of a name ("de", "Li") stand in too many words

_RULES = [
    (re.compile(pattern), neutral)
    for pattern, neutral in [
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "an address"),
        (r"\w{2,}://\S+|\bwww\.\S+", "a link"),
        (r"(?i)\b(?:[\w-]+\.)+(?:com|org|net|io|gg|me|de|uk|eu|fr|us|app|dev)\b(?:/\S*)?", "a link"),
        (r"<(?:#|id:|a?:\w+:)\d+>", ""),  # Discord's channels and own emoji
        (r"<@[!&]?\d+>|\b\w{2,32}#\d{4}\b", SOMEONE),  # Discord's people
        (r"(?<!\S)(?:~|/[\w.-]+)/\S+|\b[A-Za-z]:\\\S+", "a file"),
        (r"(?<![\w-])(?=[\w-]{20,})(?=[\w-]*(?:\d|[a-z][A-Z]))[\w-]+", "something"),
        (r"\+?(?:\d[\s().\-/]{0,2}){8,}\d|[+0(](?:[\s().\-/]{0,2}\d){6,}", "a number"),
        (r"\d{7,}|\b\d{3}-\d{4}\b", "a number"),
    ]
]
_MENTION = re.compile(r"(?<![\w.])@\w[\w.'-]*((?: [A-Z][\w'-]*)*)")
_SAID_NAME = re.compile(
    r"((?i:\b(?:my|his|her|their) name(?: is|'s)) |\b[Cc]all me (?=[A-Z])|\bnamed )[\w'-]+"
)


def anonymous(text: str, names: Sequence[str] = ()) -> str:
    """`text` with neutral words for whatever could identify somebody, `names` among it, in any case."""
    for pattern, neutral in _RULES:
        text = pattern.sub(neutral, text)
    text = _MENTION.sub(_without_rest_of_name, text)
    text = _SAID_NAME.sub(rf"\1{SOMEONE}", text)
    text = " ".join(text.split())
    for name in names:
        for part in _parts(name):
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", SOMEONE, text, flags=re.IGNORECASE)
    return text


def _without_rest_of_name(mention: re.Match[str]) -> str:
    """Discord's mentions are display names ("@Ann Smith"): capitals belong to it up to a common word."""
    following = mention[1].split()
    common = (at for at, word in enumerate(following) if word.lower() in _COMMON)
    return " ".join([SOMEONE, *following[next(common, len(following)) :]])


def _parts(name: str) -> list[str]:
    """The whole name and the words in it that are hardly anything else."""
    parts = [part for part in re.split(r"[\W_]+", name) if len(part) >= _SHORTEST_PART]
    whole = " ".join(name.split())
    return [*([whole] if whole else []), *(part for part in parts if part.lower() not in _COMMON)]
