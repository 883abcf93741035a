"""A standard question and its answer as one instruction, for when the model does not join them well."""

from __future__ import annotations

import re

_FORMS: tuple[tuple[str, str], ...] = (
    (r"what should the background become\?", "change the background to {answer}"),
    (r"which colour should (?P<thing>.+) be\?", "make {thing} {answer}"),
    (r"what should (?P<thing>.+) become\?", "turn {thing} into {answer}"),
    (r"which (?P<thing>.+) should it become\?", "turn the {thing} into {answer}"),
    (r"what should i add\?", "add {answer}"),
    (r"what should i remove\?", "remove {answer}"),
    (r"which style would you like\?", "make it look {answer}"),
    (r"what should the text say\?", 'add the text "{answer}"'),
    (r"which (weather|season|time of day|mood) would you like\?", "make it {answer}"),
    (r"should it be brighter or darker\?", "make it {answer}"),
    (r"how should (?P<thing>.+) look\?", "make {thing} {answer}"),
    (r"should (?P<thing>.+) be bigger or smaller\?", "make {thing} {answer}"),
    (r"where should (?P<thing>.+) go\?", "move {thing} {answer}"),
    (r"which part should stay\?", "crop it to {answer}"),
    (r"which way should i turn it\?", "rotate it {answer}"),
    (r"which size should it be\?", "resize it to {answer}"),
    (r"which part should change colour, and to what\?", "make {answer}"),
)
_COMPARES = re.compile(r"(like|as|in) ")


def joined(question: str, answer: str) -> str | None:
    """Both in the model's lower case; None for a question of another form."""
    for form, meant in _FORMS:
        if found := re.fullmatch(form, question):
            thing = re.sub(r"\byour\b", "my", found.groupdict().get("thing", ""))
            if meant.endswith("look {answer}") and not _COMPARES.match(answer):
                answer = f"like {answer}"
            return meant.format(thing=thing, answer=answer)
    return None
