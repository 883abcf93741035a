"""`dialogpaint train editing`: InstructPix2Pix (Brooks et al. 2023) on diffusers' parts.

The target's latents are noised, the source's latents stand beside them in the input, the instruction comes in
through the text encoder. 5 % of the pairs lose the text, 5 % the picture, 5 % both, so that guidance has its
three branches. Runs on one CPU core or a GPU; kill it at any time and start it again with the same arguments.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.training_utils import EMAModel
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm
from transformers import CLIPTextModel

from engine.editing.knowledge import write_knowledge
from engine.editing.loading import Components, load_components, save_components
from engine.editing.training import components as make
from engine.editing.training.cache import Cache, Row, cache_pairs, read_picture, read_rows, tokenize
from engine.editing.training.config import TrainConfig
from engine.editing.training.sheets import loss_curve, validation_sheet
from engine.sources import resolve

USAGE = {"steps": 6, "text_guidance": 1.5, "image_guidance": 1.2}
"""What `editor.json` says beside new weights."""


@dataclass(slots=True)
class Run:
    """The moving parts of a training run; `average` holds the UNet's and the text encoder's EMA."""

    parts: Components
    optimiser: torch.optim.Optimizer
    average: EMAModel
    generator: torch.Generator
    step: int = 0

    @property
    def trained(self) -> list[torch.nn.Parameter]:
        return [*self.parts.unet.parameters(), *self.parts.text_encoder.parameters()]


def train(
    data: Path, out: Path, config: TrainConfig, base: str | None = None, device: torch.device | None = None
) -> dict[str, float | int | str]:
    """Train on `data`/train.jsonl and write the editor's folder to `out`/editor.

    Raises `ValueError` with one sentence when the data or the base can't be used.
    """
    device = device or torch.device("cpu")
    torch.manual_seed(config.seed)
    out.mkdir(parents=True, exist_ok=True)
    rows = read_rows(data / "train.jsonl")
    if not rows or any("target" not in row for row in rows):
        raise ValueError(f"{data / 'train.jsonl'} has no pairs with a target.")
    parts = _begin(rows, out, config, base, device)
    cache = cache_pairs(rows, parts.vae, parts.tokenizer, config.resolution, out / "cache")
    run = _resumed(parts, out, config)
    _loop(run, cache, data, out, config, device)
    _save_editor(run, out / "editor", config)
    if base is None or (resolve("editor", base) / "knows.json").is_file():
        write_knowledge(out / "editor", well_learned(rows, config.weak))
    loss_curve(out / "loss.jsonl", out / "loss.png")
    return {"steps": run.step, "pairs_seen": run.step * config.batch, "editor": str(out / "editor")}


def _begin(
    rows: list[Row], out: Path, config: TrainConfig, base: str | None, device: torch.device
) -> Components:
    """The components before the first step, made once and kept in `out`/start."""
    start = out / "start"
    if not (start / "model_index.json").is_file():
        if base is not None:
            parts = load_components(resolve("editor", base), torch.device("cpu"), torch.float32)
            parts = Components(
                make.widened(parts.unet), parts.vae, parts.text_encoder, parts.tokenizer, parts.scheduler
            )
        else:
            parts = _from_nothing(rows, config, device)
        part = out / "start.part"
        shutil.rmtree(part, ignore_errors=True)
        save_components(parts, part, torch.float32)
        part.replace(start)
    return load_components(start, torch.device("cpu"), torch.float32)


def _from_nothing(rows: list[Row], config: TrainConfig, device: torch.device) -> Components:
    every = max(len(rows) // 1500, 1)
    vae = make.new_autoencoder(
        [read_picture(row["source"], config.resolution)[None] for row in rows[::every]], config
    )
    said = [
        (text, row.get("skill", "edit"))
        for row in rows
        for text in row.get("phrasings") or [row["instruction"]]
    ]
    said = sorted(set(said))
    tokenizer = make.new_tokenizer([text for text, _ in said], config)
    text_encoder = make.new_text_encoder(tokenizer, config)
    names = sorted({skill for _, skill in said})
    skills = torch.tensor([names.index(skill) for _, skill in said])
    accuracy = make.teach_skills(
        text_encoder, tokenize(tokenizer, [t for t, _ in said]), skills, config, device
    )
    print(f"text: {len(said)} wordings of {len(names)} skills, {accuracy:.1%} named right", flush=True)
    return Components(make.new_unet(config), vae, text_encoder, tokenizer, make.new_scheduler())


def _resumed(parts: Components, out: Path, config: TrainConfig) -> Run:
    """A run at the newest complete checkpoint, or at its beginning."""
    trained = [*parts.unet.parameters(), *parts.text_encoder.parameters()]
    for parameter in trained:
        parameter.requires_grad_(True)
    optimiser = torch.optim.AdamW(trained, lr=config.learning_rate, weight_decay=config.weight_decay)
    average = EMAModel(trained, decay=config.ema, use_ema_warmup=True, power=0.75)
    run = Run(parts, optimiser, average, torch.Generator().manual_seed(config.seed + 1))
    file = out / "checkpoint.pt"
    if file.is_file():
        state = torch.load(file, map_location="cpu", weights_only=True)
        parts.unet.load_state_dict(state["unet"])
        parts.text_encoder.load_state_dict(state["text_encoder"])
        optimiser.load_state_dict(state["optimiser"])
        average.load_state_dict(state["average"])
        run.generator.set_state(state["generator"])
        run.step = state["step"]
    _forget_after(run.step, out / "loss.jsonl")
    return run


def _forget_after(step: int, log: Path) -> None:
    """Drop the log's lines of steps that were lost with the last kill; they are done again."""
    if log.is_file():
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        kept = [line for line in lines if json.loads(line)["step"] <= step]
        log.write_text("".join(line + "\n" for line in kept), encoding="utf-8")


