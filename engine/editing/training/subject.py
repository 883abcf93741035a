"""`dialogpaint train subject`: which part of a picture a wish speaks of, from the masks of exact pairs.

The loss is binary cross-entropy and Dice's (F. Milletari et al., "V-Net", 2016), as a subject may be small.
The network begins as MediaPipe's for people, or as one that was trained before; the text encoder is the
editor's, and stays as it is. So that it listens, two pictures are now and then put side by side, and the
thing of one is spoken of.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from PIL import Image
from pydantic import ConfigDict, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from engine.device import choose
from engine.editing import sampler
from engine.editing.exact import people
from engine.editing.knowledge import COLOURS, SUBJECT, Everything, Knowledge, read_knowledge, write_things
from engine.editing.loading import Components, load_components
from engine.editing.region import scope
from engine.editing.subject_net import SIDE, SubjectNet, load, save, told
from engine.editing.thing_wishes import Thing, taken_away
from engine.editing.training import begun
from engine.editing.training.begun import Outcome
from engine.editing.training.cache import Row, read_rows, wordings
from engine.editing.training.run import Pace, Run
from engine.training.stopping import StopSignal

LESS_SURE = 0.03
"""Factor on the last layer's weights, whose logits are in the hundreds where nobody is."""
SMALLEST = 0.01
"""Share of the picture under which a subject can hardly be seen."""
OTHERWISE, BESIDE = 0.5, 0.3
"""How often a thing's wish is said as if it were to be taken away; how often another thing is beside it."""
_PAINTED = re.compile(rf"(?:make|turn) the ([a-z ]+?) (?:light |dark )?(?:{'|'.join(sorted(COLOURS))})")


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class SubjectConfig(Pace):
    steps: PositiveInt = 8500
    learning_rate: PositiveFloat = 1e-3
    log_every: PositiveInt = 20


def train(
    pairs: Path,
    out: Path,
    config: SubjectConfig,
    editor: Path,
    minutes: float | None = None,
    base: Path | None = None,
) -> Outcome:
    """Train on `pairs`/train.jsonl for the text encoder of `editor`, and write `out`/subject in fp16.

    `base`/subject is gone on with, where it is given.

    Raises Stopped after a signal, and ValueError, OSError or WeightsError with one sentence.
    """
    device = choose("auto").device
    with StopSignal(minutes) as stop:
        rows = local(read_rows(pairs / "train.jsonl"), read_knowledge(editor) or Everything())
        if not rows:
            raise ValueError(
                f"{pairs / 'train.jsonl'} masks no background and no thing that {editor} changes."
            )
        _begin(out, pairs, config, base)
        parts = load_components(editor, device, torch.float32)
        start = untrained(parts, config.seed) if base is None else trained(base)
        net = start.requires_grad_(True).to(device).train()

        def loss(step: int) -> Tensor:
            pictures, masks, wishes = draw(rows, step, config, parts)
            with torch.autocast(device.type, torch.bfloat16):
                logits = net(pictures.to(device), wishes)
            return mask_loss(logits.float(), masks.to(device))

        run = Run(dict(net.named_parameters()), loss, config, out)
        finished = run.go_on(stop)
    if finished:
        save(net, out / SUBJECT)
        write_things(out, filter(None, map(thing_in, rows)))
    return Outcome(run.step, config.steps, finished)


def _begin(out: Path, pairs: Path, config: SubjectConfig, base: Path | None) -> None:
    asked = {
        "base": None if base is None else str(base),
        "pairs": begun.fingerprint(pairs / "train.jsonl"),
        "steps": config.steps,
        "batch": config.batch,
        "seed": config.seed,
    }
    if not begun.already(out, asked):
        start = out / "start"
        start.mkdir(parents=True, exist_ok=True)
        (start / "run.json").write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")


def trained(folder: Path) -> SubjectNet:
    net = load(folder)
    if net is None:
        raise ValueError(f"There is no trained network in {folder}.")
    return net


def untrained(parts: Components, seed: int) -> SubjectNet:
    """MediaPipe's network for people, which does not listen to the wish yet."""
    torch.manual_seed(seed)
    net = SubjectNet(parts.text_encoder.config.hidden_size)
    net.load_state_dict(people.load()[1].state_dict(), strict=False)
    for parameter in net.last.parameters():  # of other things than people it is far too sure
        parameter.data.mul_(LESS_SURE)
    return net


def thing_in(row: Row) -> str | None:
    """What the row's wish calls the thing that it takes away, or paints."""
    first = wordings(row)[0]
    if scope(first) == "background":
        return None
    painted = _PAINTED.fullmatch(first)
    taken = taken_away(first)
    return painted[1] if painted else taken[0].noun if taken and len(taken) == 1 else None


def local(rows: list[Row], knowledge: Knowledge) -> list[Row]:
    """Those with a mask whose wish is about a background and not refused, or about one thing."""
    return [
        row
        for row in rows
        if row.get("mask")
        and (
            thing_in(row) is not None
            or (
                scope(wish := str(row["instruction"])) in ("background", "subject") and knowledge.covers(wish)
            )
        )
    ]


def mask_of(row: Row) -> Tensor:
    """(1, SIDE, SIDE) in [0, 1]: the thing itself, or what stands before the background that changes."""
    changed = _read(row["mask"], "L")
    return 1 - changed if scope(str(row["instruction"])) == "background" else changed


