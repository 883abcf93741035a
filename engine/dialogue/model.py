"""The dialogue model at work: jobs in, decisions out (paper section 3.2.1)."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from transformers import LogitsProcessorList, PreTrainedTokenizerBase

from engine.dialogue.blenderbot import BlenderBot, load_blenderbot
from engine.dialogue.casing import Casing, sentences
from engine.dialogue.context import ACTS, REPLY_TOKENS, SEPARATOR, context, normal, read_reply
from engine.dialogue.copying import ASKING_COSTS, GOING_BACK_COSTS, TALKING_COSTS, ActCosts, KeepCopying
from engine.dialogue.grammar.kinds import with_kind
from engine.dialogue.grammar.places import with_place
from engine.dialogue.guard import CopyGuard
from engine.dialogue.living import finishes, pertinent, something_done
from engine.dialogue.own_words import (
    answers,
    begins_as_an_order,
    is_complete,
    looks_like_a_wish,
    own_words,
    sound,
    trustworthy,
)
from engine.dialogue.photo_tools import as_a_tool_takes_it, knows
from engine.dialogue.pictographs import spelled
from engine.dialogue.several import all_of, parts_of
from engine.dialogue.summary import said_back, yours
from engine.dialogue.tokenizer import load_tokenizer
from engine.dialogue.variety import standard_question, varied
from engine.dialogue.written.reader import standard_reply
from engine.jobs import Act, Decision, DialogueJob, Turn

_NOTHING_SAID = "What should I change in the picture?"
_PLEASE = re.compile(r"[ ,]+(please|pls|plz)[.!? ]*$")
_COUNTED = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|both|twice|thrice|couple|few|pair|again)\b"
)
"""Nobody who did not speak of several steps loses more than one."""
_SURE = 1.5
"""Log-odds of an edit over the next act from which it stands although no sensible instruction came of it."""
_SURELY_A_WISH = 4.4
"""Log-odds of an edit over the next act from which a part of a message is a wish of its own and no story."""


class DialogueModel:
    """A fine-tuned BlenderBot and its tokenizer. Not thread-safe."""

    def __init__(self, model: BlenderBot, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.guard = CopyGuard(tokenizer)
        self._acts: dict[Act, int] = {act: self.guard.encode(f"{act}:")[0] for act in ACTS}
        self._eager = {self._acts["ask"]: ASKING_COSTS}
        self._going_back = {self._acts["undo"]: GOING_BACK_COSTS, self._acts["reset"]: GOING_BACK_COSTS}
        self._talking = {self._acts["chat"]: TALKING_COSTS}

    @classmethod
    def load(
        cls, folder: Path | str, device: torch.device, dtype: torch.dtype, revision: str | None = None
    ) -> DialogueModel:
        """Load a local folder or a Hub id in the standard transformers layout.

        Raises OSError if it is not there, ValueError if it is no BlenderBot or its tokenizer is unfit.
        """
        tokenizer = load_tokenizer(folder, revision)
        model = load_blenderbot(folder, dtype, revision)
        return cls(model.to(device), tokenizer)

    def decide(self, jobs: Sequence[DialogueJob]) -> list[Decision]:
        """One decision for each job, as if it had been alone."""
        if not jobs:
            return []
        started = time.perf_counter()
        short = [_to_the_point(job) for job in jobs]
        texts = self._with_every_wish(short, self._write_with_second_thoughts(short))
        seconds = time.perf_counter() - started
        decisions = [self._decision(job, text, seconds) for job, text in zip(short, texts, strict=True)]
        return [
            replace(decision, text=varied(decision.text, len(job.turns)))
            for decision, job in zip(decisions, jobs, strict=True)
        ]

    def length(self, text: str) -> int:
        """Tokens of a text, with the end token."""
        return len(self.tokenizer(text, verbose=False).input_ids)

    def source(self, job: DialogueJob) -> str:
        """The text that the model reads of a job."""
        return self._context(_to_the_point(job))

    def _context(self, job: DialogueJob) -> str:
        positions = self.model.config.max_position_embeddings
        return context(job.turns, job.applied, job.may_ask, self.length, positions)

    def _write_with_second_thoughts(self, jobs: Sequence[DialogueJob]) -> list[str]:
        """Where no sensible instruction came of an edit that was hardly likelier than another act, and the
        words don't look like a wish ("i kinda miss the pylon"), it was mostly the wrong act."""
        texts, leads = self._write(jobs)
        doubtful = [
            row
            for row, (job, text) in enumerate(zip(jobs, texts, strict=True))
            if leads[row] < _SURE and not looks_like_a_wish(job.turns) and _makes_no_sense(job, text)
        ]
        if doubtful:
            rewritten, _ = self._write([jobs[row] for row in doubtful], without="edit")
            for row, text in zip(doubtful, rewritten, strict=True):
                texts[row] = text
        return texts

    def _with_every_wish(self, jobs: Sequence[DialogueJob], texts: list[str]) -> list[str]:
        """Where an instruction has not all that the parts of a message say, each part is decided by itself:
        another wish gets in, a story doesn't. One generation more, for such messages only."""
        parts = [
            (row, replace(job, turns=(*job.turns[:-1], Turn("user", part))))
            for row, (job, (act, instruction, _)) in enumerate(zip(jobs, map(read_reply, texts), strict=True))
            if act == "edit"
            and instruction
            and not answers(job.turns)
            and trustworthy(job.turns, instruction)
            for part in parts_of(job.turns[-1].text, instruction)
        ]
        if not parts:
            return texts
        wishes: dict[int, list[str]] = {}
        for (row, job), text, lead in zip(parts, *self._write([job for _, job in parts]), strict=True):
            act, instruction, _ = read_reply(text)
            if act == "edit" and instruction and lead >= _SURELY_A_WISH and sound(job.turns, instruction):
                wishes.setdefault(row, []).append(instruction)
        whole = list(texts)
        for row, found in wishes.items():
            instruction = read_reply(whole[row])[1] or ""
            if (joint := all_of(instruction, found)) != instruction:
                whole[row] = f"edit: {joint}"
        return whole

    @torch.inference_mode()
    def _write(
        self, jobs: Sequence[DialogueJob], without: Act | None = None
    ) -> tuple[list[str], list[float]]:
        """The replies, and by how much log-odds an edit leads each time, or trails."""
        texts = [self._context(job) for job in jobs]
        encoded = self.tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
        starts = [
            self.guard.start(job, without or ("ask" if is_complete(job.turns) else None)) for job in jobs
        ]

        def allowed(row: int, written: torch.Tensor) -> list[int]:
            return starts[row].allowed(tuple(written.tolist()[1:]))

        written = self.model.generate(
            **encoded.to(self.model.device),
            prefix_allowed_tokens_fn=allowed,
            logits_processor=LogitsProcessorList([self._keep_copying(jobs), self._costs(jobs)]),
            max_new_tokens=REPLY_TOKENS,
            return_dict_in_generate=True,
            output_scores=True,
        )
        others = [token for act, token in self._acts.items() if act != "edit"]
        first = written.scores[0]
        leads = first[:, self._acts["edit"]] - first[:, others].amax(1)
        return self.tokenizer.batch_decode(written.sequences, skip_special_tokens=True), leads.tolist()

    def _keep_copying(self, jobs: Sequence[DialogueJob]) -> KeepCopying:
        turns = ["\n".join(normal(turn.text) for turn in job.turns) for job in jobs]
        sources = self.tokenizer(turns, add_special_tokens=False, verbose=False).input_ids
        return KeepCopying(sources, self.guard.encode("edit:"), self.guard.encode(SEPARATOR.strip())[0])

    def _costs(self, jobs: Sequence[DialogueJob]) -> ActCosts:
        def costs(job: DialogueJob) -> dict[int, float]:
            done = something_done(job.turns, job.applied)
            ordered = begins_as_an_order(job.turns)
            return self._eager | ({} if done else self._going_back) | (self._talking if ordered else {})

        return ActCosts([costs(job) for job in jobs])

    def _decision(self, job: DialogueJob, text: str, seconds: float) -> Decision:
        act, instruction, said = read_reply(text)
        if (wish := as_a_tool_takes_it(job, act, instruction)) is not None:
            return _edit(job, wish, said_back(wish), seconds)
        if act == "edit":
            if instruction is None or not _may_stand(job.turns, instruction):
                instruction = own_words(job.turns)
                said = said_back(instruction)
            elif (bare := _PLEASE.sub("", instruction)) and said == said_back(instruction):
                instruction, said = bare, said_back(bare)
            if not instruction:  # a picture of a thumb, dots, nothing at all
                return Decision("ask" if job.may_ask else "chat", _NOTHING_SAID, None, seconds)
            return _edit(job, instruction, said, seconds)
        if act == "ask":
            wish = normal(job.turns[-1].text)
            said = yours(with_kind(with_place(standard_question(said), wish), wish))
        if act == "chat" and said == standard_reply("never mind") and any(map(finishes, job.turns[-2:-1])):
            act, said = "undo", standard_reply("undo")  # nothing was asked that could be dropped
        if act == "undo" and instruction and not _COUNTED.search(normal(job.turns[-1].text)):
            instruction, said = None, standard_reply("undo")
        return Decision(act, sentences(Casing(job.turns)(said)), instruction, seconds)


def _edit(job: DialogueJob, instruction: str, said: str, seconds: float) -> Decision:
    cased = Casing(job.turns)
    return Decision("edit", sentences(cased(said)), cased(instruction), seconds)


def _may_stand(turns: Sequence[Turn], instruction: str) -> bool:
    """Also what loses words, if a photographic tool understands the rest."""
    if trustworthy(turns, instruction):
        return True
    return not answers(turns) and sound(turns, instruction) and knows(instruction)


def _makes_no_sense(job: DialogueJob, text: str) -> bool:
    act, instruction, _ = read_reply(text)
    return act == "edit" and (instruction is None or not _may_stand(job.turns, instruction))


def _to_the_point(job: DialogueJob) -> DialogueJob:
    said = [replace(turn, text=spelled(turn.text)) if turn.speaker == "user" else turn for turn in job.turns]
    turns, applied = pertinent(said, job.applied)
    return replace(job, turns=turns, applied=applied)
