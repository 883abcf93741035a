"""Composes hand-written dialogues, patterns and words into dialogues without end (paper section 3.1.1)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.dialogue.context import normal
from engine.dialogue.grammar.examples import Example
from engine.dialogue.grammar.histories import GAPS, History
from engine.dialogue.grammar.kinds import with_kind
from engine.dialogue.grammar.library import Section, sections
from engine.dialogue.grammar.patterns import Binding, alternatives, fill, pick, share
from engine.dialogue.grammar.places import PLACED, place_in
from engine.dialogue.grammar.speech import Speech
from engine.dialogue.grammar.words import Words
from engine.dialogue.summary import said_back, yours
from engine.dialogue.written.reader import library_of
from engine.jobs import Act, Turn

_WISHES, _VAGUE = sections("wishes"), sections("vague")
_CONTROLS, _AFTERWARDS = sections("controls"), sections("afterwards")
_GAP_WEIGHTS = [{"better": 4.0, "background": 1.5, "part": 1.5}.get(gap.name, 1.0) for gap in GAPS]
_OF_TOOLS = 0.22
"""The share of clear wishes that are for a photographic tool; of real requests it is about half."""
_STORIES = {"better": 0.3, "control": 0.08}
_CHAT = {
    "thanks": 2.5,
    "greeting": 1.2,
    "goodbye": 0.7,
    "about the bot": 1.8,
    "about undo": 0.6,
    "about privacy": 0.6,
    "about time": 0.6,
    "off-topic": 14.0,
    "rude": 1.4,
    "nonsense": 1.2,
    "other language": 1.8,
}
_COUNTS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5}
_BEFORE_CONTROL = (
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
_BETWEEN_WISHES = (
    " and ",
    " and ",
    ", and ",
    " and then ",
    " then ",
    ", ",
    ", also ",
    ". also ",
    ". oh, also ",
    ". oh and ",
    ". and ",
    ". ",
    ". ",
    "; ",
    ", plus ",
    ". plus ",
    " + ",
    ". then ",
    ". after that ",
    ", and while you're at it ",
    ". while you're at it, ",
    ". second: ",
)
_AFTER_CONTROL = (" please", " pls", " thanks", "!", ".")


class Grammar(Speech):
    """Draws examples of one split. The same `rng` state gives the same example."""

    def __init__(self, words: Words, rng: random.Random, caption: str = "") -> None:
        super().__init__(words, rng, caption)
        self._history = History(self)
        self._kinds: tuple[tuple[Callable[[], Example], float], ...] = (
            (self.written, 0.14),
            (self.explicit, 0.26),
            (self.copying, 0.05),
            (self.vague, 0.2),
            (self.asked_afterwards, 0.04),
            (self.answered, 0.06),
            (self.follow_up, 0.07),
            (self.undo, 0.05),
            (self.undo_afterwards, 0.06),
            (self.reset, 0.06),
            (self.chat, 0.22),
            (self.talk_afterwards, 0.07),
            (self.assumed, 0.02),
        )

    def __iter__(self) -> Iterator[Example]:
        makers = [maker for maker, _ in self._kinds]
        shares = [part for _, part in self._kinds]
        while True:
            yield self.rng.choices(makers, shares)[0]()

    def written(self) -> Example:
        """One decision of a hand-written dialogue, mostly with new words in its slots."""
        rng = self.rng
        found = rng.choice(library_of(self.split))
        dialogue = found.filled(self.word if rng.random() < 0.8 else None)
        example = rng.choice(dialogue.examples())
        said = [turn.text for turn in example.turns if turn.speaker == "user"]
        if example.act in {"ask", "edit"} and len(said) == 1:
            said[0] = self.with_story(said[0], 0.15)
        said = [self.typed(text) for text in said]
        turns = tuple(Turn("user", said.pop(0)) if turn.speaker == "user" else turn for turn in example.turns)
        return replace(example, turns=turns, tags=("written", example.act))

    def explicit(self) -> Example:
        at = self.rng.random()
        if at < 0.1:
            said, meant, tag = *self._two_wishes(), "two"
        elif at < 0.66:
            said, meant = self._statement()
            said = self.with_story(self.closed(self.opened(said)), 0.15)
            tag = "statement"
        else:
            meant = self.imperative()
            said, tag = self.said(meant), "imperative"
        example = Example((self.user(said),), "edit", said_back(meant), meant, tags=("explicit", tag))
        return self._history.before(example, 0.25)

    def _statement(self) -> tuple[str, str]:
        section = _WISHES["tools" if self.rng.random() < _OF_TOOLS else "statement"]
        pairs = share(section.pairs, self.split, key=lambda pair: pair[0])
        return self.pair(*self.rng.choice(pairs), self.bind())

    def _two_wishes(self) -> tuple[str, str]:
        """Two that stand beside each other as they were said, or with a word between."""
        rng = self.rng
        wishes = [
            self._statement() if rng.random() < 0.4 else (wish := self.imperative(), wish) for _ in range(2)
        ]
        (said, meant), (also_said, also_meant) = wishes
        if rng.random() < 0.6:
            said = self.said(said, 0.1)
        between = rng.choice(_BETWEEN_WISHES)
        if between[0] in ".;" and said[-1:] in ".?!":
            between = between[1:]
        return f"{said}{between}{also_said}", f"{meant} and {also_meant}"

    def copying(self) -> Example:
        """Practice in copying: imperatives full of words that nobody could guess."""
        rng = self.rng
        pattern = alternatives(pick(rng, _WISHES["copying"].said, "train"), rng)

        def several(name: str) -> str:
            return (
                " ".join(self.word("any") for _ in range(rng.randint(1, 5)))
                if name == "any"
                else self.word(name)
            )

        meant = fill(pattern, several)
        turn = self.user(self.said(meant, 0.1))
        example = Example((turn,), "edit", said_back(meant), meant, tags=("explicit", "copying"))
        return self._history.before(example, 0.06)

    def _gap(self) -> Section:
        return self.rng.choices(GAPS, _GAP_WEIGHTS)[0]

    def _wish(self, gap: Section, bind: Binding) -> Turn:
        """Notes in `bind`, as `where`, the place that was named for a thing that was not."""
        bind.values["part"] = bind("the").partition(" ")[2]
        wish = self.sentences(gap.said, bind)
        if gap.replies[0] in PLACED and (place := place_in(wish)):
            bind.values["where"] = place
        return self.user(self.said(wish, _STORIES.get(gap.name, 0.12)))

    def _question(self, gap: Section, bind: Binding, standard: bool) -> Turn:
        """The standard question is what is learnt to be written; the others may stand in a history."""
        question = gap.replies[0] if standard else self.rng.choice(gap.replies)
        if standard and (place := bind.values.get("where")):
            question = PLACED[gap.replies[0]].format(place=place)
        return Turn("bot", yours(fill(alternatives(question, self.rng), bind)))

    def vague(self) -> Example:
        gap, bind = self._gap(), self.bind()
        wish = self._wish(gap, bind)
        question = self._question(gap, bind, standard=True)
        return self._history.before(Example((wish,), "ask", question.text, tags=("vague", gap.name)), 0.3)

    def _asked(self, gap: Section, bind: Binding) -> tuple[Turn, Turn]:
        wish = self._wish(gap, bind)
        question = self._question(gap, bind, standard=self.rng.random() < 0.7)
        if gap.name in {"add", "remove"}:  # "which animal should i add?" is answered as "what ..." is
            question = replace(question, text=with_kind(question.text, normal(wish.text)))
        return wish, question

    def answered(self) -> Example:
        gap, bind, rng = self._gap(), self.bind(), self.rng
        turns = self._asked(gap, bind)
        at = rng.random()
        if at < 0.12:  # the answer is a new wish of its own
            meant = self.imperative()
            last, decision, tag = self.said(meant, 0.05), ("edit", said_back(meant), meant), "other"
        elif at < 0.24:
            last = self.draw(_VAGUE["never mind"].said)
            decision, tag = ("chat", _VAGUE["never mind"].replies[0], None), "never mind"
        elif at < 0.34:
            instruction, reply = (fill(text, bind) for text in gap.default)
            last = self.draw(_VAGUE["left to the bot"].said)
            decision, tag = ("edit", yours(reply), instruction), "left to the bot"
        else:
            answer, meant = self.pair(*rng.choice(gap.pairs), bind)
            if rng.random() < 0.3 and answer.split(" ")[0] in {"a", "an", "the"}:
                answer = answer.split(" ", 1)[1]
            if (place := bind.values.get("where")) and not place_in(meant) and " at the " not in meant:
                meant = f"{meant} {place}"
            last = self.opened(pick(rng, _VAGUE["answer frames"].said, self.split).format(answer=answer))
            decision, tag = ("edit", said_back(meant), meant), gap.name
        example = Example((*turns, self.user(last)), *decision, tags=("answer", tag))
        return self._history.before(example, 0.2)

    def assumed(self) -> Example:
        """No more questions are allowed: the most likely thing is done, and said."""
        gap, bind = self._gap(), self.bind()
        turns: tuple[Turn, ...] = ()
        if self.rng.random() < 0.7:
            turns = self._asked(gap, bind)
        leave_it = turns and self.rng.random() < 0.4
        last = self.draw(_VAGUE["left to the bot"].said if leave_it else gap.said, bind)
        instruction, reply = (fill(text, bind) for text in gap.default)
        return Example(
            (*turns, self.user(last)),
            "edit",
            yours(reply),
            instruction,
            may_ask=False,
            tags=("assumed", gap.name),
        )

    def follow_up(self) -> Example:
        """A wish that only makes sense after the one before."""
        before, said, meant = self._afterwards("wish")
        if self.rng.random() < 0.5 and said.split(" ")[0] in {"make", "add", "turn", "put", "remove"}:
            said = self.polite(said)
        return self._after(before, said, "edit", said_back(meant), meant, tag="follow-up")

    def asked_afterwards(self) -> Example:
        before, said, question = self._afterwards("ask")
        return self._after(before, said, "ask", question, tag="vague")

    def undo_afterwards(self) -> Example:
        before, _, said = self._afterwards("undo")
        return self._after(before, said, "undo", _CONTROLS["undo"].replies[0], tag="undo")

    def talk_afterwards(self) -> Example:
        before, _, said = self._afterwards("talk")
        return self._after(before, said, "chat", _CONTROLS["off-topic"].replies[0], tag="chat")

    def _afterwards(self, kind: str) -> tuple[str, str, str]:
        """The parts of a line: the wish that was fulfilled, then `what is said > what the bot makes of it`,
        or only what is said."""
        rng, bind = self.rng, self.bind()
        first, last = rng.choice(share(_AFTERWARDS[kind].pairs, self.split, key=" => ".join))
        before, _, said = first.partition(" > ")
        before = fill(alternatives(before, rng), bind)
        return before, *self.pair(said, last, bind)

    def _after(
        self, before: str, said: str, act: Act, reply: str, instruction: str | None = None, *, tag: str
    ) -> Example:
        said = self.opened(said)
        turns = (self.user(self.said(before, 0.05)), Turn("bot", said_back(before)), self.user(said))
        example = Example(turns, act, reply, instruction, (before,), tags=(tag, "afterwards"))
        return self._history.before(example, 0.2)

    def undo(self) -> Example:
        rng = self.rng
        if rng.random() < 0.2:
            count = rng.choice(list(_COUNTS))
            pattern = alternatives(pick(rng, _CONTROLS["undo many"].said, self.split), rng)
            said, number = fill(pattern, lambda _: count), str(_COUNTS[count])
            reply = _CONTROLS["undo many"].replies[0].format(count=number)
            example = Example((self.user(said),), "undo", reply, number, tags=("undo", "many"))
        else:
            example = self._control("undo")
        return self._history.before(example, 0.7)

    def reset(self) -> Example:
        return self._history.before(self._control("reset"), 0.7)

    def _control(self, act: str) -> Example:
        rng = self.rng
        said = self.sentences(_CONTROLS[act].said)
        if rng.random() < 0.35:
            said = rng.choice(_BEFORE_CONTROL) + said
        if rng.random() < 0.35:
            said += rng.choice(_AFTER_CONTROL)
        said = self.opened(self.with_story(said, _STORIES["control"]))
        reply = _CONTROLS[act].replies[0]
        return Example((self.user(said),), "undo" if act == "undo" else "reset", reply, tags=(act,))

    def chat(self) -> Example:
        topic = self.rng.choices(list(_CHAT), list(_CHAT.values()))[0]
        said = self.small_talk(topic)
        reply = _CONTROLS[topic].replies[0]
        return self._history.before(Example((self.user(said),), "chat", reply, tags=("chat", topic)), 0.6)
