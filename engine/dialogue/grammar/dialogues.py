"""Composes the patterns into dialogues: wishes, questions and answers, follow-ups, undo, small talk."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.dialogue.grammar.closed import EDIT_WORDS
from engine.dialogue.grammar.english import VERBS, as_typed, gerund
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.library import Section, sections
from engine.dialogue.grammar.patterns import Binding, alternatives, fill, pick, share, tidy
from engine.dialogue.grammar.words import Words
from engine.dialogue.summary import said_back
from engine.jobs import Turn

_WISHES, _VAGUE = sections("wishes"), sections("vague")
_CONTROLS, _FOLLOW_UPS = sections("controls"), sections("follow_ups")["follow-up"].pairs
_BEFORE, _AFTER, _STORY = (_WISHES[name].said for name in ("before", "after", "story"))
_IMPERATIVES = {"object": 0.34, "look": 0.2, "scene": 0.16, "style": 0.12, "text": 0.04, "photo": 0.14}
_GAPS = [section for section in _VAGUE.values() if section.default != ("", "")]
_GAP_WEIGHTS = [{"better": 2.5, "background": 1.5, "part": 1.5}.get(gap.name, 1.0) for gap in _GAPS]
_CHAT = {
    "thanks": 3.0,
    "greeting": 1.2,
    "goodbye": 0.7,
    "about the bot": 2.2,
    "off-topic": 3.0,
    "rude": 1.2,
    "nonsense": 1.2,
    "other language": 1.2,
}
_COUNTS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5}
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
_OPENERS = ("",) * 12 + (
    "hi,",
    "hey,",
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
)


class Grammar:
    """Draws examples of one split. The same `rng` state gives the same example."""

    def __init__(self, words: Words, rng: random.Random) -> None:
        self.words = words
        self.rng = rng
        self.split = words.split
        self._kinds: tuple[tuple[Callable[[], Example], float], ...] = (
            (self.explicit, 0.32),
            (self.copying, 0.2),
            (self.vague, 0.15),
            (self.answered, 0.1),
            (self.follow_up, 0.055),
            (self.undo, 0.05),
            (self.reset, 0.03),
            (self.chat, 0.075),
            (self.assumed, 0.02),
        )

    def __iter__(self) -> Iterator[Example]:
        makers = [maker for maker, _ in self._kinds]
        shares = [part for _, part in self._kinds]
        while True:
            yield self.rng.choices(makers, shares)[0]()

    # ------------------------------------------------------------ pieces

    def _bind(self) -> Binding:
        return Binding(self.words.binder(self.rng))

    def _from(self, patterns: list[str], bind: Binding | None = None) -> str:
        pattern = pick(self.rng, patterns, self.split)
        return fill(alternatives(pattern, self.rng), bind or self._bind())

    def _pair(self, said: str, meant: str, bind: Binding) -> tuple[str, str]:
        """Expand a pair together; what stands in `<>` of the first is `{same}` in the second."""
        said = alternatives(said, self.rng)
        same = " ".join(re.findall(r"<(.*?)>", said))
        meant = alternatives(meant.replace("{same}", same), self.rng)
        return fill(said.replace("<", "").replace(">", ""), bind), fill(meant, bind)

    def _imperative(self) -> str:
        kind = self.rng.choices(list(_IMPERATIVES), list(_IMPERATIVES.values()))[0]
        return self._from(_WISHES[kind].said)

    def _said(self, wish: str, story: float = 0.25) -> str:
        """A wish as a person says it: politeness around it, perhaps a story before or after."""
        rng = self.rng
        at = rng.random()
        if wish.split(" ")[0] not in VERBS:
            wish = f"{rng.choice(_OPENERS)} {wish}"
        elif at < 0.55:
            wish = f"{self._from(_BEFORE)} {wish}"
        elif at < 0.6:
            wish = rng.choice(_MIND).format(g=gerund(wish))
        if rng.random() < 0.15:
            wish += rng.choice(("?", "?", "!", "."))
        if rng.random() < 0.25:
            wish = f"{wish} {self._from(_AFTER)}"
        return self._with_story(wish, story)

    def _with_story(self, wish: str, chance: float) -> str:
        if self.rng.random() >= chance:
            return wish
        story = self._from(_STORY)
        if self.rng.random() < 0.3:
            story = f"{story} {self._from(_STORY)}"
        end = "" if wish[-1:] in ".?!" else "."
        return f"{story} {wish}" if self.rng.random() < 0.65 else f"{wish}{end} {story}"

    def _typed(self, text: str) -> str:
        return as_typed(tidy(text), EDIT_WORDS, self.rng)

    def _user(self, text: str) -> Turn:
        return Turn("user", self._typed(text))

    def _edit_turns(self) -> tuple[tuple[Turn, Turn], str]:
        wish = self._imperative()
        return (self._user(self._said(wish, 0.05)), Turn("bot", said_back(wish))), wish

    def _with_history(self, example: Example, chance: float = 0.4) -> Example:
        """Put earlier, finished wishes before the example."""
        if self.rng.random() >= chance:
            return example
        turns: tuple[Turn, ...] = ()
        applied: tuple[str, ...] = ()
        for _ in range(self.rng.choice((1, 1, 1, 1, 1, 2, 2, 3))):
            earlier, wish = self._edit_turns()
            turns += earlier
            applied += (wish,)
        if self.rng.random() < 0.15:
            applied = ()  # undone since
        return replace(example, turns=turns + example.turns, applied=applied + example.applied)

    # ------------------------------------------------------------ kinds

    def explicit(self) -> Example:
        at = self.rng.random()
        if at < 0.22:
            said, meant = self.rng.choice(
                share(_WISHES["statement"].pairs, self.split, key=lambda pair: pair[0])
            )
            said, meant = self._pair(said, meant, self._bind())
            said = self._with_story(said, 0.15)
            tag = "statement"
        else:
            meant = self._imperative()
            if at > 0.9:
                joint = self.rng.choice((" and ", " and ", ", and ", " and then ", " then ", ", "))
                second = self._imperative()
                said = self._said(f"{meant}{joint}{second}")
                meant, tag = f"{meant} and {second}", "two"
            else:
                said, tag = self._said(meant), "imperative"
        example = Example((self._user(said),), "edit", said_back(meant), meant, tags=("explicit", tag))
        return self._with_history(example, 0.12)

    def copying(self) -> Example:
        """Practice in copying: imperatives full of words that nobody could guess."""
        rng = self.rng
        pattern = alternatives(pick(rng, _WISHES["copying"].said, "train"), rng)
        draw = self.words.binder(rng)

        def several(name: str) -> str:
            return " ".join(draw("any") for _ in range(rng.randint(1, 5))) if name == "any" else draw(name)

        meant = fill(pattern, several)
        example = Example(
            (self._user(self._said(meant, 0.1)),),
            "edit",
            said_back(meant),
            meant,
            tags=("explicit", "copying"),
        )
        return self._with_history(example, 0.06)

    def _gap(self) -> Section:
        return self.rng.choices(_GAPS, _GAP_WEIGHTS)[0]

    def _wish_and_question(self, gap: Section, bind: Binding) -> tuple[Turn, Turn]:
        bind.values["part"] = bind("the").partition(" ")[2]
        said = self._said(self._from(gap.said, bind), 0.12)
        question = fill(alternatives(self.rng.choice(gap.replies), self.rng), bind)
        return self._user(said), Turn("bot", self._yours(question))

    @staticmethod
    def _yours(text: str) -> str:
        return re.sub(r"\bmy\b", "your", text)

    def vague(self) -> Example:
        gap = self._gap()
        wish, question = self._wish_and_question(gap, self._bind())
        example = Example((wish,), "ask", question.text, tags=("vague", gap.name))
        return self._with_history(example, 0.15)

    def answered(self) -> Example:
        gap, bind, rng = self._gap(), self._bind(), self.rng
        turns: tuple[Turn, ...] = self._wish_and_question(gap, bind)
        at = rng.random()
        if at < 0.12:  # the answer is a new wish of its own
            meant = self._imperative()
            example = Example(
                (*turns, self._user(self._said(meant, 0.05))),
                "edit",
                said_back(meant),
                meant,
                tags=("answer", "other"),
            )
        elif at < 0.22:
            example = Example(
                (*turns, self._user(self._from(_VAGUE["never mind"].said))),
                "chat",
                rng.choice(_VAGUE["never mind"].replies),
                tags=("answer", "never mind"),
            )
        elif at < 0.34:
            instruction, reply = (fill(text, bind) for text in gap.default)
            example = Example(
                (*turns, self._user(self._from(_VAGUE["left to the bot"].said))),
                "edit",
                self._yours(reply),
                instruction,
                tags=("answer", "left to the bot"),
            )
        else:
            answer, meant = self._pair(*rng.choice(gap.pairs), bind)
            if rng.random() < 0.3 and answer.split(" ")[0] in {"a", "an", "the"}:
                answer = answer.split(" ", 1)[1]
            said = pick(rng, _VAGUE["answer frames"].said, self.split).format(answer=answer)
            example = Example(
                (*turns, self._user(said)), "edit", said_back(meant), meant, tags=("answer", gap.name)
            )
        return self._with_history(example, 0.1)

    def assumed(self) -> Example:
        """No more questions are allowed: the most likely thing is done, and said."""
        gap, bind = self._gap(), self._bind()
        turns: tuple[Turn, ...] = ()
        if self.rng.random() < 0.7:
            turns = self._wish_and_question(gap, bind)
        last = (
            self._from(_VAGUE["left to the bot"].said)
            if turns and self.rng.random() < 0.4
            else self._from(gap.said, bind)
        )
        instruction, reply = (fill(text, bind) for text in gap.default)
        return Example(
            (*turns, self._user(last)),
            "edit",
            self._yours(reply),
            instruction,
            may_ask=False,
            tags=("assumed", gap.name),
        )

    def follow_up(self) -> Example:
        """A wish that only makes sense after the one before."""
        rng, bind = self.rng, self._bind()
        both, meant = rng.choice(_FOLLOW_UPS)
        first, _, said = both.partition(" > ")
        first = fill(alternatives(first, rng), bind)
        said, meant = self._pair(said, meant, bind)
        earlier = (self._user(self._said(first, 0.05)), Turn("bot", said_back(first)))
        if rng.random() < 0.5:
            said = (
                f"{self._from(_BEFORE)} {said}"
                if said.split(" ")[0] in {"make", "add", "turn", "put", "remove"}
                else said
            )
        example = Example(
            (*earlier, self._user(said)), "edit", said_back(meant), meant, (first,), tags=("follow-up",)
        )
        return self._with_history(example, 0.12)

    def undo(self) -> Example:
        rng = self.rng
        if rng.random() < 0.22:
            count = rng.choice(list(_COUNTS))
            pattern = alternatives(pick(rng, _CONTROLS["undo many"].said, self.split), rng)
            said = fill(pattern, lambda _: count)
            number = str(_COUNTS[count])
            example = Example(
                (self._user(said),),
                "undo",
                rng.choice(_CONTROLS["undo many"].replies).format(count=number),
                number,
                tags=("undo", "many"),
            )
        else:
            said = self._with_politeness(self._from(_CONTROLS["undo"].said))
            example = Example(
                (self._user(said),), "undo", rng.choice(_CONTROLS["undo"].replies), tags=("undo",)
            )
        return self._with_history(example, 0.6)

    def reset(self) -> Example:
        said = self._with_politeness(self._from(_CONTROLS["reset"].said))
        example = Example(
            (self._user(said),), "reset", self.rng.choice(_CONTROLS["reset"].replies), tags=("reset",)
        )
        return self._with_history(example, 0.6)

    def _with_politeness(self, said: str) -> str:
        before = self.rng.choice(
            (
                "",
                "",
                "",
                "",
                "please ",
                "ok ",
                "hmm ",
                "can you ",
                "no, ",
                "actually ",
                "sorry, ",
                "oh ",
                "hey ",
                "um, ",
            )
        )
        return before + said + self.rng.choice(("", "", "", "", "", " please", " pls", " thanks", "!", "."))

    def chat(self) -> Example:
        rng = self.rng
        topic = rng.choices(list(_CHAT), list(_CHAT.values()))[0]
        said = self._from(_CONTROLS[topic].said)
        reply = rng.choice(_CONTROLS[topic].replies)
        example = Example((self._user(said),), "chat", reply, tags=("chat", topic))
        return self._with_history(example, 0.3)
