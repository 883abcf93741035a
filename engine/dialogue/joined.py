"""A question and its answer as one instruction, for when the model does not join them well."""

from __future__ import annotations

import re

from engine.dialogue.grammar.english import VERBS
from engine.dialogue.grammar.library import sections, word_lists
from engine.dialogue.grammar.places import place_in

_FORMS: tuple[tuple[str, str], ...] = (
    (r"what should the background become\?", "change the background to {answer}"),
    (r"which colour should (?P<thing>.+) be\?", "make {thing} {answer}"),
    (r"what should (?P<thing>.+) become\?", "turn {thing} into {answer}"),
    (r"which (?P<thing>.+) should it become\?", "turn the {thing} into {answer}"),
    (r"(what|who|which .+) should i add( .+)?\?", "add {answer}"),
    (r"what should i remove\?", "remove {answer}"),
    (r"which (?P<kind>[a-z-]+) should i remove\?", "remove {answer}"),
    (r"which style would you like\?", "make it look {answer}"),
    (r"what should the text( .+)? say\?", 'add the text "{answer}"'),
    (r"which (weather|season|time of day|mood) would you like\?", "make it {answer}"),
    (r"should (it|the light) be brighter or darker\?", "make it {answer}"),
    (r"how should (?P<thing>.+) look\?", "make {thing} {answer}"),
    (r"should (?P<thing>.+) be bigger or smaller\?", "make {thing} {answer}"),
    (r"where should (?P<thing>.+) go\?", "move {thing} {answer}"),
    (r"which part should stay( when i crop it)?\?", "crop it to {answer}"),
    (r"which of (?P<thing>.+) should i remove\?", "remove {answer}"),
    (r"which (filter|effect|theme) would you like\?", "make it look {answer}"),
    (r"which (?P<kind>.+) would you like for (?P<thing>.+)\?", "change the {kind} of {thing} to {answer}"),
    (r"which (?P<thing>.+) would you like\?", "change the {thing} to {answer}"),
    (r"which way should i turn it\?", "rotate it {answer}"),
    (r"which size should it be\?", "resize it to {answer}"),
    (r"which part should change colour, and to what\?", "make {answer}"),
)
_PLACED = ("add {answer}", 'add the text "{answer}"')
_NOTHING = re.compile(r"(yes|yeah|yep|no|nope|both|either|ok|okay)")
_HESITATION = r"(?:h+m+|u+m+|uh|oh|ah|well|ok|okay)[,.]* "
_COMPARED = re.compile(r"(a|an|the) |\S+ \S+")
_PREPOSITION = re.compile(r"(in|like|as|with) ")
_OBJECTS = frozenset(["it", "this", "that", "them", "him", "her", "me", "us", "my", "the", "everything"])
_AMBIGUOUS = frozenset(word_lists("verbs")["ambiguous"]) | {"only", "simply", "style", "light", "text"}


def _frames() -> list[re.Pattern[str]]:
    """What people put around an answer, "hm, maybe ... i think": the plain ones of the grammar's frames."""
    plain = [frame for frame in sections("vague")["answer frames"].said if "|" not in frame]
    sides = [tuple(map(re.escape, frame.split("{answer}"))) for frame in plain]
    sides.append((_HESITATION, ""))
    return [re.compile(rf"{before}(?P<answer>.+?){after}[.!?]*") for before, after in sides]


_FRAMES = _frames()


def bare_answer(text: str) -> str:
    """The answer without what stands around it; text in the model's lower case."""
    while True:
        inner = [found["answer"].strip(" ,.") for frame in _FRAMES if (found := frame.fullmatch(text))]
        shortest = min(filter(None, inner), key=len, default=text)
        if shortest == text:
            return text
        text = shortest


def is_order(text: str) -> bool:
    """Whether an answer is a wish of its own: "make it night", "crop it", but not "only the dog"."""
    first, _, rest = text.partition(" ")
    if first in _AMBIGUOUS:
        return rest.partition(" ")[0] in _OBJECTS
    return first in VERBS


def joined(question: str, answer: str, place: str | None = None) -> str | None:
    """All in the model's lower case; None where they don't make an instruction.

    `place` is where the wish wanted what the answer names: "on the roof".
    """
    if _NOTHING.fullmatch(answer):
        return None
    for form, meant in _FORMS:
        if found := re.fullmatch(form, question):
            named = {name: re.sub(r"\byour\b", "my", text) for name, text in found.groupdict().items()}
            if meant == "remove {answer}" and named:
                (noun,) = named.values()
                answer = re.sub(r"\bone$", noun.split()[-1].removesuffix("s"), answer)
            text = meant.format(**named, answer=_fitting(answer, meant))
            return f"{text} {place}" if place and meant in _PLACED and not place_in(answer) else text
    return None


def _fitting(answer: str, meant: str) -> str:
    if meant.endswith('"'):
        return answer.strip('"')
    if meant.endswith(("to {answer}", "into {answer}")):
        return re.sub(r"^(in)?to ", "", answer)
    if meant.endswith("look {answer}") and _COMPARED.match(answer) and not _PREPOSITION.match(answer):
        return f"like {answer}"
    return answer