def draw(
    rows: list[Row], step: int, config: SubjectConfig, parts: Components
) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures, masks and wishes of one step, from its own number."""
    rng = np.random.default_rng([config.seed, step])
    seen: list[Tensor] = []
    said: list[str] = []
    while len(seen) < config.batch:
        row, other = (rows[int(rng.integers(len(rows)))] for _ in range(2))
        both = shown(row)
        if thing_in(row) is not None and rng.random() < BESIDE and apart(row, other):
            both = beside(both, shown(other), rng)
        both = cropped(both, rng)
        if both[3].mean() > SMALLEST:
            seen.append(torch.cat([tinted(both[:3], rng), both[3:]]))
            said.append(wish_of(row, rng))
    together = torch.stack(seen)
    wishes = [told(sampler.encode_text(parts.tokenizer, parts.text_encoder, each)) for each in said]
    return together[:, :3], together[:, 3:], torch.cat(wishes)


def wish_of(row: Row, rng: np.random.Generator) -> str:
    thing = thing_in(row)
    if thing is not None and rng.random() < OTHERWISE:
        return Thing(thing).wish
    return str(rng.choice(wordings(row)))


def shown(row: Row) -> Tensor:
    """(4, SIDE, SIDE) in [0, 1]: the picture and the mask of what its wish is about."""
    return torch.cat([_read(row["source"], "RGB"), mask_of(row)])


def apart(row: Row, other: Row) -> bool:
    """Whether both are about things, of different names."""
    names = {thing_in(row), thing_in(other)}
    return len(names) == 2 and None not in names


def beside(planes: Tensor, others: Tensor, rng: np.random.Generator) -> Tensor:
    """Two pictures (4, SIDE, SIDE) in the place of one; of the second nothing is meant."""
    others = torch.cat([others[:3], torch.zeros_like(others[3:])])
    pair = [planes, others] if rng.random() < 0.5 else [others, planes]
    along = -1 if rng.random() < 0.5 else -2
    size = (SIDE, SIDE // 2) if along == -1 else (SIDE // 2, SIDE)
    halves = functional.interpolate(
        torch.stack(pair), size, mode="bilinear", align_corners=False, antialias=True
    )
    return torch.cat(list(halves), along)


def cropped(planes: Tensor, rng: np.random.Generator) -> Tensor:
    """A piece of (C, SIDE, SIDE), of the same size, half of the time mirrored."""
    height, width = (rng.uniform(0.65, 1.0, 2) * SIDE).astype(int)
    top, left = rng.integers(SIDE - height + 1), rng.integers(SIDE - width + 1)
    piece = planes[None, :, top : top + height, left : left + width]
    piece = functional.interpolate(piece, (SIDE, SIDE), mode="bilinear", align_corners=False)[0]
    return piece.flip(-1) if rng.random() < 0.5 else piece


def tinted(picture: Tensor, rng: np.random.Generator) -> Tensor:
    """Other light: contrast, brightness and a cast."""
    contrast, brightness = rng.uniform(0.75, 1.25), rng.uniform(0.7, 1.25)
    cast = torch.tensor(rng.uniform(0.85, 1.15, (3, 1, 1)), dtype=torch.float32)
    return (((picture - 0.5) * contrast + 0.5) * brightness * cast).clamp(0, 1)


def mask_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Of (N, 1, H, W) both."""
    found = logits.sigmoid()
    both = (found * wanted).sum((1, 2, 3))
    dice = 1 - (2 * both + 1) / (found.sum((1, 2, 3)) + wanted.sum((1, 2, 3)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, wanted) + dice.mean()


@torch.no_grad()
def validate(out: Path, pairs: Path, editor: Path) -> dict[str, float]:
    """The mean intersection over union of what `out`/subject finds with the masks of `pairs`, by kind."""
    net = trained(out)
    parts = load_components(editor, torch.device("cpu"), torch.float32)
    found: dict[str, list[float]] = {"background": [], "thing": [], "thing_beside_another": []}
    rows = local(read_rows(pairs), read_knowledge(editor) or Everything())
    rng = np.random.default_rng(0)

    def judge(kind: str, planes: Tensor, said: str) -> None:
        wish = told(sampler.encode_text(parts.tokenizer, parts.text_encoder, said))
        seen, wanted = net(planes[None, :3], wish).sigmoid()[0], planes[3:]
        union = torch.maximum(seen, wanted).sum().clamp_min(1e-6)
        found[kind].append(float(torch.minimum(seen, wanted).sum() / union))

    for row, other in zip(tqdm(rows, desc="masks"), [*rows[1:], *rows[:1]], strict=True):
        said = str(row["instruction"])
        judge("background" if scope(said) == "background" else "thing", shown(row), said)
        if apart(row, other):
            judge("thing_beside_another", beside(shown(row), shown(other), rng), said)
    return {f"agrees_{kind}": round(fmean(values), 3) for kind, values in found.items() if values}


def _read(path: str, mode: str) -> Tensor:
    """(C, SIDE, SIDE) in [0, 1], squeezed to the square."""
    with Image.open(path) as picture:
        small = picture.convert(mode).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels = torch.from_numpy(np.array(small)).float() / 255
    return pixels[None] if mode == "L" else pixels.permute(2, 0, 1)
