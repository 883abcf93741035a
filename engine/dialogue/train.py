"""Fine-tunes any BlenderBot, or trains the starter from scratch (paper section 3.2.1 and 4.1)."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import (
    BlenderbotConfig,
    BlenderbotForConditionalGeneration,
    GenerationConfig,
    PreTrainedTokenizerBase,
)

from engine.dialogue.context import POSITIONS
from engine.dialogue.grammar.examples import Example
from engine.dialogue.stream import Batch, batches, training_batches


@dataclass(frozen=True)
class TrainSettings:
    """`learning_rate` is reached after `warmup` steps and falls over the last `decay` share of all."""

    steps: int
    batch: int = 16
    learning_rate: float = 8e-4
    warmup: int = 150
    decay: float = 0.3
    weight_decay: float = 0.01
    clip: float = 1.0
    seed: int = 0
    checkpoint_every: int = 250


def new_model(
    config: dict[str, Any], tokenizer: PreTrainedTokenizerBase, seed: int
) -> BlenderbotForConditionalGeneration:
    """An untrained model whose first weights already lean towards copying (see `_lean_towards_copying`)."""
    torch.manual_seed(seed)
    model = BlenderbotForConditionalGeneration(
        BlenderbotConfig(
            vocab_size=len(tokenizer),
            max_position_embeddings=POSITIONS,
            scale_embedding=True,
            init_std=0.04,
            encoder_no_repeat_ngram_size=0,  # stock BlenderBot's 3 forbids to repeat the user's words
            **config,
        )
    )
    _lean_towards_copying(model)
    return model


def _lean_towards_copying(model: BlenderbotForConditionalGeneration) -> None:
    """Start where copying is a short way to go: a small model has little time to find out.

    Positions start as sines; one head of each stack's first layer looks at the word before; cross-attention
    starts by comparing like with like and passing on what it finds (in the spirit of mimetic initialisation,
    arXiv 2305.09828).
    """
    width, heads = model.config.d_model, model.config.encoder_attention_heads
    place = torch.arange(model.config.max_position_embeddings)[:, None]
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    sines = torch.zeros(place.shape[0], width)
    sines[:, 0::2], sines[:, 1::2] = torch.sin(place * rate), torch.cos(place * rate)
    size = width // heads
    shift = torch.zeros(size, size)  # turns the sines of place p into those of p - 1
    for pair, angle in enumerate(rate[: size // 2].tolist()):
        at = 2 * pair
        shift[at : at + 2, at : at + 2] = torch.tensor(
            [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        )
    with torch.no_grad():
        for stack in (model.model.encoder, model.model.decoder):
            stack.embed_positions.weight.copy_(0.3 * sines)
            first = stack.layers[0].self_attn
            first.q_proj.weight[:size, :size] += 2.0 * shift
            first.k_proj.weight[:size, :size] += 2.0 * torch.eye(size)
        for layer in model.model.decoder.layers:
            cross = layer.encoder_attn
            turn = torch.linalg.qr(torch.randn(width, width)).Q
            cross.k_proj.weight.copy_(turn)
            cross.q_proj.weight.copy_(turn)
            turn = torch.linalg.qr(torch.randn(width, width)).Q
            cross.v_proj.weight.copy_(turn)
            cross.out_proj.weight.copy_(0.7 * turn.T)


def learning_rate(step: int, settings: TrainSettings) -> float:
    """Warm-up, plateau, linear fall."""
    rise = min(1.0, (step + 1) / max(1, settings.warmup))
    left = (settings.steps - step) / max(1.0, settings.decay * settings.steps)
    return settings.learning_rate * min(rise, max(0.05, min(1.0, left)))


def explicit_generation(model: BlenderbotForConditionalGeneration) -> None:
    """Greedy, nothing banned, nothing forced: stock BlenderBot's settings forbid copying."""
    model.generation_config = GenerationConfig(
        max_new_tokens=64,
        num_beams=1,
        do_sample=False,
        min_length=0,
        no_repeat_ngram_size=0,
        encoder_no_repeat_ngram_size=0,
        decoder_start_token_id=model.config.decoder_start_token_id,
        bos_token_id=model.config.bos_token_id,
        eos_token_id=model.config.eos_token_id,
        pad_token_id=model.config.pad_token_id,
    )
    model.config.encoder_no_repeat_ngram_size = 0


@torch.inference_mode()
def perplexity(model: BlenderbotForConditionalGeneration, held_out: list[Batch]) -> float:
    """exp of the mean loss per target token."""
    model.eval()
    total, count = 0.0, 0
    for batch in held_out:
        batch = {name: tensor.to(model.device) for name, tensor in batch.items()}
        tokens = int((batch["labels"] != -100).sum())
        total += float(model(**batch, use_cache=False).loss) * tokens
        count += tokens
    model.train()
    return math.exp(total / max(1, count))


