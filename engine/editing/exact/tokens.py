"""From an instruction to tokens: words in one spelling, quoted text untouched, numbers joined with their units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a value already understood: quote, percent, px, degrees, stops, factor, ratio, size, number."""

    kind: str
    text: str
    value: Any = None


SPELLING = {
    "color": "colour", "colors": "colours", "colored": "coloured", "colorful": "colourful", "colourfull": "colourful",
    "gray": "grey", "grayscale": "greyscale", "center": "centre", "centered": "centred", "centimeter": "centimetre",
    "percent": "%", "pct": "%", "percents": "%", "pixel": "px", "pixels": "px",
    "degree": "°", "degrees": "°", "deg": "°", "ev": "stop", "stops": "stop", "times": "x", "×": "x",
    "minimize": "minimise", "−": "-", "–": "-", "dont": "don't", "colour's": "colour", "i'd": "i would", "it's": "it is",
    "its": "its", "that's": "that is", "let's": "let us", "i'll": "i will", "b&w": "bw", "b/w": "bw", "&": "and", "+": "plus",
    "isn't": "is not", "aren't": "are not",
}  # fmt: skip
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "a": 1, "half a": 0.5}
SCANNER = re.compile(
    r"""
      [“"«](?P<double>[^“”"«»]+)[”"»]
    | (?<!\w)[‘'](?P<single>[^'’]+(?:['’]\w[^'’]*)*)['’](?!\w)
    | (?P<hex>\#[0-9a-f]{6}\b|\#[0-9a-f]{3}\b)
    | (?P<number>(?:(?<![\w.])[-+−])?\d+(?:[.,]\d+)?(?:/\d+(?!\d*\s*[:/]))?)
    | (?P<word>b&w|b/w|[^\W\d_]+(?:['’][^\W\d_]+)?)
    | (?P<mark>[%°×:;,.!?&+/()–−x-])
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokenize(instruction: str) -> list[Token] | None:
    """The tokens, or None when the instruction holds a character that no token covers."""
    tokens: list[Token] = []
    end = 0
    for match in SCANNER.finditer(instruction):
        if instruction[end : match.start()].strip():
            return None
        end = match.end()
        tokens += read(match)
    if instruction[end:].strip():
        return None
    return join_units(tokens)


def read(match: re.Match[str]) -> list[Token]:
    kind, text = str(match.lastgroup), match.group()
    if kind in ("double", "single"):
        return [Token("quote", text, match.group(kind).strip())]
    if kind == "hex":
        return [Token("colour", text, text.lower())]
    if kind == "number":
        return [Token("number", text, parse_number(text))]
    word = text.lower().replace("’", "'")
    if word not in SPELLING:
        word = word.removesuffix("'s")
    return [
        Token("word" if each[0].isalpha() else "mark", text, each)
        for each in SPELLING.get(word, word).split()
    ]


def parse_number(text: str) -> float:
    above, _, below = text.replace(",", ".").replace("−", "-").partition("/")
    return float(above) / float(below or 1) if float(below or 1) else 0.0


def join_units(tokens: list[Token]) -> list[Token]:
    """20 % → percent, 16:9 → ratio, 800 x 600 → size, two stops → stops …; hyphens fall away."""
    joined: list[Token] = []
    rest = list(tokens)
    while rest:
        values = [each.value if each.kind in ("word", "mark") else None for each in rest[:4]]
        first = rest[0]
        if first.kind == "word" and first.value in NUMBERS and len(values) > 1 and values[1] in UNITS:
            first = Token("number", first.text, float(NUMBERS[first.value]))
        if first.kind != "number":
            taken, token = 1, first
        elif len(rest) > 2 and rest[2].kind == "number" and values[1] in ("x", "by", ":", "/"):
            taken, token = 3, pair(first, rest[1], rest[2], px=len(values) > 3 and values[3] == "px")
            taken += token.kind == "size" and len(values) > 3 and values[3] == "px"
        elif len(values) > 1 and values[1] in UNITS:
            kind = UNITS[values[1]]
            value = first.value / 100 if kind == "percent" else first.value
            taken, token = 2, Token(kind, first.text, value)
        else:
            taken, token = 1, first
        del rest[:taken]
        if not (token.kind == "mark" and token.value in "-!?()"):
            joined.append(token)
    return joined


UNITS = {"%": "percent", "px": "px", "°": "degrees", "stop": "stops", "x": "factor"}


def pair(first: Token, sign: Token, second: Token, px: bool) -> Token:
    """Two small numbers are a ratio (16:9, 4x3), others a size in pixels."""
    text = f"{first.text}{sign.text}{second.text}"
    small = max(first.value, second.value) <= 32 and not px
    return Token("ratio" if small or sign.value == ":" else "size", text, (first.value, second.value))
