"""The training loop, on Hugging Face Accelerate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from diffusers.models.attention_processor import AttnProcessor
from diffusers.training_utils import EMAModel
from torch import Tensor
from tqdm import tqdm

from engine.editing.loading import Components
from engine.editing.training import checkpoint, objective
from engine.editing.training.cache import Cache
from engine.editing.training.config import TrainConfig, learning_rate
from engine.training.accelerator import any_process
from engine.training.curve import Curve
from engine.training.stopping import Stopped, StopSignal

_LONGEST_GRADIENT = 1.0


class Run:
    """The moving parts of a run, from its last checkpoint on; `average` holds the EMA of what is trained."""

    def __init__(
        self, accelerator: Accelerator, parts: Components, cache: Cache, config: TrainConfig, folder: Path
    ) -> None:
        self.accelerator, self.cache, self.config = accelerator, cache, config
        self.checkpoints, self.curve = folder / "checkpoints", Curve(folder)
        self.steps = config.total_steps(len(cache))
        self.scheduler = objective.noise_scheduler(parts.scheduler)
        self.plain = _network(parts, config, accelerator.device)
        self.trained = list(self.plain.parameters())
        optimizer = torch.optim.AdamW(self.trained, lr=config.learning_rate, weight_decay=config.weight_decay)
        self.network, self.optimizer = accelerator.prepare(self.plain, optimizer)
        self.average = EMAModel(self.trained, decay=config.ema, use_ema_warmup=True, power=0.75)
        self.generator = torch.Generator().manual_seed(config.seed + 1)
        self.step, self.pending_steps = 0, 0
        self.lost = torch.zeros((), device=accelerator.device)
        self._resume()

    def go_on(self, stop: StopSignal, sheet: Callable[[], None]) -> bool:
        """Step after step until the end; False if the time was up before. Raises Stopped, and ValueError if
        the loss is no number."""
        self.network.train()
        saved = sampled = time.monotonic()
        main = self.accelerator.is_main_process
        with tqdm(total=self.steps, initial=self.step, desc="train", mininterval=10, disable=not main) as bar:
            while self.step < self.steps:
                self._step()
                bar.update()
                if self.step % self.config.log_every == 0 or self.step == self.steps:
                    bar.set_postfix(loss=f"{self._row():.4f}")
                due = main and time.monotonic() - saved >= 60 * self.config.save_minutes
                told, late, due = any_process(self.accelerator, stop.told, stop.late, due)
                if told or late or due or self.step == self.steps:
                    self._save()
                    saved = time.monotonic()
                if self.step < self.steps and told:
                    raise Stopped(self.step)
                if self.step < self.steps and late:
                    return False
                if main and time.monotonic() - sampled >= 60 * self.config.sample_minutes:
                    sheet()
                    sampled = time.monotonic()
        return True

    def _step(self) -> None:
        """One optimiser step with the whole batch, of which this process takes its share."""
        accelerator, config = self.accelerator, self.config
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.steps, config)
        rows = objective.pairs_of_step(self.step, len(self.cache), config)
        timesteps = self.scheduler.config.num_train_timesteps
        batch = objective.draw_batch(self.cache, rows, timesteps, config, self.generator)
        parts = objective.own_share(
            batch, config.micro_batch, accelerator.process_index, accelerator.num_processes
        )
        for number, part in enumerate(parts, 1):
            with nullcontext() if number == len(parts) else accelerator.no_sync(self.network):
                with accelerator.autocast():
                    loss = objective.summed_loss(self.network, self.scheduler, part.to(accelerator.device))
                loss = loss / len(rows)
                # Gradients are averaged over the processes, but the loss is a sum over them.
                accelerator.backward(loss * accelerator.num_processes)
            self.lost += loss.detach()
        accelerator.clip_grad_norm_(self.trained, _LONGEST_GRADIENT)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.step(self.trained)
        self.step += 1
        self.pending_steps += 1

    def _row(self) -> float:
        """The mean loss since the last row, into the curve as well. Raises ValueError if it is no number."""
        loss = float(self.accelerator.reduce(self.lost, "sum")) / self.pending_steps
        self.lost.zero_()
        self.pending_steps = 0
        if not math.isfinite(loss):
            raise ValueError(f"The loss at step {self.step} is no number; try a lower learning rate.")
        if self.accelerator.is_main_process:
            rate = learning_rate(self.step - 1, self.steps, self.config)
            self.curve.note(step=self.step, loss=round(loss, 6), rate=round(rate, 9))
        return loss

    def _save(self) -> None:
        facts = {
            "step": self.step,
            "pending": float(self.accelerator.reduce(self.lost, "sum")),
            "pending_steps": self.pending_steps,
            "scaler": self.accelerator.scaler.state_dict() if self.accelerator.scaler else {},
        }
        if self.accelerator.is_main_process:
            checkpoint.save(self.checkpoints, self.step, self._tensors(), facts, self.config.max_file)
        self.accelerator.wait_for_everyone()

    def _tensors(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in self.plain.state_dict().items():
            yield f"weights.{name}", tensor
        for number, tensor in enumerate(self.average.shadow_params):
            yield f"average.{number}", tensor
        for number, values in self.optimizer.state_dict()["state"].items():
            for name, tensor in values.items():
                yield f"optimizer.{number}.{name}", tensor
        yield "generator", self.generator.get_state()

    def _resume(self) -> None:
        """Raises ValueError when the checkpoint is of another model."""
        found = checkpoint.load(self.checkpoints)
        if found is not None:
            facts, tensors = found
            try:
                self._load(facts, tensors)
            except (KeyError, ValueError, RuntimeError) as error:
                raise ValueError(f"The checkpoints in {self.checkpoints} are of another model.") from error
        if self.accelerator.is_main_process:
            self.curve.forget_after(self.step)

    def _load(self, facts: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        states: dict[int, dict[str, Tensor]] = {}
        weights: dict[str, Tensor] = {}
        for name, tensor in tensors.items():
            kind, _, rest = name.partition(".")
            if kind == "weights":
                weights[rest] = tensor
            elif kind == "optimizer":
                number, _, key = rest.partition(".")
                states.setdefault(int(number), {})[key] = tensor
        self.plain.load_state_dict(weights)
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": states, "param_groups": groups})
        for number, shadow in enumerate(self.average.shadow_params):
            shadow.copy_(tensors[f"average.{number}"])
        self.generator.set_state(tensors["generator"])
        self.step = self.average.optimization_step = facts["step"]
        self.pending_steps = facts["pending_steps"]
        if self.accelerator.is_main_process:
            self.lost.fill_(facts["pending"])
        if self.accelerator.scaler and facts["scaler"]:
            self.accelerator.scaler.load_state_dict(facts["scaler"])


def _network(parts: Components, config: TrainConfig, device: torch.device) -> objective.Network:
    """What is trained of `parts`."""
    text_encoder = parts.text_encoder if config.train_text_encoder else None
    if device.type == "cpu":  # the backward pass of SDPA takes twice as long there
        parts.unet.set_attn_processor(AttnProcessor())
        parts.text_encoder.set_attn_implementation("eager")
    network = objective.Network(parts.unet, text_encoder).requires_grad_(True)
    if config.gradient_checkpointing:
        parts.unet.enable_gradient_checkpointing()
        if text_encoder is not None:
            text_encoder.activation_checkpointing_enable()
    parts.unet.to(memory_format=torch.channels_last)
    return network
