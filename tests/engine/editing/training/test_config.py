"""A preset says how a run goes, options go over it, and what makes no sense is one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.editing.training.config import PRESETS, TrainConfig, learning_rate, read_config


def test_the_paper_s_settings_are_the_paper_s_and_instructpix2pix_s() -> None:
    paper = read_config("paper")
    assert (paper.resolution, paper.batch, paper.epochs, paper.steps) == (256, 32, 125, None)
    assert paper.total_steps(6468) == 25_266  # the paper's 6,468 pairs
    assert paper.micro_batch is not None and 32 % paper.micro_batch == 0
    assert {learning_rate(step, 25_266, paper) for step in (0, 10_000, 25_265)} == {1e-4}
    assert (paper.train_text_encoder, paper.ema, paper.late, paper.drop) == (False, 0.9999, 0, 0.05)


def test_every_preset_is_sound_and_starter_is_the_default() -> None:
    assert {read_config(file.stem).batch for file in PRESETS.glob("*.toml")} == {24, 32}
    assert read_config("starter") == TrainConfig()


def test_an_option_goes_over_the_preset_and_a_chosen_length_replaces_the_preset_s(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('steps = 7\nbatch = 3\nchannels = [32, 64]\nmax_file = "1MiB"\n')
    found = read_config(str(file), batch=5, seed=None)
    assert (found.steps, found.batch, found.seed, found.channels) == (7, 5, 0, (32, 64))
    assert found.max_file == 2**20
    assert (read_config("paper", steps=10).epochs, read_config("starter", epochs=2.0).steps) == (None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("steps = 1\ncolour = 3", "The setting colour of the training run is wrong"),
        ("steps = 0", "The setting steps of the training run is wrong"),
        ('steps = 1\nmax_file = "a lot"', "The setting max_file of the training run is wrong"),
        ('steps = 1\nmax_file = "1KiB"', "The setting max_file of the training run is wrong"),
        ("steps = 1\ndrop = 0.5", "The setting drop of the training run is wrong"),
        ("steps = ", "can't be read"),
        ("batch = 4", "The training run has no end"),
    ],
)
def test_a_preset_that_makes_no_sense_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(ValueError, match=sentence):
        read_config(str(tmp_path / "own.toml"))


def test_a_preset_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(
        ValueError,
        match=r"There is no preset papre: .* broader, finer, leaner, paper, second, sharper, starter",
    ):
        read_config("papre")


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    config = replace(TrainConfig(), learning_rate=1.0, warmup=10, decay_share=0.5)
    rates = [learning_rate(step, 100, config) for step in range(100)]
    assert rates[:10] == sorted(set(rates[:10])) and set(rates[9:51]) == {1.0}
    assert rates[51:] == sorted(set(rates[51:]), reverse=True) and rates[-1] < 0.03
