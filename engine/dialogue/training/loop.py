"""The training loop, on Hugging Face Accelerate: fine-tunes any BlenderBot (paper sections 3.2.1 and 4.1)."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from safetensors.torch import load_model, save_model
from tqdm import tqdm
from transformers import PreTrainedTokenizerBase

from engine.dialogue.blenderbot import BlenderBot
from engine.dialogue.stream import Batch, batches, training_batches
from engine.dialogue.training import checkpoint
from engine.dialogue.training.checkpoint import NEVER, Progress
from engine.dialogue.training.objective import own_share, perplexity, summed_loss, tokens
from engine.dialogue.training.sense import Sense
from engine.dialogue.training.settings import Settings, learning_rate
from engine.dialogue.training.source import Source
from engine.training.curve import Curve
from engine.training.stopping import Stopped, StopSignal

_ROW_EVERY = 10
_HELD_OUT_BATCH = 64
_LEARNT = ("model.encoder.", "model.shared.")


@dataclass(frozen=True)
class Outcome:
    """`ppl` is the held-out perplexity of the weights that `model` holds now; `why` it ended."""

    step: int
    ppl: float
    why: str


def train(
    accelerator: Accelerator,
    model: BlenderBot,
    tokenizer: PreTrainedTokenizerBase,
    source: Source,
    settings: Settings,
    folder: Path,
    sense: Sense | None = None,
) -> Outcome:
    """Train `model` in place, going on where the run in `folder` was; every process calls this.

    With `sense` it learns the meaning of sentences beside the decisions. Raises ValueError with one sentence,
    and Stopped after a signal.
    """
    if sense is not None and accelerator.num_processes > 1:
        raise ValueError("Learning from a sentence encoder runs in one process only.")
    if accelerator.is_main_process:
        folder.mkdir(parents=True, exist_ok=True)
    run = _Run(accelerator, model, tokenizer, source, settings, folder, sense)
    with StopSignal() as stop:
        why = run.go_on(stop)
    if settings.patience is not None:
        load_model(model, run.best_file)
    ppl = run.progress.ppl if settings.patience is None else run.progress.best
    accelerator.wait_for_everyone()
    return Outcome(run.progress.step, ppl or math.nan, why)


def _optimizer(model: BlenderBot, sense: Sense | None, settings: Settings) -> torch.optim.Optimizer:
    """The encoder's weights, which may have learnt before, and all others, with their shares of the rate."""
    kind = torch.optim.Adam if settings.optimizer == "adam" else torch.optim.AdamW
    encoder = [weight for name, weight in model.named_parameters() if name.startswith(_LEARNT)]
    others = [weight for name, weight in model.named_parameters() if not name.startswith(_LEARNT)]
    if sense is not None:
        others += sense.head.parameters()
    return kind(
        [{"params": encoder, "share": settings.encoder_rate}, {"params": others, "share": 1.0}],
        lr=settings.learning_rate,
        betas=(0.9, settings.beta2),
        weight_decay=settings.weight_decay,
        fused=True,
    )


def _set_dropout(model: BlenderBot, share: float) -> None:
    """Stacks and layers read it when they are made; the configuration keeps what the model came with."""
    for stack in (model.model.encoder, model.model.decoder):
        for module in (stack, *stack.layers):
            module.dropout = share


