"""How a person says things: patterns filled with words, politeness and stories around them, hasty typing."""

from __future__ import annotations

import random
import re

from engine.dialogue.grammar.closed import EDIT_WORDS
from engine.dialogue.grammar.english import VERBS, as_typed, gerund
from engine.dialogue.grammar.library import sections
from engine.dialogue.grammar.patterns import Binding, alternatives, fill, own_words, pick, tidy
from engine.dialogue.grammar.words import Words
from engine.dialogue.written.instructions import instructions_of
from engine.jobs import Turn

_WISHES = sections("wishes")
_BEFORE, _AFTER, _STORY = (_WISHES[name].said for name in ("before", "after", "story"))
_IMPERATIVES = {"object": 0.34, "look": 0.2, "scene": 0.16, "style": 0.12, "text": 0.04, "photo": 0.14}
_FROM_LIBRARY = 0.15
_TWICE = 0.12
_TALKED = 0.4
_FROM_LIST = 0.35
_LONG = 60
_STOPS = (".", "!", ",", "", "...", "?")
_MIND = (
    "would you mind {g}",
    "do you mind {g}",
    "how about {g}",
    "what about {g}",
    "i'd suggest {g}",
    "mind {g}",
    "i was thinking about {g}",
    "could you help me with {g}",
    "are you good at {g}",
    "i need help {g}",
)
_OPENERS = (
    "hi,",
    "hey,",
    "hey",
    "hm,",
    "well,",
    "ok,",
    "so",
    "please,",
    "hello!",
    "sorry,",
    "hi there,",
    "um,",
    "and",
    "oh,",
    "ok so",
    "yo",
)
_OPENED = 0.12
_CLOSED = 0.12


class Speech:
    """Draws what people say in one split, about one picture. The same `rng` state gives the same words."""

    def __init__(self, words: Words, rng: random.Random, caption: str = "") -> None:
        self.words = words
        self.rng = rng
        self.word = words.binder(rng, caption)
        self.split = words.split

    def bind(self) -> Binding:
        return Binding(self.word)

    def draw(self, patterns: list[str], bind: Binding | None = None) -> str:
        pattern = alternatives(pick(self.rng, patterns, self.split), self.rng)
        bind = bind or self.bind()
        bind.values |= own_words(pattern)
        return fill(pattern, bind)

    def sentences(self, patterns: list[str], bind: Binding | None = None) -> str:
        """One pattern, or two that say the same at greater length."""
        first = self.draw(patterns, bind)
        if self.rng.random() >= _TWICE or len(first) > _LONG:
            return first
        others = [pattern for pattern in patterns if not own_words(pattern)]  # of the same thing
        return f"{first.rstrip('.?! ')}{self.rng.choice(_STOPS)} {self.draw(others, bind)}"

    def pair(self, said: str, meant: str, bind: Binding) -> tuple[str, str]:
        """Expand a pair together; what stands in `<>` of the first is `{same}` in the second."""
        said = alternatives(said, self.rng)
        same = " ".join(re.findall(r"<(.*?)>", said))
        meant = alternatives(meant.replace("{same}", same), self.rng)
        return fill(said.replace("<", "").replace(">", ""), bind), fill(meant, bind)

    def imperative(self) -> str:
        """An instruction that is said just as it is meant."""
        if self.rng.random() < _FROM_LIBRARY:
            return self.rng.choice(instructions_of(self.split)).instruction.lower()
        kind = self.rng.choices(list(_IMPERATIVES), list(_IMPERATIVES.values()))[0]
        return self.draw(_WISHES[kind].said)

    def said(self, wish: str, story: float = 0.25) -> str:
        """A wish as a person says it: politeness around it, perhaps a story before or after."""
        rng = self.rng
        at = rng.random()
        if wish.split(" ")[0] not in VERBS:
            wish = self.opened(wish)
        elif at < 0.55:
            wish = f"{self.draw(_BEFORE)} {wish}"
        elif at < 0.6:
            wish = rng.choice(_MIND).format(g=gerund(wish))
        if rng.random() < 0.15:
            wish += rng.choice(("?", "?", "!", "."))
        if rng.random() < 0.25:
            wish = f"{wish} {self.draw(_AFTER)}"
        return self.with_story(wish, story)

    def opened(self, text: str) -> str:
        """Now and then with "hey," or the like in front, whatever is meant: it says nothing of that."""
        return f"{self.rng.choice(_OPENERS)} {text}" if self.rng.random() < _OPENED else text

    def closed(self, wish: str) -> str:
        """Now and then with thanks or the like behind."""
        if self.rng.random() >= _CLOSED:
            return wish
        stop = self.rng.choice((",", ".", "!", "")) if wish[-1:].isalnum() else ""
        return f"{wish}{stop} {self.draw(_AFTER)}"

    def with_story(self, wish: str, chance: float) -> str:
        if self.rng.random() >= chance:
            return wish
        story = self._story()
        if self.rng.random() < 0.3:
            story = f"{story} {self._story()}"
        end = "" if wish[-1:] in ".?!" else "."
        return f"{story} {wish}" if self.rng.random() < 0.65 else f"{wish}{end} {story}"

    def _story(self) -> str:
        """A sentence that holds no wish: one written for that, or some real talk."""
        talk = self.words.talk.get("off-topic")
        if talk and self.rng.random() < _TALKED:
            line = self.rng.choice(talk)
            if len(line) < _LONG and not line.endswith("?"):
                return line if line[-1:] in ".!" else f"{line}."
        return self.draw(_STORY)

    def typed(self, text: str) -> str:
        return as_typed(tidy(text), EDIT_WORDS, self.rng)

    def user(self, text: str) -> Turn:
        return Turn("user", self.typed(text))

    def polite(self, wish: str) -> str:
        return f"{self.draw(_BEFORE)} {wish}"

    def small_talk(self, topic: str) -> str:
        """Something said about a topic; also from a word list of its name, if there is one."""
        more = self.words.talk.get(topic)
        if more and self.rng.random() < _FROM_LIST:
            line = self.rng.choice(more)
            said = f"{line} {self.rng.choice(more)}" if self.rng.random() < _TWICE else line
        else:
            said = self.sentences(sections("controls")[topic].said)
        return self.opened(said)
