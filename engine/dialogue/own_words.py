"""The last guard: where an instruction makes no sense or loses something, the person's own words do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from difflib import get_close_matches
from itertools import pairwise

from engine.dialogue.context import WORD, normal
from engine.dialogue.grammar.closed import (
    EDIT_WORDS,
    FUNCTION_WORDS,
    GLUE_WORDS,
    TALK_WORDS,
    TRANSLATED_WORDS,
)
from engine.dialogue.grammar.english import VERBS
from engine.dialogue.grammar.library import sections, word_lists
from engine.dialogue.grammar.patterns import common_words, words_in
from engine.dialogue.grammar.places import place_in
from engine.dialogue.joined import bare_answer, is_order, joined
from engine.dialogue.living import asks
from engine.jobs import Turn

_WISHES = sections("wishes")


def _ending(patterns: Sequence[str]) -> re.Pattern[str]:
    """A text's end that is one of the patterns, word for word; ", my friend" only behind a stop."""
    plain = sorted((each for each in patterns if not set("({|") & set(each)), key=len, reverse=True)
    after = {stop: [each for each in plain if each.startswith(",") == stop] for stop in (True, False)}
    behind_stop, anywhere = ("|".join(re.escape(each.strip(" ,")) for each in after[stop]) for stop in after)
    return re.compile(rf"(?:[ ]*[,.!]+[ ]*(?:{behind_stop})|[ ,.!]+(?:{anywhere}))[ .!?]*$")


_USUAL = 2
"""Of a word that stands in one pattern only, "love you to the moon", there may be a thing in the picture."""
_POLITE = common_words([*_WISHES["before"].said, *_WISHES["after"].said], _USUAL)
_AFTER = common_words(_WISHES["after"].said, _USUAL)
_TAIL = _ending(_WISHES["after"].said)
_FRAME_WORDS = frozenset(words_in(sections("vague")["answer frames"].said))
_LAST_WORDS = re.compile(
    r"[ ,.!]*\b(please|pls|plz|(thanks?|thx|ty|cheers)( you| u)?( (so|very) much| a lot)?|lol|haha)[ .!?]*$"
)
_SLOTS = word_lists("words")
_WHOLE_PICTURE = re.compile(
    r"(make|turn) (it|this|the (photo|picture|image)) "
    r"((a (little )?bit|a little|slightly|much|way|a lot|even|\d+ ?%) )?"
    r"(brighter|darker|lighter|warmer|cooler|sharper|softer|black and white|sepia|gr[ae]yscale|monochrome"
    rf"|{'|'.join([*_SLOTS['seasons'], *_SLOTS['times']])})"
)
_LIMITED = re.compile(
    r"\b(only|just|except|except for|apart from) "
    r"(her|him|me|us|them|the (man|woman|person|people|girl|boy|couple|subject|lady|guy))\b"
)
_LIMITS = frozenset({"only", "just", "except", "apart", "background", "rest", "else"})
# What an instruction may answer with another word: "too dark" with "brighter".
_COMPLAINTS = frozenset(word_lists("closed")["complaints"])
_TAKING_AWAY = frozenset({"remove", "replace", "delete", "erase"})
_ASKED_AWAY = _TAKING_AWAY | frozenset(word_lists("closed")["away"])
_REFERENCES = frozenset(word_lists("closed")["references"])
_PLACES = frozenset(("left", "right", "middle", "first", "second", "third", "last"))
"""In an answer they say which one is meant."""
_UNNAMED = r"(?:things?|ones?|stuff|rest|others?|distractions?|bits?|parts?|something|anything)"
_COMPLETE = re.compile(
    r"(?:(?:remove|delete|erase|get rid of|take out|take away|lose)"
    r" (?:the|my|that|this|his|her|our|their|those|these)|(?:add|put) (?:another|one more))"
    rf" (?:(?!{_UNNAMED}\b)[a-z-]+ ){{0,2}}(?!{_UNNAMED}\b)[a-z-]+"
    r"(?: (?:on|at) the (?:left|right)| (?:from|in) the (?:picture|photo|image|background))?"
)
_LOOKS_BY = re.compile(r"make it look (by|taken|shot|filmed)\b")
_ONE_WISH = 14
_LONGEST = 40
_MISTYPED = 0.8  # as alike as "shuold" and "should"


def _words(text: str) -> list[str]:
    return WORD.findall(normal(text))