class _Run:
    """The moving parts of a run, from its last checkpoint on."""

    def __init__(
        self,
        accelerator: Accelerator,
        model: BlenderBot,
        tokenizer: PreTrainedTokenizerBase,
        source: Source,
        settings: Settings,
        folder: Path,
        sense: Sense | None,
    ) -> None:
        self.accelerator, self.settings, self.folder, self.plain = accelerator, settings, folder, model
        self.pad, self.start = model.config.pad_token_id, model.config.decoder_start_token_id
        self.steps = _steps(source, settings)
        self.curve = Curve(folder)
        self.best_file = folder / "best.safetensors"
        set_seed(settings.seed, device_specific=True)  # each process its own dropout
        if settings.dropout is not None:
            _set_dropout(model, settings.dropout)
        if accelerator.device.type == "cpu":  # the backward pass of SDPA takes four times as long there
            model.set_attn_implementation("eager")
        self.model, self.optimizer = accelerator.prepare(model, _optimizer(model, sense, settings))
        self.sense = sense
        if sense is not None:
            accelerator.register_for_checkpointing(sense.to(accelerator.device).head)
        begin = Progress(settings.batch, settings.seed, accelerator.num_processes)
        self.progress = checkpoint.load(accelerator, folder, begin)
        if settings.patience is not None and not self.best_file.is_file():
            # Until now the run had no patience, and kept no best weights: measure, and keep them.
            self.progress.best, self.progress.measured = None, NEVER
        if accelerator.is_main_process:
            self.curve.forget_after(self.progress.step)
        positions = model.config.max_position_embeddings
        self.held_out = batches(source.held_out, tokenizer, _HELD_OUT_BATCH, positions, None)
        first = (self.progress.chunk, self.progress.at)
        self.stream = training_batches(
            source.chunk, tokenizer, settings.batch, positions, settings.seed, first
        )
        mine = self.progress.pending if accelerator.is_main_process else 0.0
        self.lost = torch.tensor(mine, device=accelerator.device)
        self.before, self.began = self.progress.seconds, time.monotonic()

    def go_on(self, stop: StopSignal) -> str:
        """Step after step until the end, saying what ended it. Raises Stopped."""
        self.model.train()
        quiet = not self.accelerator.is_main_process
        with tqdm(
            total=self.steps, initial=self.progress.step, unit="step", mininterval=5, disable=quiet
        ) as bar:
            while (why := self._end(share := self._share())) is None:
                rate = learning_rate(self.progress.step, share, self.settings)
                self._step(*next(self.stream), rate)
                told = self._agree(stop)
                step = self.progress.step
                bar.update()
                if step % _ROW_EVERY == 0:
                    bar.set_postfix(loss=f"{self._row(rate):.3f}")
                if step % self.settings.evaluate_every == 0:
                    self._measure()
                if told:
                    self._save()
                    raise Stopped(step)
                if step % self.settings.checkpoint_every == 0:
                    self._save()
        if self.progress.measured != self.progress.step:
            self._measure()
        self._save()
        return why

    def _share(self) -> float:
        """How much of the run is over, by steps or by time; 0 while only patience can end it."""
        shares = [0.0]
        if self.steps is not None:
            shares.append(self.progress.step / self.steps)
        if self.settings.minutes is not None:
            shares.append(self.progress.seconds / (60 * self.settings.minutes))
        return min(1.0, max(shares))

    def _end(self, share: float) -> str | None:
        if self.settings.patience is not None and self.progress.waited >= self.settings.patience:
            return "no gain"
        if share < 1:
            return None
        return "steps" if self.steps is not None and self.progress.step >= self.steps else "minutes"

    def _step(self, chunk: int, at: int, batch: Batch, rate: float) -> None:
        """One optimizer step with the whole batch, of which this process takes its share."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        count, accelerator = tokens(batch), self.accelerator
        parts = own_share(
            batch, self.settings.micro_batch, accelerator.process_index, accelerator.num_processes
        )
        for number, part in enumerate(parts, 1):
            with nullcontext() if number == len(parts) else accelerator.no_sync(self.model):
                part = {name: tensor.to(accelerator.device) for name, tensor in part.items()}
                weight = self.settings.act_weight
                loss = summed_loss(self.model, part, self.pad, self.start, weight) / count
                # Gradients are averaged over the processes, but the loss is a sum over them.
                accelerator.backward(loss * accelerator.num_processes)
            self.lost += loss.detach()
        if self.sense is not None:
            with accelerator.autocast():
                missed = self.sense.loss(self.plain, self.progress.step)
            accelerator.backward(missed)
        accelerator.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.progress.step += 1
        self.progress.chunk, self.progress.at = chunk, at + 1
        self.progress.pending_steps += 1

    def _agree(self, stop: StopSignal) -> bool:
        """Take the main process's clock; True if any process was told to stop."""
        seconds, told = self.before + time.monotonic() - self.began, float(stop.told)
        if self.accelerator.num_processes > 1:
            mine = torch.tensor([seconds * self.accelerator.is_main_process, told])
            seconds, told = self.accelerator.reduce(mine.to(self.accelerator.device), "sum").tolist()
        self.progress.seconds = seconds
        return told > 0

    def _row(self, rate: float) -> float:
        """The mean loss since the last row, into the curve as well. Raises ValueError if it is no number."""
        loss = float(self.accelerator.reduce(self.lost, "sum")) / self.progress.pending_steps
        self.lost.zero_()
        self.progress.pending_steps = 0
        if not math.isfinite(loss):
            raise ValueError(
                f"The loss at step {self.progress.step} is no number; try a lower learning rate."
            )
        if self.accelerator.is_main_process:
            self.curve.note(
                step=self.progress.step,
                loss=round(loss, 6),
                rate=round(rate, 9),
                seconds=round(self.progress.seconds, 1),
            )
        return loss

    def _measure(self) -> None:
        """The held-out perplexity, and the best weights if this is a gain and they are wanted."""
        progress = self.progress
        progress.ppl = perplexity(self.accelerator, self.plain, self.held_out, self.pad, self.start)
        progress.measured = progress.step
        progress.waited += 1
        if progress.best is None or progress.ppl < progress.best:
            progress.best, progress.waited = progress.ppl, 0
            if self.settings.patience is not None and self.accelerator.is_main_process:
                part = self.best_file.with_suffix(".part")
                save_model(self.plain, str(part))
                part.replace(self.best_file)
        if self.accelerator.is_main_process:
            self.curve.note(step=progress.step, ppl=round(progress.ppl, 4))

    def _save(self) -> None:
        self.progress.pending = float(self.accelerator.reduce(self.lost, "sum"))
        checkpoint.save(self.accelerator, self.folder, self.progress)


def _steps(source: Source, settings: Settings) -> int | None:
    """The step at which the run ends, if steps or epochs end it."""
    limits = [] if settings.steps is None else [settings.steps]
    if settings.epochs is not None:
        limits.append(max(1, source.steps(settings.epochs, settings.batch)))
    return min(limits, default=None)
