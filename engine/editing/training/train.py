"""`dialogpaint train editing`: from pairs and a base to an editor's folder, in as many pieces as it takes."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import torch
from accelerate import Accelerator

from engine.editing.editor import Defaults, read_defaults
from engine.editing.knowledge import write_knowledge
from engine.editing.loading import Components, load_components, save_components
from engine.editing.training import begun
from engine.editing.training import components as make
from engine.editing.training.begun import Outcome
from engine.editing.training.cache import Encoder, Row, read_rows, tokenize, wordings
from engine.editing.training.config import TrainConfig
from engine.editing.training.loop import Run
from engine.editing.training.sheets import validation_sheet
from engine.sources import resolve
from engine.training.accelerator import any_process
from engine.training.stopping import Stopped, StopSignal

FROM_SCRATCH = Defaults(square=True, views=4, steps=6, text_guidance=1.5, image_guidance=1.2)
"""What `editor.json` says beside weights that were made new."""
_SHOWN = 48


def train(
    accelerator: Accelerator,
    data: Path,
    out: Path,
    config: TrainConfig,
    base: str | None = None,
    minutes: float | None = None,
) -> Outcome:
    """Train on `data`/train.jsonl and write the editor's folder to `out`/editor; every process calls this.

    Raises Stopped after a signal, and ValueError or WeightsError with one sentence when the data, the base or
    what is in `out` can't be used.
    """
    with StopSignal(minutes) as stop:
        rows = _pairs(data, config, accelerator.num_processes)
        with accelerator.main_process_first():
            begin = _begin(rows, data, out, config, base, accelerator)
        parts = load_components(begin, torch.device("cpu"), torch.float32)
        for part in (parts.vae, parts.text_encoder):
            part.to(accelerator.device)
        usage = read_defaults(begin)
        frozen = not config.train_text_encoder
        encoder = Encoder(parts, config.resolution, usage.square, frozen, out / "cache")
        if not _cached(encoder, rows, accelerator, stop):
            return Outcome(0, config.total_steps(len(rows)), False)
        run = Run(accelerator, parts, encoder.open(rows), config, out)
        finished = run.go_on(stop, lambda: _sheet(run, parts, usage, data, out))
    accelerator.wait_for_everyone()
    if finished and accelerator.is_main_process:
        run.average.copy_to(run.trained)
        _export(parts, begin, out, config)
    return Outcome(run.step, run.steps, finished)


def _pairs(data: Path, config: TrainConfig, processes: int) -> list[Row]:
    rows = [row for row in read_rows(data / "train.jsonl") if not named(row, config.skip)]
    if not rows or any("target" not in row for row in rows):
        raise ValueError(f"{data / 'train.jsonl'} has no pairs with a target.")
    if config.batch < processes:
        raise ValueError(f"A batch of {config.batch} can't be shared by {processes} processes.")
    return rows


def _begin(
    rows: list[Row], data: Path, out: Path, config: TrainConfig, base: str | None, accelerator: Accelerator
) -> Path:
    """An editor's folder with the weights before the first step, made once. Raises `ValueError` when it is of
    another run."""
    start = out / "start"
    asked = {
        "base": base,
        "pairs": begun.fingerprint(data / "train.jsonl"),
        "skip": list(config.skip),
        "resolution": config.resolution,
        "batch": config.batch,
        "seed": config.seed,
        "train_text_encoder": config.train_text_encoder,
    }
    if begun.already(out, asked):
        return start
    part = out / "start.part"
    shutil.rmtree(part, ignore_errors=True)
    if base is None:
        parts = _from_scratch(rows, config, accelerator.device)
        usage, picky = replace(FROM_SCRATCH, resolution=config.resolution), True
    else:
        folder = resolve("editor", base)
        parts = load_components(folder, torch.device("cpu"), torch.float32)
        make.widened(parts.unet)
        if config.leaner:
            parts = replace(parts, unet=make.leaner(parts.unet))
        usage, picky = read_defaults(folder), (folder / "knows.json").is_file()
        if usage.square:  # else it edits at its own size: what was trained at 256 px edits well at 512
            usage = replace(usage, resolution=config.resolution)
    usage = replace(usage, views=config.views or usage.views)
    save_components(parts, part, torch.float32, config.max_file)
    (part / "editor.json").write_text(json.dumps(asdict(usage), indent=1) + "\n", encoding="utf-8")
    if picky:
        write_knowledge(part, well_learned(rows, config.weak))
    (part / "run.json").write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")
    part.replace(start)
    return start


def _from_scratch(rows: list[Row], config: TrainConfig, device: torch.device) -> Components:
    torch.manual_seed(config.seed)
    vae = make.fitted_autoencoder(rows, config)
    said = sorted({(text, row.get("skill", "edit")) for row in rows for text in wordings(row)})
    tokenizer = make.new_tokenizer([text for text, _ in said], config)
    text_encoder = make.new_text_encoder(tokenizer, config)
    names = sorted({skill for _, skill in said})
    skills = torch.tensor([names.index(skill) for _, skill in said])
    accuracy = make.teach_skills(
        text_encoder, tokenize(tokenizer, [text for text, _ in said]), skills, config, device
    )
    report = f"text: {len(said)} wordings of {len(names)} skills, {accuracy:.1%} named right"
    print(report, file=sys.stderr, flush=True)
    return Components(make.new_unet(config), vae, text_encoder, tokenizer, make.new_scheduler())


def _cached(encoder: Encoder, rows: list[Row], accelerator: Accelerator, stop: StopSignal) -> bool:
    """Fill the cache; False if the time was up before. Raises Stopped."""
    share = accelerator.process_index, accelerator.num_processes
    whole = encoder.fill(rows, lambda: stop.told or stop.late, share)
    broken_off, told = any_process(accelerator, not whole, stop.told)
    if broken_off and told:
        raise Stopped(0)
    return not broken_off


def _sheet(run: Run, parts: Components, usage: Defaults, data: Path, out: Path) -> None:
    """What the averaged weights do on validation pairs by now."""
    if not (data / "val.jsonl").is_file():
        return
    rows = [row for row in read_rows(data / "val.jsonl") if "target" in row][:_SHOWN]
    run.average.store(run.trained)
    run.average.copy_to(run.trained)
    try:
        with run.accelerator.autocast():
            file = out / "sheets" / f"{run.step:06d}.png"
            validation_sheet(parts, usage, run.config.resolution, rows, file)
    finally:
        run.average.restore(run.trained)


def well_learned(rows: list[Row], weak: tuple[str, ...]) -> Iterator[str]:
    """The wordings of all skills but the `weak`."""
    for row in rows:
        if not named(row, weak):
            yield from wordings(row)


def named(row: Row, skills: tuple[str, ...]) -> bool:
    """Whether the pair's skill begins with the words of one of `skills`."""
    return f"{row.get('skill', '')} ".startswith(tuple(f"{skill} " for skill in skills))


def _export(parts: Components, begin: Path, out: Path, config: TrainConfig) -> None:
    """The trained editor in fp16, in the standard layout, with what is to be known about its use."""
    part, final = out / "editor.part", out / "editor"
    shutil.rmtree(part, ignore_errors=True)
    parts.unet.to(memory_format=torch.contiguous_format)
    save_components(parts, part, torch.float16, config.max_file)
    for name in ("editor.json", "knows.json"):
        if (begin / name).is_file():
            shutil.copy(begin / name, part)
    shutil.rmtree(final, ignore_errors=True)
    part.replace(final)
