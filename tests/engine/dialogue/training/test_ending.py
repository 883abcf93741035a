"""A run ends when it was told to: by steps, passes, minutes, or when nothing is gained any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from engine.dialogue.grammar.examples import Example
from engine.dialogue.training import loop
from engine.dialogue.training.source import Source
from engine.training.curve import Curve
from engine.training.stopping import Stopped
from tests.engine.dialogue.training.runs import few_dialogues, losses, perplexities, run
from tests.engine.dialogue.training.test_resuming import interrupted_at, same_weights


def scripted(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    given: Iterator[float] = iter(values)
    monkeypatch.setattr(loop, "perplexity", lambda *args: next(given))


def test_without_gain_it_stops_and_keeps_the_best_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, best = run(tmp_path / "best", steps=8, decay="constant")
    scripted(monkeypatch, 9.0, 5.0, 6.0, 5.0, 5.5, 1.0)
    outcome, kept = run(tmp_path / "long", steps=100, decay="constant", patience=3)
    assert (outcome.step, outcome.ppl, outcome.why) == (20, 5.0, "no gain")
    assert same_weights(kept, best)


def test_patience_is_remembered_over_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, 5.0, 6.0, 7.0, 1.0)
    forever = {"decay": "constant", "patience": 2, "checkpoint_every": 100}
    with pytest.raises(Stopped):
        run(tmp_path, source=interrupted_at(2), steps=100, **forever)
    outcome, _ = run(tmp_path, steps=100, **forever)
    assert (outcome.step, outcome.ppl) == (12, 5.0)


def test_patience_can_be_given_to_a_run_that_had_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, 1.0, 3.0, 4.0)
    run(tmp_path, steps=4, decay="constant")
    outcome, _ = run(tmp_path, steps=100, decay="constant", patience=1)
    assert (outcome.step, outcome.ppl, outcome.why) == (12, 3.0, "no gain")


def test_patience_given_to_a_finished_run_gives_the_same_weights(tmp_path: Path) -> None:
    first, model = run(tmp_path, steps=4, decay="constant")
    again, same = run(tmp_path, steps=4, decay="constant", patience=2)
    assert (again.step, again.ppl) == (first.step, first.ppl)
    assert same_weights(same, model)


def test_a_finished_run_that_is_started_again_gives_the_same_and_adds_nothing(tmp_path: Path) -> None:
    first, model = run(tmp_path, steps=6, patience=5)
    rows = Curve(tmp_path).rows()
    again, same = run(tmp_path, steps=6, patience=5)
    assert again == first
    assert same_weights(same, model)
    assert Curve(tmp_path).rows() == rows


def test_minutes_end_it_with_a_rate_that_fell_and_count_on_over_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 10_000, 2))  # the clock is asked once at the beginning and once for each step
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    monkeypatch.setattr(loop, "_ROW_EVERY", 1)
    short = {"minutes": 1.0, "decay_share": 0.5, "warmup": 0}
    with pytest.raises(Stopped, match="at step 9"):
        run(tmp_path, source=interrupted_at(2), **short)
    outcome, _ = run(tmp_path, **short)
    assert (outcome.step, outcome.why) == (30, "minutes")
    rates = [row["rate"] for row in Curve(tmp_path).rows() if "rate" in row]
    assert len(set(rates[:16])) == 1
    assert rates[16:] == sorted(set(rates[16:]), reverse=True)
    assert rates[-1] < 0.1 * rates[0]


def test_epochs_are_whole_passes_and_need_a_data_set(tmp_path: Path) -> None:
    dialogues = few_dialogues().chunk(0)
    finite = Source(lambda number: dialogues, few_dialogues().held_out, size=len(dialogues))
    assert run(tmp_path / "two", source=finite, epochs=2)[0].step == 8  # 13 dialogues: 4, 4, 4 and 1
    assert run(tmp_path / "less", source=finite, epochs=2, steps=5)[0].step == 5
    with pytest.raises(ValueError, match="never end"):
        run(tmp_path / "endless", epochs=2)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no number; try a lower learning rate"):
        run(tmp_path, steps=50, learning_rate=1e30, warmup=0, clip=1e30)


def test_a_model_learns(tmp_path: Path) -> None:
    few = few_dialogues()

    def always(number: int) -> list[Example]:
        return few.held_out

    run(tmp_path, source=Source(always, few.held_out), steps=120, learning_rate=5e-3, batch=8)
    measured = perplexities(tmp_path)
    assert measured[120] < 0.1 * measured[4]
    assert losses(tmp_path)[120] < 0.5 * losses(tmp_path)[10]


def test_half_precision_trains_and_resumes_with_weights_in_full(tmp_path: Path) -> None:
    run(tmp_path, steps=4, mixed_precision="bf16", decay="constant")
    _, model = run(tmp_path, steps=8, mixed_precision="bf16", decay="constant")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert min(perplexities(tmp_path)) == 4


def test_fp16_without_a_gpu_is_refused_in_a_sentence(tmp_path: Path) -> None:
    if torch.accelerator.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ValueError, match="fp16 needs a GPU"):
        run(tmp_path, steps=1, mixed_precision="fp16")