def trustworthy(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether the model's instruction may stand."""
    return sound(turns, instruction) and not (
        loses_something(turns, instruction) or scrambled(turns, instruction)
    )


def sound(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether the instruction makes sense after what was said, and wants nothing that nobody asked for."""
    return not (
        nonsense(instruction)
        or repeats_itself(turns, instruction)
        or takes_away_unasked(turns, instruction)
        or borrows(turns, instruction)
        or means_the_picture(turns)
        or goes_too_far(turns, instruction)
        or looks_by_somebody(turns, instruction)
    )


def nonsense(instruction: str) -> bool:
    """Nothing but function words, or a word that stammers."""
    words = re.findall(r"[^\s,\"]+", instruction)
    return set(words) <= FUNCTION_WORDS or any(a == b for a, b in pairwise(words))


def repeats_itself(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether two words that mean something stand side by side more often than anybody said them so: "make it
    old photo look old photo"."""
    said = Counter(pair for turn in turns for pair in pairwise(_words(turn.text)))
    pairs = Counter(pairwise(_words(instruction)))
    return any(
        times > max(said[pair], 1 if FUNCTION_WORDS.isdisjoint(pair) else 2) for pair, times in pairs.items()
    )


def loses_something(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether a short text of one sentence says a thing that the instruction leaves out.

    Before the stretch of the text that the instruction took its words from, politeness may be left out, and
    behind it thanks. An instruction that puts the wish in other words, "too dark" as "brighter", is believed.
    Longer texts are left to the model: their stories do not belong into an instruction.
    """
    said = _TAIL.sub("", normal(turns[-1].text))
    words, kept = _words(said), set(_words(instruction))
    if len(words) > _ONE_WISH or re.search(r"[.!?;:] +\w", said):
        return False
    known = (TALK_WORDS | _FRAME_WORDS) - _PLACES if answers(turns) else TALK_WORDS
    if kept & TRANSLATED_WORDS - set(words):
        known |= _COMPLAINTS
    known |= kept
    content = kept - GLUE_WORDS
    lost = [at for at, word in enumerate(words) if word not in known and not _mistyped(word, kept)]
    taken = [at for at, word in enumerate(words) if word in content]
    if not taken:
        return bool(lost)
    return any(
        not (at < taken[0] - 1 and words[at] in _POLITE) and not (at > taken[-1] and words[at] in _AFTER)
        for at in lost
    )


def _mistyped(word: str, kept: Set[str]) -> bool:
    """Whether it is a slip in a word that the instruction has, or that may be left out."""
    candidates = {known for known in (kept & EDIT_WORDS) | TALK_WORDS if known[0] == word[0]}
    meant = get_close_matches(word, candidates, 1, _MISTYPED) if len(word) > 4 else []
    return bool(meant) and abs(len(meant[0]) - len(word)) < 2


def takes_away_unasked(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether a thing is removed or replaced though nobody spoke of that: the worst misunderstanding."""
    if instruction.split(" ")[0] not in _TAKING_AWAY:
        return False
    return not _ASKED_AWAY & {word for turn in turns for word in _words(turn.text)}


def scrambled(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether the instruction holds only words of the wish, but in an order in which nobody said them."""
    said, words = _words(turns[-1].text), _words(instruction)
    rest = iter(said)
    return set(words) <= set(said) and not all(word in rest for word in words)


def borrows(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether a complete order got words of older wishes mixed in that it does not refer to."""
    said, words = set(_words(turns[-1].text)), set(_words(instruction))
    if answers(turns) or not is_order(_bare(turns[-1])) or words <= said | EDIT_WORDS:
        return False
    references = said & _REFERENCES
    return not references or bool(references & words)


def goes_too_far(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether a wish about somebody only, "only her, not the rest", became one about the whole picture."""
    return bool(_LIMITED.search(normal(turns[-1].text))) and not _LIMITS & set(_words(instruction))


def looks_by_somebody(turns: Sequence[Turn], instruction: str) -> bool:
    """Whether "by lisa frank" became "make it look by lisa frank", which is no English."""
    return not answers(turns) and _LOOKS_BY.match(instruction) is not None


def means_the_picture(turns: Sequence[Turn]) -> bool:
    """Whether "it" in a wish about light, tone or season is the picture, whatever was edited last."""
    return not answers(turns) and _WHOLE_PICTURE.fullmatch(_bare(turns[-1])) is not None


def own_words(turns: Sequence[Turn]) -> str:
    """What the person said last, without politeness, as an instruction; "" for no words.

    An answer is no wish of its own: it is joined with the question, or else follows the wish that it
    answers, "give the bike another colour: mint green".
    """
    text = _bare(turns[-1])
    if answers(turns) and not is_order(text):
        answer = bare_answer(text)
        wish = _bare(turns[-3])
        text = joined(normal(turns[-2].text), answer, place_in(wish)) or f"{wish}: {answer}"
    return text if _words(_bare(turns[-1])) else ""


def looks_like_a_wish(turns: Sequence[Turn]) -> bool:
    """Whether what was said last answers a question or begins as an order does."""
    return answers(turns) or begins_as_an_order(turns)


def begins_as_an_order(turns: Sequence[Turn]) -> bool:
    """Whether what was said last is a wish of its own by its first words, and answers nothing."""
    return not answers(turns) and is_order(_bare(turns[-1]))


def is_complete(turns: Sequence[Turn]) -> bool:
    """Whether nothing is open in what was said last: "get rid of the tree, please" names what, and no more is
    needed."""
    return not answers(turns) and _COMPLETE.fullmatch(_bare(turns[-1])) is not None


def answers(turns: Sequence[Turn]) -> bool:
    """Whether what was said last is an answer to a question."""
    return len(turns) > 2 and turns[-2].speaker == "bot" and asks(turns[-2])


def _bare(turn: Turn) -> str:
    words = normal(turn.text).split(" ")
    start = next((at for at, word in enumerate(words) if word in VERBS), 0)
    if {word.strip(",.!?") for word in words[:start]} <= _POLITE:
        words = words[start:]
    text = " ".join(words[-_LONGEST:])
    while (shorter := _TAIL.sub("", _LAST_WORDS.sub("", text))) not in {"", text}:
        text = shorter
    return text.rstrip(".!?, ")
