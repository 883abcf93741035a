"""The words that fill the slots: a built-in core, any word-list file, and phrases cut out of captions."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.dialogue.grammar.library import word_lists
from engine.dialogue.grammar.patterns import Split, share
from engine.json_lines import json_lines

_CORE = word_lists("words")
_FUNCTION = frozenset(_CORE["in no phrase"])
_SYLLABLES = _CORE["syllables"]
_LONGEST_TALK = 200
_LONGEST_WORD = 13
_THINGS = frozenset({"the", "part", "noun"})
_FROM_CAPTION = 0.5


def article(noun: str) -> str:
    """ "a dog", "an owl", "some trees": good enough for a wish."""
    if noun.split(" ")[0] in {"a", "an", "the", "some", "my", "his", "her"}:
        return noun
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")):
        return f"some {noun}"
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def pseudo_word(rng: random.Random) -> str:
    """A word that nobody knows: names, brands and typing errors look like this to a small model."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3)))) + rng.choice(
        ("", "", "n", "s", "r", "x")
    )


def phrases(caption: str) -> list[str]:
    """Noun phrases at word level: an article and up to three words until a function word or the end."""
    found = re.findall(r"\b(?:a|an|the|two|three|some) (?:[a-z]+(?:-[a-z]+)?(?: |\b)){1,4}", caption.lower())
    kept: list[str] = []
    for phrase in found:
        words = phrase.split()
        body = [words[0]]
        for word in words[1:]:
            if word in _FUNCTION or word.endswith("ing"):
                break
            body.append(word)
        if 2 <= len(body) <= 4:
            kept.append(" ".join(body))
    return kept


class Words:
    """Draws words for slots. `lists` is any {name: [words]}; words and captions of other splits stay out."""

    def __init__(self, lists: dict[str, list[str]], captions: Sequence[str], split: Split) -> None:
        clean = {
            name: [w.lower() for w in words if re.fullmatch(r"[A-Za-z][A-Za-z' -]{1,28}", w)]
            for name, words in lists.items()
        }
        self.split = split
        self.talk = {
            topic: share([line for line in lists.get(topic, []) if len(line) < _LONGEST_TALK], split)
            for topic in ("off-topic", "other language")
            if topic in lists
        }
        self.captions = [c.lower().strip().rstrip(".") for c in share(captions, split)]
        self.phrases = sorted({p for c in self.captions for p in phrases(c)}) or ["the dog", "a red car"]
        nouns = [
            clean.get(n, [])
            for n in (
                "objects",
                "clothes",
                "animals",
                "fruits",
                "vegetables",
                "foods",
                "flowers",
                "instruments",
                "appliances",
                "built_places",
                "occupations",
            )
        ]
        self.nouns = share(sorted({w for words in nouns for w in words}) or _CORE["things"], split)
        self.shades = share(
            sorted({w for n in ("xkcd_colours", "crayola_colours", "web_colours") for w in clean.get(n, [])})
            or _CORE["colours"],
            split,
        )
        self.looks = share(
            sorted(
                {w for n in ("moods", "weather", "fabrics", "metals", "gemstones") for w in clean.get(n, [])}
            )
            or _CORE["looks"],
            split,
        )
        self.places = share(
            sorted({w for n in ("rooms", "geographic_features", "built_places") for w in clean.get(n, [])})
            or _CORE["parts"],
            split,
        )
        rare = {w for w in clean.get("vocabulary", []) if w.isalpha() and len(w) <= _LONGEST_WORD}
        self.vocabulary = share(sorted(rare), split)
        self.styles = share(clean.get("art_styles") or _CORE["styles"], split)
        self.any = sorted(
            {
                w
                for words in (self.nouns, self.shades, self.looks, self.places, self.vocabulary)
                for p in words
                for w in p.split()
            }
            | {w for c in self.captions for w in re.findall(r"[a-z]{3,}", c)} - _FUNCTION
        )

    def binder(self, rng: random.Random, caption: str = "") -> Callable[[str], str]:
        """A function from slot name to a freshly drawn word, often one of the things in the caption."""
        about = [_without_article(phrase) for phrase in phrases(caption)]

        def draw(name: str) -> str:
            maker = _SLOTS.get(name)
            if maker is None:
                raise KeyError(f"no such slot: {name}")
            if about and name in _THINGS and rng.random() < _FROM_CAPTION:
                thing = rng.choice(about)
                return f"the {thing}" if name == "the" else thing
            return maker(self, rng)

        return draw


def _mixed(
    *choices: tuple[float, Callable[[Words, random.Random], str]],
) -> Callable[[Words, random.Random], str]:
    def draw(words: Words, rng: random.Random) -> str:
        at = rng.random()
        for chance, maker in choices:
            at -= chance
            if at < 0:
                return maker(words, rng)
        return choices[-1][1](words, rng)

    return draw


def _of(items: Sequence[str]) -> Callable[[Words, random.Random], str]:
    return lambda words, rng: rng.choice(items)


def _without_article(phrase: str) -> str:
    return phrase.split(" ", 1)[1]


def _any_word(words: Words, rng: random.Random) -> str:
    return pseudo_word(rng) if rng.random() < 0.3 else rng.choice(words.any)


def _name(words: Words, rng: random.Random) -> str:
    first = pseudo_word(rng)
    return f"{first} {pseudo_word(rng)}" if rng.random() < 0.5 else first


