"""What a reply may hold: its form (act first), and in an instruction only words that somebody said.

A small model swaps rare nouns for frequent ones. Here it can't: while it writes, only those tokens are
allowed that spell a word of the conversation, or of a closed list. Used with `prefix_allowed_tokens_fn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from transformers import PreTrainedTokenizerBase

from engine.dialogue.context import ACTS, SEPARATOR, normal
from engine.dialogue.grammar.closed import EDIT_WORDS
from engine.dialogue.grammar.replies import CHAT_WORDS, QUESTION_WORDS, SUMMARY_WORDS
from engine.jobs import Act, DialogueJob

_EDGES = '.,!?;:"()[]*_~<>…'
_COUNTS = "23456789"


@dataclass(slots=True, eq=False)
class _Node:
    children: dict[int, _Node] = field(default_factory=dict)
    end: bool = False

    def add(self, ids: Iterable[int]) -> None:
        node = self
        for token in ids:
            node = node.children.setdefault(token, _Node())
        node.end = True


@dataclass(frozen=True, slots=True, eq=False)
class _Phase:
    """A part of the reply. Words start at `words` (after a space) or `tight` (after an opening quote)."""

    words: tuple[_Node, ...]
    tight: tuple[_Node, ...] = ()
    marks: frozenset[int] = frozenset()
    leave: tuple[tuple[_Node, _Phase], ...] = ()  # what leads on to another phase
    may_end: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Where the writing stands: inside a word (`node`), or between words (None)."""

    phase: _Phase
    node: _Node | None = None
    into: _Phase | None = None  # the phase that the word under way leads to
    begun: bool = False
    marked: bool = False  # right after a punctuation mark
    quoted: bool = False


def spoken_words(text: str) -> set[str]:
    """The words of a text as said, and without the punctuation around them."""
    said = normal(text).split(" ")
    return {
        form for word in said for form in (word.strip(_EDGES), word.strip(_EDGES).removesuffix("'s")) if form
    }


class CopyGuard:
    """The allowed next tokens for replies to one model's tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer
        self.eos = int(tokenizer.eos_token_id)
        self.encode = lru_cache(maxsize=50_000)(self._encode_uncached)
        self._quote = self.encode('"')
        vocabulary = {
            i: tokenizer.decode([i]) for i in range(len(tokenizer)) if i not in tokenizer.all_special_ids
        }
        self._said_marks = frozenset(
            i for i, text in vocabulary.items() if re.fullmatch(r" ?[.,?!:;\"]+", text)
        )
        self._marks = frozenset(i for i, text in vocabulary.items() if re.fullmatch(r" ?[,\"]+", text))
        self.opening = frozenset(i for i, text in vocabulary.items() if text.endswith('"'))
        self._edit = self._tries(EDIT_WORDS)
        self._summary = self._tries(SUMMARY_WORDS)
        self._question = self._tries(QUESTION_WORDS)
        self._chat = self._tries(CHAT_WORDS)
        self._count = self._tries(_COUNTS)
        self._separator = self._tries([SEPARATOR.strip()])[0]

    def _encode_uncached(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False, verbose=False).input_ids)

    def _tries(self, words: Iterable[str]) -> tuple[_Node, _Node]:
        """The words as written after a space, and right after a quotation mark."""
        spaced, tight = _Node(), _Node()
        for word in words:
            spaced.add(self.encode(word))
            quoted = self.encode(f'"{word}')
            if quoted[: len(self._quote)] == self._quote and len(quoted) > len(self._quote):
                tight.add(quoted[len(self._quote) :])
        return spaced, tight

    def start(self, job: DialogueJob, without: Act | None = None) -> ReplyGuard:
        """The guard for one reply, which may leave out an act."""
        said: set[str] = set()
        for text in (*(turn.text for turn in job.turns), *job.applied):
            said |= spoken_words(text)
        own = self._tries(said)

        def phase(closed: tuple[_Node, _Node], marks: frozenset[int], *leave: tuple[_Node, _Phase]) -> _Phase:
            return _Phase((own[0], closed[0]), (own[1], closed[1]), marks, leave)

        summary = phase(self._summary, self._said_marks)
        chat = _Phase((self._chat[0],), (self._chat[1],), self._said_marks)
        bodies: dict[Act, tuple[_Phase, ...]] = {
            "ask": (phase(self._question, self._said_marks),),
            "edit": (phase(self._edit, self._marks, (self._separator, summary)),),
            "undo": (chat, _Phase((self._count[0],), leave=((self._separator, chat),), may_end=False)),
            "reset": (chat,),
            "chat": (chat,),
        }
        barred = {without} if job.may_ask else {without, "ask"}
        return ReplyGuard(self, {act: bodies[act] for act in ACTS if act not in barred})


class ReplyGuard:
    """The states after nothing was written: one for every act that may come."""

    def __init__(self, guard: CopyGuard, bodies: dict[Act, tuple[_Phase, ...]]) -> None:
        self._guard = guard
        opening: list[_State] = []
        for act, phases in bodies.items():
            prefix = _Node()
            prefix.add(guard.encode(f"{act}:"))
            opening += [_State(_Phase(()), prefix, phase) for phase in phases]
        self._known: dict[tuple[int, ...], tuple[_State, ...]] = {(): tuple(opening)}
        self._between: dict[tuple[int, bool, bool, bool], dict[int, list[_State]]] = {}

    def allowed(self, written: tuple[int, ...]) -> list[int]:
        """The tokens that may follow what was written (act first, no start token)."""
        tokens: set[int] = set()
        for state in self._states(written):
            tokens |= self._next(state).keys()
        return sorted(tokens) or [self._guard.eos]

    def _states(self, written: tuple[int, ...]) -> tuple[_State, ...]:
        known = self._known.get(written)
        if known is None:
            before = self._states(written[:-1])
            reached = (after for state in before for after in self._next(state).get(written[-1], ()))
            known = tuple(dict.fromkeys(reached))  # a word on both lists leads to one state, not two
            self._known[written] = known
        return known

    def _next(self, state: _State) -> dict[int, list[_State]]:
        if state.node is None:
            return self._between_words(state.phase, state.begun, state.marked, state.quoted)
        options = {
            token: [_State(state.phase, child, state.into, state.begun)]
            for token, child in state.node.children.items()
        }
        if state.node.end:
            onward = self._between_words(state.into or state.phase, state.into is None, False, False)
            for token, after in onward.items():
                options[token] = [*options.get(token, ()), *after]
        return options

    def _between_words(
        self, phase: _Phase, begun: bool, marked: bool, quoted: bool
    ) -> dict[int, list[_State]]:
        """What may come where a word has ended: another word, a mark, the next phase or the end."""
        known = self._between.get((id(phase), begun, marked, quoted))
        if known is not None:
            return known
        options: dict[int, list[_State]] = {}
        for root in (*phase.words, *(phase.tight if quoted else ())):
            for token, child in root.children.items():
                options.setdefault(token, []).append(_State(phase, child))
        opening = self._guard.opening
        marks = phase.marks if begun else phase.marks & opening
        for token in marks if not marked else ():
            options.setdefault(token, []).append(
                _State(phase, begun=begun, marked=True, quoted=token in opening)
            )
        if begun:
            for root, onward in phase.leave:
                for token, child in root.children.items():
                    options.setdefault(token, []).append(_State(phase, child, onward))
            if phase.may_end:
                options.setdefault(self._guard.eos, [])
        self._between[id(phase), begun, marked, quoted] = options
        return options
