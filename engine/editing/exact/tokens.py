"""From an instruction to tokens: words in one spelling, quotes untouched, numbers joined with their units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark, or a value: quote, colour, percent, px, degrees, stops, factor, ratio, size, number."""

    kind: str
    text: str
    value: Any = None


SPELLING = {
    "color": "colour",
    "colors": "colours",
    "coloring": "colours",
    "colorful": "colourful",
    "colored": "coloured",
    "gray": "grey",
    "grayscale": "greyscale",
    "center": "centre",
    "minimize": "minimise",
    "percent": "%",
    "pct": "%",
    "pixel": "px",
    "pixels": "px",
    "degree": "°",
    "degrees": "°",
    "deg": "°",
    "ev": "stop",
    "stops": "stop",
    "times": "x",
    "×": "x",
    "b&w": "bw",
    "b/w": "bw",
    "&": "and",
    "+": "plus",
    "it's": "it is",
    "that's": "that is",
    "there's": "there is",
    "what's": "what is",
    "isn't": "is not",
    "can't": "cannot",
    "cant": "cannot",
    "i'd": "i would",
    "let's": "let us",
    "id": "i would",
    "dont": "do not",
    "don't": "do not",
    "im": "i am",
    "em": "them",
}
NUMBERS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "ten": 10.0, "a": 1.0, "half": 0.5}
UNITS = {"%": "percent", "px": "px", "°": "degrees", "stop": "stops", "x": "factor"}
SCANNER = re.compile(
    r"""
      [“"«](?P<double>[^“”"«»]+)[”"»]
    | (?<!\w)[‘'](?P<single>[^'’]+(?:['’]\w[^'’]*)*)['’](?!\w)
    | (?P<hex>\#[0-9a-f]{6}\b|\#[0-9a-f]{3}\b)
    | (?P<fraction>\d+/\d+)
    | (?P<number>(?:(?<![\w.])[-+−–])?\d+(?:[.,]\d+)?)
    | (?P<word>b&w|b/w|[^\W\d_]+(?:['’][^\W\d_]+)?)
    | (?P<mark>[%°×:;,.!?&+/()…–−-])
    | (?P<smile>[\U0001F600-\U0001F64F\U0001F3FB-\U0001F3FF]|👍|️)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COUNTED = {"one": "1", "two": "2", "three": "3", "half a": "0.5"}
SIGNED = re.compile(
    rf"\b(plus|minus) (\d+(?:[.,]\d+)?|{'|'.join(_COUNTED)})(?= ?(?:%|ev\b|stops?\b))", re.IGNORECASE
)
LINES = re.compile(r"\b(\d{3,4})p\b", re.IGNORECASE)
PARTS_OF_A_STOP = {
    "a third": 0.33,
    "one third": 0.33,
    "two thirds": 0.67,
    "a quarter": 0.25,
    "one quarter": 0.25,
    "one and a half": 1.5,
    "two and a half": 2.5,
}
STOPS = re.compile(rf"\b({'|'.join(PARTS_OF_A_STOP)}) (?:of )?(?:a )?stops?\b", re.IGNORECASE)
SILENT = frozenset("-–−()…:/")


def tokenize(instruction: str) -> list[Token] | None:
    """The tokens, or None when the instruction holds a sign that no token covers."""
    tokens: list[Token] = []
    end = 0
    instruction = in_figures(instruction)
    for match in SCANNER.finditer(instruction):
        if instruction[end : match.start()].strip():
            return None
        end = match.end()
        tokens += read(match)
    if instruction[end:].strip():
        return None
    return join_units(tokens)


def in_figures(instruction: str) -> str:
    """Like "minus one stop", "two thirds of a stop", "1080p"."""

    def signed(found: re.Match[str]) -> str:
        sign = "-" if found[1].lower() == "minus" else "+"
        return sign + _COUNTED.get(found[2].lower(), found[2])

    instruction = SIGNED.sub(signed, instruction)
    instruction = STOPS.sub(lambda found: f"{PARTS_OF_A_STOP[found[1].lower()]} stop", instruction)
    return LINES.sub(r"\1 px high", instruction)


def read(match: re.Match[str]) -> list[Token]:
    kind, text = match.lastgroup, match.group()
    if kind in ("double", "single"):
        return [Token("quote", text, match.group(kind).strip())]
    if kind == "hex":
        return [Token("colour", text, text.lower())]
    if kind == "fraction":
        above, below = (float(each) for each in text.split("/"))
        return [Token("fraction", text, above / below if below else 0.0)]
    if kind == "number":
        return [Token("number", text, float(text.replace(",", ".").replace("−", "-").replace("–", "-")))]
    if kind == "smile":
        return []
    word = text.lower().replace("’", "'")
    word = SPELLING.get(word, word.removesuffix("'s"))
    return [
        Token("word" if each[0].isalpha() or each in UNITS else "mark", text, each) for each in word.split()
    ]


def join_units(tokens: list[Token]) -> list[Token]:
    """20 % → percent, 16:9 → ratio, 800 x 600 → size, two stops → stops; silent marks fall away."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        token, length = join_at(tokens, at)
        at += length
        if not (token.kind == "mark" and token.value in SILENT):
            joined.append(token)
    return joined


def join_at(tokens: list[Token], at: int) -> tuple[Token, int]:
    first = tokens[at]
    values = [each.value if each.kind in ("word", "mark") else None for each in tokens[at + 1 : at + 4]]
    unit = values[0] if values else None
    if first.value == "half" and unit in ("a", "an") and len(values) > 1 and values[1] in UNITS:
        token, length = join_at([first, *tokens[at + 2 :]], 0)
        return token, length + 1
    if first.kind == "word" and first.value in NUMBERS and unit in UNITS:
        first = Token("number", first.text, NUMBERS[first.value])
    if first.kind not in ("number", "fraction"):
        return first, 1
    if len(tokens) > at + 2 and tokens[at + 2].kind == "number" and unit in ("x", "by", ":"):
        pixels = values[2:] == ["px"]
        return pair(first, tokens[at + 2], unit == ":", pixels), 3 + pixels
    if unit in UNITS:
        value = first.value / 100 if unit == "%" else first.value
        return Token(UNITS[unit], first.text, value), 2
    return first, 1


def pair(first: Token, second: Token, colon: bool, pixels: bool) -> Token:
    """Two small numbers are a ratio (16:9, 4 x 3), others a size in pixels."""
    small = max(first.value, second.value) <= 32 and not pixels
    text = f"{first.text}:{second.text}" if colon or small else f"{first.text} x {second.text}"
    return Token("ratio" if colon or small else "size", text, (first.value, second.value))
