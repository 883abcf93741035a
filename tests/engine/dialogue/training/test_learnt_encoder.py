"""A new BlenderBot may begin with the encoder of a BERT, and goes on learning what sentences mean from it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoModel, BertConfig, BertModel, BertTokenizerFast, GPT2Config, GPT2LMHeadModel

from engine.dialogue.context import POSITIONS
from engine.dialogue.training.learnt_encoder import begin_with
from engine.dialogue.training.loop import train
from engine.dialogue.training.sense import Sense, SentenceEncoder
from engine.dialogue.training.settings import Settings
from engine.training.accelerator import new_accelerator
from tests.engine.dialogue.tiny import tokenizer
from tests.engine.dialogue.training.runs import few_dialogues

_PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "make",
    "it",
    "the",
    "sky",
    "blue",
    "##er",
    "gr",
    "##een",
    "dog",
]
_SHAPE = {"encoder_layers": 3, "encoder_ffn_dim": 48, "decoder_layers": 1, "decoder_ffn_dim": 16}


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    """A tiny BERT with weights large enough to matter."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(_PIECES),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=48,
        initializer_range=0.3,
        max_position_embeddings=POSITIONS + 8,
        layer_norm_eps=1e-5,
    )
    BertModel(config).save_pretrained(tmp_path / "bert")
    pieces = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(_PIECES)}, unk_token="[UNK]"))
    pieces.normalizer = normalizers.BertNormalizer()
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    BertTokenizerFast(tokenizer_object=pieces).save_pretrained(tmp_path / "bert")
    return tmp_path / "bert"


def test_with_all_its_layers_the_encoder_sees_what_the_bert_sees(bert: Path) -> None:
    model = begin_with(bert, _SHAPE, tokenizer(), 0).eval()
    words = torch.randn(2, 9, 32)
    places = torch.arange(1, 10)[None]  # after [CLS]
    with torch.no_grad():
        theirs = AutoModel.from_pretrained(bert)(inputs_embeds=words, position_ids=places).last_hidden_state
        ours = model.model.encoder(inputs_embeds=words).last_hidden_state
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_a_shorter_encoder_keeps_the_first_and_the_last_layer(bert: Path) -> None:
    model = begin_with(bert, _SHAPE | {"encoder_layers": 2, "encoder_ffn_dim": 20}, tokenizer(), 0)
    theirs = AutoModel.from_pretrained(bert).encoder.layer
    for ours, layer in zip(model.model.encoder.layers, (theirs[0], theirs[2]), strict=True):
        assert torch.equal(ours.self_attn.q_proj.weight, layer.attention.self.query.weight)
        kept = {tuple(row) for row in ours.fc1.weight.tolist()}
        assert len(kept) == 20
        assert kept < {tuple(row) for row in layer.intermediate.dense.weight.tolist()}


def test_a_token_begins_as_the_pieces_that_it_is_made_of(bert: Path) -> None:
    ours, words = tokenizer(), AutoModel.from_pretrained(bert).embeddings.word_embeddings.weight
    shared = begin_with(bert, _SHAPE, ours, 0).model.shared.weight
    for token in range(len(ours)):
        if ours.decode([token]) == " blue":
            assert torch.equal(shared[token], words[_PIECES.index("blue")])
    assert torch.equal(shared[ours.eos_token_id], words[_PIECES.index("[SEP]")])


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ({"encoder_layers": 4}, "has encoder_layers 3; 4 does not fit"),
        ({"d_model": 64}, "has d_model 32; 64 does not fit"),
        ({"speed": 3}, "keys that BlenderBot does not know: speed"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(bert: Path, shape: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        begin_with(bert, _SHAPE | shape, tokenizer(), 0)


def test_what_is_no_bert_is_refused(tmp_path: Path) -> None:
    GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=8, vocab_size=20)).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="holds a GPT2Model; the encoder must be a BERT"):
        begin_with(tmp_path, _SHAPE, tokenizer(), 0)


def test_a_run_learns_what_sentences_mean_and_goes_on_where_it_was(bert: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    words = _PIECES[4:9]
    sentences = [" ".join(random.Random(n).choices(words, k=4)) for n in range(40)]

    def run(steps: int) -> float:
        model = begin_with(bert, _SHAPE | {"encoder_layers": 2}, tokenizer(), 0)
        accelerator = new_accelerator("no")
        sense = Sense(SentenceEncoder(bert, accelerator.device), sentences, tokenizer(), 32, 8, 0)
        settings = Settings(steps=steps, batch=4, learning_rate=3e-3, decay="constant", checkpoint_every=5)
        outcome = train(accelerator, model, tokenizer(), few_dialogues(), settings, tmp_path / "run", sense)
        assert outcome.step == steps
        model.eval()
        with torch.no_grad():
            return sum(sense.loss(model, step).item() for step in range(1000, 1005)) / 5

    first = run(1)
    assert run(40) < 0.7 * first