_noun = _mixed(
    (0.4, _of(_CORE["things"])),
    (0.3, lambda w, r: r.choice(w.nouns)),
    (0.2, lambda w, r: _without_article(r.choice(w.phrases))),
    (0.1, _any_word),
)
_part = _mixed(
    (0.6, _of(_CORE["parts"])),
    (0.15, lambda w, r: r.choice(w.nouns)),
    (0.17, lambda w, r: _without_article(r.choice(w.phrases))),
    (0.08, _any_word),
)
_SLOTS: dict[str, Callable[[Words, random.Random], str]] = {
    "noun": _noun,
    "part": _part,
    "the": _mixed(
        (0.8, lambda w, r: f"the {_part(w, r)}"),
        (0.1, lambda w, r: f"{r.choice(('my', 'his', 'her', 'their'))} {_part(w, r)}"),
        (0.1, lambda w, r: f"the {_without_article(r.choice(w.phrases))}"),
    ),
    "a": _mixed(
        (0.6, lambda w, r: article(_noun(w, r))),
        (
            0.15,
            lambda w, r: (
                r.choice(("some ", "more ", "a few ", "lots of ", "two ", "")) + r.choice(_CORE["plurals"])
            ),
        ),
        (0.1, lambda w, r: r.choice(("some ", "more ", "", "a bit of ")) + r.choice(_CORE["stuff"])),
        (0.15, lambda w, r: r.choice(w.phrases)),
    ),
    "animal": _mixed((0.6, _of(_CORE["things"][-60:-22])), (0.4, lambda w, r: r.choice(w.nouns))),
    "plural": _of(_CORE["plurals"]),
    "stuff": _of(_CORE["stuff"]),
    "colour": _mixed((0.65, _of(_CORE["colours"])), (0.35, lambda w, r: r.choice(w.shades))),
    "look": _mixed((0.65, _of(_CORE["looks"])), (0.25, lambda w, r: r.choice(w.looks)), (0.1, _any_word)),
    "style": _mixed(
        (0.6, lambda w, r: article(r.choice(_CORE["styles"]))),
        (
            0.25,
            lambda w, r: article(
                f"{r.choice(w.styles)} {r.choice(('painting', 'picture', 'poster', 'drawing', 'artwork'))}"
            ),
        ),
        (0.15, lambda w, r: r.choice(w.styles)),
    ),
    "stylename": _mixed((0.6, _of(_CORE["styles"])), (0.4, lambda w, r: r.choice(w.styles))),
    "artist": _mixed((0.55, _of(_CORE["artists"])), (0.45, _name)),
    "scene": _mixed(
        (0.6, _of(_CORE["scenes"])),
        (0.2, lambda w, r: article(r.choice(w.places))),
        (0.2, lambda w, r: r.choice(w.phrases)),
    ),
    "place": _mixed(
        (0.6, lambda w, r: r.choice(w.places)), (0.4, lambda w, r: _without_article(r.choice(w.phrases)))
    ),
    "season": _of(_CORE["seasons"]),
    "time": _of(_CORE["times"]),
    "worn": lambda w, r: f"{r.choice(('the', 'my', 'her', 'his', 'their'))} {r.choice(_CORE['worn'])}",
    "weather": _mixed((0.7, _of(_CORE["weathers"])), (0.3, lambda w, r: r.choice(w.looks))),
    "name": _of(_CORE["names"]),
    "kind": _of(_CORE["kinds"]),
    "event": _of(_CORE["events"]),
    "people": _of(_CORE["people"]),
    "text": _mixed(
        (0.6, _of(_CORE["texts"])),
        (0.4, lambda w, r: " ".join(_any_word(w, r) for _ in range(r.randint(1, 4)))),
    ),
    "any": _any_word,
    "caption": lambda w, r: r.choice(w.captions) if w.captions else r.choice(_CORE["scenes"]),
    "phrase": lambda w, r: r.choice(w.phrases),
    "n": lambda w, r: str(r.choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80))),
    "size": lambda w, r: f"{r.choice((400, 512, 640, 800, 1024, 1080, 1280, 1920))}",
    "deg": lambda w, r: r.choice(("90", "180", "45", "10", "5", "270", "15", "30")),
}


SLOTS = frozenset(_SLOTS)
"""The names of the slots that there are words for."""


def load_lists(paths: Sequence[Path]) -> dict[str, list[str]]:
    """Read JSON files of {name: [words]}, and text files into the list "vocabulary"; equal names add up.

    In a text file a line's first column is a word, "_" stands for a space, and a line that begins with a
    space is none (WordNet's index files are made like that). Raises ValueError with one sentence.
    """
    lists: dict[str, list[str]] = {}
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".json":
                found = json.loads(text)
            else:
                lines = (line for line in text.splitlines() if line.strip() and line[0] != " ")
                found = {"vocabulary": [line.split()[0].replace("_", " ") for line in lines]}
        except (OSError, ValueError) as error:
            raise ValueError(f"The word lists {path} can't be read: {error}.") from error
        if not isinstance(found, dict) or not all(isinstance(words, list) for words in found.values()):
            raise ValueError(f"The word lists {path} should be one JSON object of lists.")
        for name, words in found.items():
            lists.setdefault(name, []).extend(str(word) for word in words)
    return lists


def load_captions(paths: Sequence[Path]) -> list[str]:
    """Captions from text files (one a line) or JSONL with a `caption` or `prompt`. Raises ValueError."""
    captions: list[str] = []
    for path in paths:
        if path.suffix in {".jsonl", ".json"}:
            captions += (_caption(path, number, row) for number, row in json_lines(path))
            continue
        try:
            captions += filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines()))
        except (OSError, ValueError) as error:
            raise ValueError(f"The captions {path} can't be read: {error}.") from error
    return captions


def _caption(path: Path, number: int, row: Any) -> str:
    found = (row.get("caption") or row.get("prompt")) if isinstance(row, dict) else None
    if not found:
        raise ValueError(f"{path}, line {number}: there is no caption or prompt.")
    return str(found)
