"""The network learns what a wish is about from masks alone, and a run never loses what was done."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image, ImageDraw
from safetensors.torch import load_file

from engine.editing import subject_command, subject_net
from engine.editing.knowledge import write_knowledge
from engine.editing.loading import load_components
from engine.editing.training import subject
from engine.editing.training.cache import read_rows
from engine.editing.training.subject import (
    SubjectConfig,
    apart,
    beside,
    draw,
    local,
    mask_loss,
    mask_of,
    shown,
    thing_in,
    train,
    wish_of,
)
from engine.training.curve import Curve
from engine.training.stopping import Stopped
from tests.engine.editing.tiny import photo, save, starter_parts

BACKGROUND, THING = "make the background blue", "make the ball pink"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save(starter_parts(), tmp_path_factory.mktemp("subject") / "editor")
    write_knowledge(folder, [BACKGROUND, THING])
    return folder


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Balls somewhere on photos; what changes is the ball, or all but the ball."""
    folder = tmp_path_factory.mktemp("subject") / "pairs"
    folder.mkdir()
    rows = []
    for number in range(8):
        ball = Image.new("L", (64, 64))
        left, top = 6 + 4 * number, 30 - 3 * number
        ImageDraw.Draw(ball).ellipse((left, top, left + 24, top + 24), fill=255)
        source = photo(64, 64, number).point(lambda level: level // 3)
        source.paste((240, 200, 60), mask=ball)
        source.save(folder / f"{number}.png")
        wish = THING if number % 2 else BACKGROUND
        (ball if number % 2 else ball.point(lambda level: 255 - level)).save(folder / f"{number}-mask.png")
        rows.append({"source": f"{number}.png", "mask": f"{number}-mask.png", "instruction": wish})
    rows.append(rows[0] | {"instruction": "make it night"})
    rows.append(rows[1] | {"instruction": "make the castle pink and add a moat"})
    rows.append({"source": "0.png", "instruction": BACKGROUND})
    text = "".join(json.dumps(row) + "\n" for row in rows)
    for split in ("train", "val"):
        (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")
    return folder


def config(steps: int) -> SubjectConfig:
    torch.set_num_threads(1)
    return SubjectConfig(steps=steps, batch=4, warmup=2, log_every=2, learning_rate=2e-3)


def test_only_what_is_masked_and_known_is_taught(pairs: Path, editor: Path) -> None:
    known = subject.read_knowledge(editor)
    assert known is not None
    assert len(local(read_rows(pairs / "train.jsonl"), known)) == 8


def test_a_mask_shows_the_thing_whichever_side_of_it_changes(pairs: Path) -> None:
    rows = read_rows(pairs / "train.jsonl")
    for row in rows[:2]:
        mask = mask_of(row)[0]
        with Image.open(row["source"]) as picture:
            bright = np.asarray(picture.convert("L").resize(mask.shape[::-1])) > 150
        assert mask[torch.from_numpy(bright)].mean() > 0.95
        assert mask[torch.from_numpy(~bright)].mean() < 0.05


def test_pictures_and_masks_are_cut_and_turned_alike_and_only_pictures_tinted(
    pairs: Path, editor: Path
) -> None:
    parts = load_components(editor, torch.device("cpu"), torch.float32)
    rows = read_rows(pairs / "train.jsonl")[:8]
    pictures, masks, wishes = draw(rows, 3, config(1), parts)
    assert len(pictures) == len(masks) == len(wishes) == 4
    for picture, mask in zip(pictures, masks, strict=True):
        yellow = picture[0] - picture[2]  # in any tint the ball is more so than the ground
        assert yellow[mask[0] > 0.9].mean() > yellow[mask[0] < 0.1].mean() + 0.2
        assert set(mask.round(decimals=3).unique().tolist()) >= {0.0, 1.0}
    again = draw(rows, 3, config(1), parts)
    assert torch.equal(pictures, again[0])
    assert not torch.equal(pictures, draw(rows, 4, config(1), parts)[0])


def test_the_loss_is_lower_the_more_of_the_mask_is_found() -> None:
    wanted = torch.zeros(1, 1, 8, 8)
    wanted[..., :4] = 1
    whole, half, none = (torch.full((1, 1, 8, 8), -4.0) for _ in range(3))
    whole[..., :4] = 4
    half[..., :2] = 4
    assert mask_loss(whole, wanted) < mask_loss(half, wanted) < mask_loss(none, wanted)


def test_what_is_trained_finds_more(pairs: Path, editor: Path, tmp_path: Path) -> None:
    assert train(pairs, tmp_path, config(30), editor).finished
    losses = [row["loss"] for row in Curve(tmp_path).rows()]
    assert sum(losses[-4:]) < 0.7 * sum(losses[:4])
    agreed = subject.validate(tmp_path, pairs / "val.jsonl", editor)
    assert agreed["agrees_background"] > 0.5
    assert agreed["agrees_thing"] > 0.5
    stored = load_file(tmp_path / "subject" / "model.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    assert json.loads((tmp_path / "subject" / "things.json").read_text()) == {"things": ["ball"]}


def test_a_thing_is_called_by_name_also_as_if_it_were_to_go(pairs: Path) -> None:
    background, ball, *_ = read_rows(pairs / "train.jsonl")
    taken = ball | {"instruction": "remove the cube", "phrasings": ["remove the cube", "no cube"]}
    assert list(map(thing_in, (background, ball, taken))) == [None, "ball", "cube"]
    rng = np.random.default_rng(0)
    assert {wish_of(ball, rng) for _ in range(20)} == {"remove the ball", THING}
    assert {wish_of(background, rng) for _ in range(20)} == {BACKGROUND}
    assert apart(ball, taken)
    assert not apart(ball, ball)
    assert not apart(ball, background)


def test_a_trained_network_can_be_gone_on_with(pairs: Path, editor: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train(pairs, first, config(20), editor)
    train(pairs, second, config(20), editor, base=first)
    losses = [Curve(run).rows()[0]["loss"] for run in (first, second)]
    assert losses[1] < 0.7 * losses[0]
    with pytest.raises(ValueError, match="base"):
        train(pairs, second, config(20), editor)
    with pytest.raises(ValueError, match="no trained network"):
        train(pairs, tmp_path / "third", config(20), editor, base=tmp_path)


def test_of_two_pictures_side_by_side_only_one_is_meant(pairs: Path) -> None:
    one, other = (shown(row) for row in read_rows(pairs / "train.jsonl")[1:4:2])
    rng = np.random.default_rng(0)
    for _ in range(6):
        both = beside(one, other, rng)
        assert both.shape == one.shape
        mask, bright = both[3] > 0.5, both[0] > 0.6
        assert mask.float().mean() == pytest.approx(float((one[3] > 0.5).float().mean()) / 2, rel=0.1)
        assert (mask & bright).sum() > 0.9 * mask.sum()
        assert bright.sum() > 1.5 * mask.sum()


def test_broken_off_and_resumed_is_as_if_never_broken_off(
    pairs: Path, editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    train(pairs, whole, config(6), editor)
    real = subject.draw

    def drawn(rows: list[subject.Row], step: int, *rest: object) -> object:
        if step == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return real(rows, step, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(subject, "draw", drawn)
    with pytest.raises(Stopped, match="at step 3; the same command goes on"):
        train(pairs, cut, config(6), editor)
    monkeypatch.undo()
    assert not (cut / "subject").exists()
    assert train(pairs, cut, config(6), editor).finished
    one, other = (load_file(run / "subject" / "model.safetensors") for run in (whole, cut))
    assert all(torch.equal(one[name], other[name]) for name in one)


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(subject_command.train, [str(word) for word in words])


def test_the_command_writes_what_an_editor_loads_and_says_how_far_it_agrees(
    pairs: Path, editor: Path, tmp_path: Path
) -> None:
    shape = ["--editor", editor, "--steps", "2", "--batch", "2", "--threads", "1", "--json"]
    done = invoke(pairs, tmp_path, *shape)
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["finished"]
    assert 0 <= result["agrees_background"] <= 1
    assert subject_net.load(tmp_path) is not None
    other = invoke(pairs, tmp_path, *shape, "--batch", "3")
    assert other.exit_code == 2
    assert "has batch 2, not 3" in other.output


def test_pairs_that_mask_nothing_are_no_set(pairs: Path, editor: Path, tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(
        json.dumps({"source": str(pairs / "0.png"), "instruction": BACKGROUND}) + "\n", encoding="utf-8"
    )
    failed = invoke(tmp_path, tmp_path / "out", "--editor", editor)
    assert failed.exit_code == 2
    assert "masks no background and no thing" in failed.output
