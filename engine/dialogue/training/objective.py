"""The loss of one optimizer step, whichever way its batch is divided among processes and passes."""

from __future__ import annotations

import math

import torch
from accelerate import Accelerator
from torch.nn import functional
from transformers.models.blenderbot.modeling_blenderbot import shift_tokens_right

from engine.dialogue.stream import Batch

IGNORED = -100
_TOO_BIG = 700  # math.exp raises a little above it


def own_share(batch: Batch, micro_batch: int | None, process: int, processes: int) -> list[Batch]:
    """The rows of `batch` that are this process's, in passes of at most `micro_batch` rows.

    A process without a row gets one that counts nothing: gradients are exchanged by all or by none.
    """
    mine = {name: tensor[process::processes] for name, tensor in batch.items()}
    if not len(mine["labels"]):
        mine = {name: tensor[:1].clone() for name, tensor in batch.items()}
        mine["labels"].fill_(IGNORED)
    rows = len(mine["labels"])
    size = micro_batch or rows
    return [
        _trimmed({name: tensor[at : at + size] for name, tensor in mine.items()})
        for at in range(0, rows, size)
    ]


def _trimmed(batch: Batch) -> Batch:
    """Without the columns that are padding in every row."""
    source = int(batch["attention_mask"].sum(1).max())
    reply = max(1, int((batch["labels"] != IGNORED).sum(1).max()))
    return {
        "input_ids": batch["input_ids"][:, :source],
        "attention_mask": batch["attention_mask"][:, :source],
        "labels": batch["labels"][:, :reply],
    }


def summed_loss(
    model: torch.nn.Module, batch: Batch, pad: int, start: int, act_weight: float = 1.0
) -> torch.Tensor:
    """The loss summed over target tokens, a scalar: sums of parts add up exactly, means do not.

    The first token is the act, on which all else hangs: it counts `act_weight` times.
    """
    labels = batch["labels"]
    logits = model(
        input_ids=batch["input_ids"],
        attention_mask=batch["attention_mask"],
        decoder_input_ids=shift_tokens_right(labels, pad, start),
        use_cache=False,
    ).logits
    lost = functional.cross_entropy(
        logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED, reduction="none"
    ).view_as(labels)
    return lost.sum() + (act_weight - 1) * lost[:, 0].sum()


def tokens(batch: Batch) -> int:
    """Target tokens that count."""
    return int((batch["labels"] != IGNORED).sum())


@torch.no_grad()
def perplexity(
    accelerator: Accelerator, model: torch.nn.Module, held_out: list[Batch], pad: int, start: int
) -> float:
    """exp of the mean loss per target token; each process measures its share of the batches.

    `model` is not the one that exchanges gradients: some processes may have a batch less than others.
    """
    model.eval()
    total = torch.zeros(2, device=accelerator.device)
    for batch in held_out[accelerator.process_index :: accelerator.num_processes]:
        on_device = {name: tensor.to(accelerator.device) for name, tensor in batch.items()}
        with accelerator.autocast():
            total[0] += summed_loss(model, on_device, pad, start)
        total[1] += tokens(batch)
    model.train()
    loss, count = accelerator.reduce(total, "sum").tolist()
    return math.exp(loss / count) if loss / count < _TOO_BIG else math.inf
