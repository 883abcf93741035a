"""However a batch is divided, each dialogue counts once and the step is the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.dialogue.stream import batches
from engine.dialogue.training.new_model import new_model
from engine.dialogue.training.objective import IGNORED, own_share, summed_loss, tokens
from tests.engine.dialogue.tiny import SHAPE, tokenizer
from tests.engine.dialogue.training.runs import few_dialogues, losses, perplexities, run

WHOLE = batches(few_dialogues().chunk(0), tokenizer(), 100, 128, None)[0]


def rows(*parts: dict[str, torch.Tensor]) -> list[tuple[list[int], list[int]]]:
    """(source, reply) of every row that counts, without padding."""
    found = []
    for part in parts:
        for ids, mask, labels in zip(*(part[name].tolist() for name in part), strict=True):
            kept = [label for label in labels if label != IGNORED]
            if kept:
                found.append(([i for i, m in zip(ids, mask, strict=True) if m], kept))
    return sorted(found)


@given(st.integers(1, 13), st.integers(1, 5), st.none() | st.integers(1, 6))
def test_every_row_is_in_one_pass_of_one_process(size: int, processes: int, micro: int | None) -> None:
    batch = {name: tensor[:size] for name, tensor in WHOLE.items()}
    shares = [own_share(batch, micro, process, processes) for process in range(processes)]
    parts = [part for share in shares for part in share]
    assert rows(*parts) == rows(batch)
    assert sum(map(tokens, parts)) == tokens(batch)
    assert all(shares), "a process without a pass would leave the others waiting"
    assert all(len(part["labels"]) <= (micro or size) for part in parts)


@pytest.mark.parametrize("micro_batch", [1, 3])
def test_gradients_that_are_added_up_are_those_of_the_whole_batch(tmp_path: Path, micro_batch: int) -> None:
    calm = {"dropout": 0.0}
    run(tmp_path / "whole", calm, steps=20)
    run(tmp_path / "parts", calm, steps=20, micro_batch=micro_batch)
    assert losses(tmp_path / "parts") == pytest.approx(losses(tmp_path / "whole"), rel=1e-4)
    assert perplexities(tmp_path / "parts") == pytest.approx(perplexities(tmp_path / "whole"), rel=1e-4)


def test_the_act_counts_as_often_as_it_is_told_to() -> None:
    model = new_model(SHAPE | {"dropout": 0.0}, tokenizer(), 0)
    acts = dict(WHOLE, labels=WHOLE["labels"].clone())
    acts["labels"][:, 1:] = IGNORED
    plain, first, thrice = (
        summed_loss(model, batch, 0, 1, weight).item()
        for batch, weight in ((WHOLE, 1.0), (acts, 1.0), (WHOLE, 3.0))
    )
    assert thrice == pytest.approx(plain + 2 * first, rel=1e-5)
