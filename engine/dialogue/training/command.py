"""`dialogpaint train dialogue`. torch is imported when it runs, so that `--help` stays quick."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from engine.command_line import Problem, json_option, train_extra
from engine.dialogue.options import PATH, source_options, sources
from engine.dialogue.training.settings import Decay, Optimizer, Settings, read_settings
from engine.training.presets import Precision

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from engine.dialogue.blenderbot import BlenderBot

_SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("steps", int, "Stop after so many optimizer steps."),
    ("epochs", float, "Stop after so many passes over the data set."),
    ("minutes", float, "Stop after so many minutes of training; the learning rate has fallen by then."),
    ("batch", int, "Dialogues in one optimizer step, over all processes."),
    ("micro_batch", int, "Dialogues in one forward pass; gradients are added up to the batch."),
    ("learning_rate", float, "The highest learning rate."),
    ("warmup", int, "Steps until it is reached."),
    ("decay", click.Choice(get_args(Decay)), "How it falls."),
    ("decay_share", float, "Over which last share of the run it falls (0 to 1)."),
    ("optimizer", click.Choice(get_args(Optimizer)), "The optimizer."),
    ("beta2", float, "How long the optimizer remembers squared gradients (0 to 1)."),
    ("weight_decay", float, "Weight decay."),
    ("clip", float, "The longest gradient."),
    ("dropout", float, "Dropout while training; without it as the model says."),
    ("words_left_out", float, "Share of the dialogues whose newest message loses some words."),
    ("seed", int, "Seed of weights, dialogues and dropout."),
    ("mixed_precision", click.Choice(get_args(Precision)), "auto: bf16 or fp16 where the GPU can."),
    ("evaluate_every", int, "Steps between measurements of the held-out perplexity."),
    ("patience", int, "Stop after so many measurements without gain, and keep the best weights."),
    ("checkpoint_every", int, "Steps between checkpoints."),
    ("vocabulary", int, "Entries in the tokenizer of a model from scratch."),
    ("encoder_rate", float, "Share of the learning rate for the encoder's weights (0 to 1)."),
    ("act_weight", float, "How much the act counts in the loss, against any other token."),
    ("sentences", int, "Sentences in one step that the sentence encoder teaches."),
)


def _setting_options(command: Any) -> Any:
    for name, kind, words in reversed(_SETTINGS):
        command = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=words)(command)
    return command


@click.command("dialogue", epilog="Options that are not given are as the preset says.")
@source_options
@click.option("--out", type=PATH, required=True, help="Folder of the run; run again with it to resume.")
@click.option(
    "--data", "data_folder", type=PATH, help="Data set folder; without it dialogues are made as needed."
)
@click.option("--preset", default="starter", show_default=True, help="starter, paper, or a TOML file.")
@click.option("--base", help="BlenderBot to fine-tune: starter, folder or Hub id. Without it: from scratch.")
@click.option("--config", type=PATH, help="JSON file: the shape of a model from scratch.")
@click.option(
    "--sentence-encoder",
    type=PATH,
    help="Folder of a BERT such as all-MiniLM-L6-v2: a model from scratch begins with its encoder, and any "
    "goes on learning from it what sentences mean.",
)
@_setting_options
@json_option
def train(
    words: tuple[Path, ...],
    captions: tuple[Path, ...],
    out: Path,
    data_folder: Path | None,
    preset: str,
    base: str | None,
    config: Path | None,
    sentence_encoder: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Fine-tune a BlenderBot, or train the starter from scratch.

    On several GPUs: accelerate launch --multi_gpu --no_python dialogpaint train dialogue ...
    """
    with train_extra():
        from engine.dialogue.training.export import export
        from engine.dialogue.training.loop import train as run
        from engine.dialogue.training.sense import Sense, SentenceEncoder
        from engine.dialogue.training.source import source
        from engine.errors import EngineError
        from engine.training.accelerator import new_accelerator
        from engine.training.curve import Curve
        from engine.training.stopping import Stopped

    lists, lines = sources(words, captions)
    try:
        settings = read_settings(preset, **chosen)
        accelerator = new_accelerator(settings.mixed_precision)
        dialogues = source(lists, lines, data_folder, settings.seed, settings.words_left_out)
        with accelerator.main_process_first():  # the tokenizer is learnt once
            model, tokenizer = _beginning(base, config, sentence_encoder, settings, out, lists, lines)
        sense = None
        if sentence_encoder is not None:
            teacher = SentenceEncoder(sentence_encoder, accelerator.device)
            sense = Sense(
                teacher,
                dialogues.sentences(),
                tokenizer,
                model.config.d_model,
                settings.sentences,
                settings.seed,
            )
        outcome = run(accelerator, model, tokenizer, dialogues, settings, out, sense)
    except Stopped as stopped:
        if accelerator.is_main_process:
            click.echo(str(stopped), err=True)
        sys.exit(130)
    except (OSError, ValueError, EngineError) as error:
        raise Problem(error) from error
    accelerator.end_training()
    if not accelerator.is_main_process:
        return
    export(model, tokenizer, out / "model")
    Curve(out).draw()
    result = {"steps": outcome.step, "ppl": round(outcome.ppl, 4), "model": str(out / "model")}
    click.echo(
        json.dumps(result)
        if as_json
        else f"Held-out perplexity {outcome.ppl:.3f} after {outcome.step} steps (ended by {outcome.why}); "
        f"weights in {out / 'model'}."
    )


def _beginning(
    base: str | None,
    config: Path | None,
    sentence_encoder: Path | None,
    settings: Settings,
    out: Path,
    lists: dict[str, list[str]],
    captions: list[str],
) -> tuple[BlenderBot, PreTrainedTokenizerBase]:
    """The model to fine-tune, or a new one, with its tokenizer. Raises OSError, ValueError or EngineError."""
    import torch

    from engine.dialogue.blenderbot import load_blenderbot
    from engine.dialogue.tokenizer import load_tokenizer
    from engine.dialogue.training.learnt_encoder import begin_with
    from engine.dialogue.training.new_model import new_model, new_tokenizer, read_shape
    from engine.sources import resolve

    if base is not None:
        found = resolve("dialogue", base) if base == "starter" else base
        return load_blenderbot(found, torch.float32), load_tokenizer(found)
    shape = settings.shape if config is None else read_shape(config)
    if shape is None:
        raise ValueError("The preset has no shape for a model from scratch: give --base or --config.")
    tokenizer = new_tokenizer(out / "tokenizer", settings.vocabulary, lists, captions, settings.seed)
    if sentence_encoder is not None:
        return begin_with(sentence_encoder, shape, tokenizer, settings.seed), tokenizer
    return new_model(shape, tokenizer, settings.seed), tokenizer
