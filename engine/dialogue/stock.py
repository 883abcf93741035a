"""The dialogue model beside stock transformers `generate` on the same weights: what the guards cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch
from tqdm import tqdm

from engine.dialogue.context import REPLY_TOKENS, read_reply
from engine.dialogue.evaluate import Item, quantile
from engine.dialogue.model import DialogueModel


def beside_stock(model: DialogueModel, items: Sequence[Item]) -> dict[str, Any]:
    """Answer every item both ways, taking turns; times in milliseconds, contexts in tokens."""
    own: list[float] = []
    stock: list[float] = []
    tokens: list[float] = []
    right = 0
    for item in tqdm(items, unit="item", mininterval=1):
        started = time.perf_counter()
        model.decide([item.job])
        between = time.perf_counter()
        act, length = _stock_reply(model, item)
        stock.append(1000 * (time.perf_counter() - between))
        own.append(1000 * (between - started))
        tokens.append(length)
        right += act == item.act
    return {
        "context_tokens": quantile(sorted(tokens), 0.5),
        "own": _times(own),
        "stock": _times(stock),
        "stock_act_accuracy": round(right / len(items), 4),
    }


@torch.inference_mode()
def _stock_reply(model: DialogueModel, item: Item) -> tuple[str | None, int]:
    encoded = model.tokenizer(model.source(item.job), return_tensors="pt", return_token_type_ids=False)
    ids = model.model.generate(**encoded.to(model.model.device), max_new_tokens=REPLY_TOKENS)
    try:
        act, _, _ = read_reply(model.tokenizer.decode(ids[0], skip_special_tokens=True))
    except ValueError:
        act = None
    return act, int(encoded.input_ids.shape[1])


def _times(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"p50_ms": round(quantile(ordered, 0.5), 1), "p95_ms": round(quantile(ordered, 0.95), 1)}
