"""The starter's tokenizer: byte-level BPE with BlenderBot's special tokens, kept in one tokenizer.json."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")  # ids 0 to 3, as in BlenderBot


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Learn a byte-level BPE vocabulary of at most `vocabulary` entries from `texts`."""
    bpe = Tokenizer(models.BPE(unk_token="<unk>"))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    # Without the post-processor in the file transformers 5 loses </s>, which the encoder is trained with.
    bpe.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        padding_side="right",
        model_max_length=128,
    )


def load_tokenizer(folder: Path | str, revision: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder or Hub id. Raises ValueError if it does not end its texts with </s>."""
    tokenizer = AutoTokenizer.from_pretrained(folder, revision=revision)
    ids = tokenizer("hello").input_ids
    if ids[-1] != tokenizer.eos_token_id:
        raise ValueError(
            f"The tokenizer of {folder} loses </s>; ship its tokenizer.json with the post-processor."
        )
    return tokenizer