class Run:
    """A training run in a folder: `checkpoint/` to resume from, `curve.jsonl`, at last `model/`."""

    def __init__(self, folder: Path, settings: TrainSettings) -> None:
        self.folder = folder
        self.settings = settings
        self.checkpoint = folder / "checkpoint"
        self.curve = folder / "curve.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def save(
        self,
        model: BlenderbotForConditionalGeneration,
        optimizer: torch.optim.Optimizer,
        state: dict[str, Any],
    ) -> None:
        """Write next to the old checkpoint, then change places: a kill at any moment leaves a whole one."""
        fresh = self.folder / "checkpoint.new"
        old = self.folder / "checkpoint.old"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        torch.save(
            {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": torch.get_rng_state(),
                **state,
            },
            fresh / "state.pt",
        )
        shutil.rmtree(old, ignore_errors=True)
        if self.checkpoint.exists():
            self.checkpoint.rename(old)
        fresh.rename(self.checkpoint)
        shutil.rmtree(old, ignore_errors=True)

    def load(
        self, model: BlenderbotForConditionalGeneration, optimizer: torch.optim.Optimizer
    ) -> dict[str, Any] | None:
        for name in ("checkpoint", "checkpoint.old"):
            path = self.folder / name / "state.pt"
            if path.is_file():
                state = torch.load(path, map_location="cpu", weights_only=True)
                model.load_state_dict(state.pop("model"))
                optimizer.load_state_dict(state.pop("optimizer"))
                torch.set_rng_state(state.pop("rng"))
                return state
        return None

    def note(self, **values: float) -> None:
        with self.curve.open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")
            file.flush()
            os.fsync(file.fileno())


def train(
    model: BlenderbotForConditionalGeneration,
    tokenizer: PreTrainedTokenizerBase,
    chunk: Callable[[int], list[Example]],
    held_out: list[Example],
    settings: TrainSettings,
    folder: Path,
) -> float:
    """Train to `settings.steps`, resuming if the folder holds a checkpoint; the last held-out perplexity."""
    run = Run(folder, settings)
    positions = model.config.max_position_embeddings
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=settings.weight_decay
    )
    torch.manual_seed(settings.seed)
    state = run.load(model, optimizer) or {"step": 0, "chunk": 0, "batch": 0}
    checks = batches(held_out, tokenizer, 64, positions, None)
    first = (state["chunk"], state["batch"])
    stream = training_batches(chunk, tokenizer, settings.batch, positions, settings.seed, first)
    model.train()
    bar = tqdm(total=settings.steps, initial=state["step"], unit="step", mininterval=5)
    mean, started, ppl = 0.0, time.monotonic(), math.inf
    for step in range(state["step"], settings.steps):
        number, at, batch = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, settings)
        loss = model(
            **{name: tensor.to(model.device) for name, tensor in batch.items()}, use_cache=False
        ).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = float(loss.detach())
        mean = value if mean == 0.0 else 0.98 * mean + 0.02 * value
        bar.update()
        if (step + 1) % 10 == 0:
            bar.set_postfix(loss=f"{mean:.3f}")
            run.note(
                step=step + 1,
                loss=round(value, 6),
                mean=round(mean, 4),
                seconds=round(time.monotonic() - started, 1),
            )
        if (step + 1) % settings.checkpoint_every == 0 or step + 1 == settings.steps:
            ppl = perplexity(model, checks)
            run.note(step=step + 1, ppl=round(ppl, 4))
            run.save(
                model,
                optimizer,
                {"step": step + 1, "chunk": number, "batch": at + 1, "settings": asdict(settings)},
            )
    bar.close()
    return ppl


def export(
    model: BlenderbotForConditionalGeneration, tokenizer: PreTrainedTokenizerBase, folder: Path
) -> None:
    """Write the standard folder: fp16 safetensors, config, generation config, tokenizer.json."""
    explicit_generation(model)
    model.eval().half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model.float()


def draw_curve(folder: Path) -> None:
    """curve.png from curve.jsonl; needs matplotlib (the `train` extra)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [json.loads(line) for line in (folder / "curve.jsonl").read_text(encoding="utf-8").splitlines()]
    figure, left = pyplot.subplots(figsize=(7, 4))
    means = [(row["step"], row["mean"]) for row in rows if "mean" in row]
    ppls = [(row["step"], row["ppl"]) for row in rows if "ppl" in row]
    left.plot(*zip(*means, strict=True), label="training loss")
    left.set(xlabel="step", ylabel="loss per token", yscale="log")
    if ppls:
        right = left.twinx()
        right.plot(*zip(*ppls, strict=True), color="tab:orange", label="held-out perplexity")
        right.set(ylabel="perplexity", yscale="log")
    figure.legend(loc="upper right")
    figure.tight_layout()
    figure.savefig(folder / "curve.png", dpi=100)
    pyplot.close(figure)
