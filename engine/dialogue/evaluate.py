"""Measures a dialogue model on an evaluation file (paper section 4.3 has only the perplexity)."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from tqdm import tqdm

from engine.dialogue.context import WORD, target
from engine.dialogue.grammar.closed import GLUE_WORDS
from engine.dialogue.model import DialogueModel
from engine.dialogue.summary import said_back
from engine.jobs import Decision, DialogueJob, Turn
from engine.json_lines import json_lines


@dataclass(frozen=True)
class Item:
    """A conversation and what is expected after its last turn.

    `text` is the reference reply, if any; a good question holds one of `names`, if there are any.
    """

    job: DialogueJob
    act: str
    instructions: tuple[str, ...]
    text: str | None
    tags: tuple[str, ...]
    names: tuple[str, ...] = ()


def read_items(path: Path) -> list[Item]:
    """Read an evaluation file. Raises ValueError with one sentence that names the line."""
    items: list[Item] = []
    for number, row in json_lines(path):
        try:
            turns = tuple(Turn(turn["speaker"], str(turn["text"])) for turn in row["turns"])
            expect = row["expect"]
            wanted = expect.get("instruction") or []
            job = DialogueJob(
                id=str(number),
                user="",
                turns=turns,
                applied=tuple(row.get("applied", ())),
                may_ask=bool(row.get("may_ask", True)),
            )
            wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            tags, names = tuple(row.get("tags", ())), tuple(expect.get("names", ()))
            items.append(Item(job, str(expect["act"]), wanted, expect.get("text"), tags, names))
            if not turns:
                raise ValueError("no turns")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}, line {number}: not an evaluation item ({error!r}).") from error
    if not items:
        raise ValueError(f"The evaluation file {path} holds no items.")
    return items


def tokens(text: str) -> list[str]:
    return WORD.findall(text.lower().replace("’", "'"))


def content_words(text: str) -> set[str]:
    return set(tokens(text)) - GLUE_WORDS


def token_f1(said: str, wanted: str) -> float:
    """Harmonic mean of token precision and recall, repeated tokens counted."""
    a, b = Counter(tokens(said)), Counter(tokens(wanted))
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def score_instruction(item: Item, said: str) -> tuple[float, float, bool]:
    """(token F1, share of content words kept, is a content word invented), best over the references."""
    best = max(item.instructions, key=lambda wanted: token_f1(said, wanted))
    wanted = content_words(best)
    kept = len(wanted & set(tokens(said))) / len(wanted) if wanted else 1.0
    known = set(tokens(" ".join(turn.text for turn in item.job.turns)))
    known |= set(tokens(" ".join((*item.instructions, *item.job.applied))))
    return token_f1(said, best), kept, bool(content_words(said) - known)


def evaluate(model: DialogueModel, items: Sequence[Item]) -> tuple[dict[str, Any], list[Decision]]:
    """Answer every item alone, as the bot does; the result of the design's table, and the decisions."""
    decisions = [model.decide([item.job])[0] for item in tqdm(items, unit="item", mininterval=1)]
    right = [decision.act == item.act for item, decision in zip(items, decisions, strict=True)]
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    tags: dict[str, list[bool]] = defaultdict(list)
    for item, decision, correct in zip(items, decisions, right, strict=True):
        acts[item.act][decision.act] += 1
        for tag in item.tags:
            tags[tag].append(correct)
    times = sorted(1000 * decision.seconds for decision in decisions)
    result = {
        "n": len(items),
        "act_accuracy": _round(mean(right)),
        "by_act": {
            act: {
                "n": seen.total(),
                "accuracy": _round(seen[act] / seen.total()),
                "predicted": dict(seen.most_common()),
            }
            for act, seen in sorted(acts.items())
        },
        "by_tag": {
            tag: {"n": len(seen), "accuracy": _round(mean(seen))} for tag, seen in sorted(tags.items())
        },
        "instruction": _instructions(items, decisions),
        "question": _questions(items, decisions),
        "ppl": perplexity(model, items),
        "p50_ms": round(quantile(times, 0.5), 1),
        "p95_ms": round(quantile(times, 0.95), 1),
    }
    return result, decisions


def _instructions(items: Sequence[Item], decisions: Sequence[Decision]) -> dict[str, Any]:
    """The design's three scores over the items that want an instruction; a wrong act scores as ""."""
    scores = [
        score_instruction(item, decision.instruction or "" if decision.act == "edit" else "")
        for item, decision in zip(items, decisions, strict=True)
        if item.act == "edit" and item.instructions
    ]
    return {
        "n": len(scores),
        "token_f1": _round(mean(f1 for f1, _, _ in scores)) if scores else None,
        "kept_words": _round(mean(kept for _, kept, _ in scores)) if scores else None,
        "invented_words": _round(mean(invented for _, _, invented in scores)) if scores else None,
    }


def _questions(items: Sequence[Item], decisions: Sequence[Decision]) -> dict[str, Any]:
    """How many of the vague wishes got a question that names what is missing."""
    named = [
        decision.act == "ask" and any(name in decision.text.lower() for name in item.names)
        for item, decision in zip(items, decisions, strict=True)
        if item.act == "ask" and item.names
    ]
    return {"n": len(named), "names_what_is_missing": _round(mean(named)) if named else None}


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which the given share of the ordered values lies, by nearest rank."""
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _round(value: float) -> float:
    return round(float(value), 4)


@torch.inference_mode()
def perplexity(model: DialogueModel, items: Sequence[Item]) -> float | None:
    """exp of the mean loss per token of the reference replies; None where the file has none."""
    total, count = 0.0, 0
    positions = model.model.config.max_position_embeddings
    for item in items:
        reply = item.text or (
            said_back(item.instructions[0]) if item.act == "edit" and item.instructions else None
        )
        if reply is None:
            continue
        wanted = target(item.act, reply, item.instructions[0] if item.instructions else None)
        source = model.tokenizer(model.source(item.job), return_tensors="pt", return_token_type_ids=False)
        encoded = source.to(model.model.device)
        labels = model.tokenizer(wanted, return_tensors="pt").input_ids[:, :positions].to(model.model.device)
        loss = model.model(**encoded, labels=labels, use_cache=False).loss
        total += float(loss) * labels.shape[1]
        count += labels.shape[1]
    return _round(math.exp(total / count)) if count else None


def write_predictions(path: Path, decisions: Sequence[Decision]) -> None:
    rows = [{"act": d.act, "text": d.text, "instruction": d.instruction} for d in decisions]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