def _checkpoint(run: Run, out: Path) -> None:
    """Written beside and moved into place: a kill at any moment leaves a complete one."""
    part = out / "checkpoint.part"
    torch.save(
        {
            "unet": run.parts.unet.state_dict(),
            "text_encoder": run.parts.text_encoder.state_dict(),
            "optimiser": run.optimiser.state_dict(),
            "average": run.average.state_dict(),
            "generator": run.generator.get_state(),
            "step": run.step,
        },
        part,
    )
    part.replace(out / "checkpoint.pt")


def _loop(run: Run, cache: Cache, data: Path, out: Path, config: TrainConfig, device: torch.device) -> None:
    unet, text_encoder = run.parts.unet.to(device).train(), run.parts.text_encoder.to(device).train()
    unet.to(memory_format=torch.channels_last)
    run.average.to(device)
    saved = sampled = time.monotonic()
    empty = tokenize(run.parts.tokenizer, [""])
    bar = tqdm(total=config.steps, initial=run.step, desc="train", mininterval=30)
    with (out / "loss.jsonl").open("a", encoding="utf-8") as log:
        while run.step < config.steps:
            rate = _rate(run.step, config)
            for group in run.optimiser.param_groups:
                group["lr"] = rate
            batch = draw_batch(cache, empty, config, run.generator)
            loss = objective(unet, text_encoder, run.parts.scheduler, batch, config, run.generator, device)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(run.trained, 1.0)
            run.optimiser.step()
            run.optimiser.zero_grad(set_to_none=True)
            run.average.step(run.trained)
            run.step += 1
            bar.update()
            log.write(json.dumps({"step": run.step, "loss": round(loss.item(), 5), "rate": rate}) + "\n")
            now = time.monotonic()
            if now - saved > config.save_minutes * 60:
                log.flush()
                _checkpoint(run, out)
                saved = now
            if now - sampled > config.sample_minutes * 60:
                _sheet(run, data, out, config)
                sampled = time.monotonic()
    _checkpoint(run, out)


def _rate(step: int, config: TrainConfig) -> float:
    """Warm up, hold, and go down to nothing over the last third."""
    left = (config.steps - step) / config.steps
    return config.learning_rate * min(1.0, (step + 1) / config.warmup, max(left * 3, 0.01))


