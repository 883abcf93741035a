"""Which of several pictures somebody means: pure functions over words, numbers count from 1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.counting import NUMBERS

ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th
"""
ORDINALS = {word: place % 10 + 1 for place, word in enumerate(ORDINAL_WORDS.split())}
CARDINALS = {
    word: number for word, number in NUMBERS.items() if word not in {"once", "twice", "couple", "thrice"}
}
ALL = {"all", "both", "each", "every", "everything"}
BUT = {"but", "except", "besides", "without"}
FILLER_WORDS = """
    please ok okay yes yeah just only the of them these those do it that this for on to with take use edit
    i mean want a an in and then my thanks thank you go ahead picture pictures photo photos image images pic
    pics number no nr one ones
"""
FILLERS = frozenset(FILLER_WORDS.split())
NOUN = r"(?:pictures?|photos?|photographs?|images?|pics?|ones?)"
_ORDINAL = "|".join([*ORDINALS, "last"])
_EVERY = re.compile(
    rf"""
    \b(?:
        (?:all|both|each|every\ one)\ of\ (?:them|these|those)(?:\ {NOUN})?
        |(?:all|both|each|every)(?:\ of)?(?:\ (?:the|these|those|my|our))?
            (?:\ (?:two|three|four|five|six|seven|eight|nine|ten|\d+))?\ {NOUN}
        |(?:them|these)\ (?:all|both)
    )\b(?!['’]|\ (?:on|in|at|from|behind)\ )  # those that a picture shows are no pictures of ours
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SINGLE = re.compile(
    rf"""
    \b(?:(?:just|only)\ )?(?:
        (?:the\ )?(?P<ordinal>{_ORDINAL})\ {NOUN}
        |(?:the\ )?(?:picture|photo|image|pic)\ (?:number\ |no\.?\ |nr\.?\ )?(?P<number>10|[1-9])
    )\b(?!['’])
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A wish that says itself which pictures it is about, and what it wishes for each of them."""

    numbers: tuple[int, ...]
    wish: str


def answer(text: str, count: int) -> tuple[int, ...] | None:
    """What an answer chooses among `count` pictures: "all", "the second one", "1 and 3", "all but the last".

    Empty where it speaks of pictures that there aren't; None for words that choose nothing.
    """
    tokens = _tokens(text, count)
    if not tokens:
        return None
    numbers = _chosen(tokens, count)
    if numbers is None:
        return None
    return tuple(sorted(numbers)) if all(1 <= number <= count for number in numbers) else ()


def named(wish: str, count: int) -> Named | None:
    """What a wish chooses among `count` pictures by itself, if it does: "crop the second picture"."""
    if count < 2:
        return None
    every, single = list(_EVERY.finditer(wish)), list(_SINGLE.finditer(wish))
    if len(every) + len(single) != 1 or (every and count != 2 and "both" in every[0].group().lower()):
        return None
    (found,) = every or single
    numbers = tuple(range(1, count + 1)) if every else (_number(found, count),)
    if not all(1 <= number <= count for number in numbers):
        return None
    return Named(numbers, f"{wish[: found.start()]}it{wish[found.end() :]}")


def _number(found: re.Match[str], count: int) -> int:
    ordinal = found["ordinal"]
    if ordinal is None:
        return int(found["number"])
    return count if ordinal.lower() == "last" else ORDINALS[ordinal.lower()]


Token = int | Literal["all", "but", "first n", "last n", "to"]


def _tokens(text: str, count: int) -> list[Token] | None:
    """None where a word is in it that has nothing to do with choosing."""
    words = re.findall(r"\d+(?:st|nd|rd|th)|\d+|[a-z]+|[-–]", text.lower())
    found: list[Token] = []
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in ALL and (word != "both" or count == 2):
            found.append("all")
        elif word in BUT:
            found.append("but")
        elif word in {"first", "last"} and _cardinal(following) is not None:
            found.append("first n" if word == "first" else "last n")
        elif word == "last":
            found.append(count)
        elif word in ORDINALS:
            found.append(ORDINALS[word])
        elif word in {"-", "–", "to", "through", "till", "until"} and _cardinal(following) is not None:
            found.append("to")
        elif (number := _cardinal(word)) is not None:
            found.append(number)
        elif word not in FILLERS:
            return None
    if not found and words and words[-1] == "one":
        found.append(1)
    return found


def _cardinal(word: str) -> int | None:
    """ "one" is left out: it mostly stands for a picture, as in "the second one"."""
    if word.isdecimal():
        return min(int(word), 99)
    return CARDINALS.get(word) if word not in {"one", "both"} else None


def _chosen(tokens: list[Token], count: int) -> set[int] | None:
    everything = set(range(1, count + 1))
    if "but" in tokens:
        place = tokens.index("but")
        left_out = _chosen(tokens[place + 1 :], count)
        taken = _chosen(tokens[:place], count)
        return everything - left_out if taken == everything and left_out else None
    match tokens:
        case ["all"]:
            return everything
        case ["all", int(number)]:
            return everything if number == count else None
        case ["first n", int(number)]:
            return set(range(1, number + 1))
        case ["last n", int(number)]:
            return set(range(count - number + 1, count + 1))
        case [int(low), "to", int(high)]:
            return set(range(low, high + 1)) or None
        case _:
            numbers = {token for token in tokens if isinstance(token, int)}
            return numbers if len(numbers) == len(tokens) else None
