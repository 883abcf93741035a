"""A preset says how a run goes, options go over it, and what makes no sense is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import BlenderbotConfig

from engine.dialogue.training.settings import PRESETS, Settings, learning_rate, read_settings


def test_the_paper_s_settings_are_the_paper_s() -> None:
    paper = read_settings("paper")
    assert (paper.batch, paper.learning_rate, paper.optimizer, paper.patience) == (128, 7e-6, "adam", 10)
    assert (paper.steps, paper.epochs, paper.minutes) == (None, None, None)
    assert paper.micro_batch is not None and 128 % paper.micro_batch == 0


def test_every_preset_is_sound_and_names_only_what_blenderbot_knows() -> None:
    files = sorted(PRESETS.glob("*.toml"))
    assert {file.stem for file in files} >= {"starter", "paper"}
    for file in files:
        settings = read_settings(file.stem)
        assert set(settings.shape or {}) <= set(vars(BlenderbotConfig()))


def test_an_option_goes_over_the_preset_and_an_own_file_is_a_preset(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("steps = 7\nbatch = 3\n")
    assert read_settings(str(file), batch=5, seed=None) == Settings(steps=7, batch=5)


def test_a_chosen_length_replaces_the_preset_s_and_two_chosen_ones_both_hold() -> None:
    assert read_settings("starter").steps is not None
    by_time = read_settings("starter", minutes=2.0)
    assert (by_time.steps, by_time.minutes) == (None, 2.0)
    both = read_settings("starter", minutes=2.0, steps=10)
    assert (both.steps, both.minutes) == (10, 2.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("steps = 1\nspeed = 3", "The setting speed of the training run is wrong"),
        ("steps = 0", "The setting steps of the training run is wrong"),
        ('steps = 1\ndecay = "sudden"', "The setting decay of the training run is wrong"),
        ("steps = ", "can't be read"),
        ("batch = 4", "The training run has no end"),
    ],
)
def test_a_preset_that_makes_no_sense_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=sentence) as caught:
        read_settings(str(file))
    assert "\n" not in str(caught.value).strip()


def test_a_preset_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"There is no preset papre: .* paper, starter"):
        read_settings("papre")


@given(st.sampled_from(["linear", "cosine"]), st.floats(0.05, 1.0), st.integers(0, 50))
def test_the_rate_rises_stays_and_falls_before_the_end(decay: str, share: float, warmup: int) -> None:
    settings = Settings(steps=1000, learning_rate=1.0, warmup=warmup, decay=decay, decay_share=share)
    rates = [learning_rate(step, step / 1000, settings) for step in range(1000)]
    top = next(at for at, rate in enumerate(rates) if rate == max(rates))
    assert max(rates) == pytest.approx(1.0, abs=0.1)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] == pytest.approx(0.05, abs=0.01)


def test_the_rate_follows_the_clock_when_steps_say_nothing() -> None:
    settings = Settings(minutes=1, learning_rate=1.0, decay_share=0.5)
    assert [learning_rate(7, share, settings) for share in (0.0, 0.5, 0.75)] == [1.0, 1.0, 0.5]


def test_a_constant_rate_stays() -> None:
    settings = Settings(minutes=1, learning_rate=1.0, decay="constant")
    assert learning_rate(10, 0.99, settings) == 1.0