@dataclass(frozen=True, slots=True)
class Batch:
    """`source` and `target` latents (B, C, h, w) with tokens (B, L); dropped conditions are gone already."""

    source: Tensor
    target: Tensor
    tokens: Tensor


def draw_batch(cache: Cache, empty: Tensor, config: TrainConfig, generator: torch.Generator) -> Batch:
    """A batch with one wording each, after conditioning dropout."""
    rows = torch.randint(len(cache), (config.batch,), generator=generator)
    source = torch.from_numpy(cache.source[rows.numpy()]).float()
    target = torch.from_numpy(cache.target[rows.numpy()]).float()
    picks = torch.rand(config.batch, generator=generator)
    words = [
        cache.wordings[row][int(p * len(cache.wordings[row]))]
        for row, p in zip(rows.tolist(), picks, strict=True)
    ]
    tokens = torch.stack(words)
    draw = torch.rand(config.batch, generator=generator) / config.drop
    no_text = (draw < 1) | ((draw >= 2) & (draw < 3))
    no_image = (draw >= 1) & (draw < 3)
    tokens = torch.where(no_text[:, None], empty, tokens)
    return Batch(source * ~no_image[:, None, None, None], target, tokens)


def draw_timesteps(count: int, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """Uniform, but `late` of them in the noisiest fifth: there an edit is decided, the rest only polishes."""
    uniform = torch.rand(count, generator=generator)
    late = torch.rand(count, generator=generator) < config.late
    return (torch.where(late, 0.8 + 0.2 * uniform, uniform) * 1000).long().clamp(0, 999)


def objective(
    unet: UNet2DConditionModel,
    text_encoder: CLIPTextModel,
    scheduler: Any,
    batch: Batch,
    config: TrainConfig,
    generator: torch.Generator,
    device: torch.device,
) -> Tensor:
    """Mean squared error of the prediction the scheduler asks for (noise, v or the clean latents)."""
    noise = torch.randn(batch.target.shape, generator=generator).to(device)
    times = draw_timesteps(len(noise), config, generator).to(device)
    target, source = batch.target.to(device), batch.source.to(device)
    noisy = scheduler.add_noise(target, noise, times)
    wanted = noise
    if scheduler.config.prediction_type == "v_prediction":
        wanted = _velocity(scheduler, target, noise, times)
    elif scheduler.config.prediction_type == "sample":
        wanted = target
    words = text_encoder(batch.tokens.to(device))[0]
    stacked = torch.cat([noisy, source], 1).contiguous(memory_format=torch.channels_last)
    found = unet(stacked, times, encoder_hidden_states=words).sample
    return functional.mse_loss(found, wanted)


def _velocity(scheduler: Any, target: Tensor, noise: Tensor, times: Tensor) -> Tensor:
    alpha = scheduler.alphas_cumprod.to(target.device)[times].view(-1, 1, 1, 1)
    return alpha.sqrt() * noise - (1 - alpha).sqrt() * target


def _sheet(run: Run, data: Path, out: Path, config: TrainConfig) -> None:
    """What the averaged weights do on validation pairs by now."""
    if not (data / "val.jsonl").is_file():
        return
    run.average.store(run.trained)
    run.average.copy_to(run.trained)
    try:
        rows = read_rows(data / "val.jsonl")[:48]
        validation_sheet(run.parts, config.resolution, rows, out / "sheets" / f"{run.step:06d}.png")
    finally:
        run.average.restore(run.trained)


def well_learned(rows: list[Row], weak: tuple[str, ...]) -> Iterator[str]:
    """The wordings of all skills but those that begin with a word of `weak`."""
    for row in rows:
        if str(row.get("skill", "")).split(" ")[0] not in weak:
            yield from row.get("phrasings") or [row["instruction"]]


def _save_editor(run: Run, folder: Path, config: TrainConfig) -> None:
    run.average.copy_to(run.trained)
    run.parts.unet.to(memory_format=torch.contiguous_format)
    save_components(run.parts, folder, torch.float16)
    usage = {"resolution": config.resolution, "square": True, "views": 4} | USAGE
    (folder / "editor.json").write_text(json.dumps(usage, indent=1) + "\n", encoding="utf-8")
