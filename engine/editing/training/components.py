"""The parts of an editor: made new for the starter, or taken from a base checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from tokenizers import pre_tokenizers
from torch import Tensor, nn
from torch.nn import functional
from tqdm import trange
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from engine.editing.autoencoder import PatchAutoencoder
from engine.editing.training.cache import Row, read_picture
from engine.editing.training.config import TrainConfig


def new_autoencoder(pixels: Sequence[Tensor], config: TrainConfig) -> PatchAutoencoder:
    """Fitted on pictures (N, 3, H, W) in [-1, 1]."""
    vae = PatchAutoencoder(latent_channels=config.latent_channels, whitening=config.whitening)
    patches = [vae.patches(p).permute(0, 2, 3, 1).reshape(-1, 3 * vae.config.patch_size**2) for p in pixels]
    return vae.fit(torch.cat(patches))


def fitted_autoencoder(rows: list[Row], config: TrainConfig) -> PatchAutoencoder:
    """Fitted on the sources of some 1,500 pairs."""
    some = rows[:: max(len(rows) // 1500, 1)]
    return new_autoencoder(
        [read_picture(row["source"], config.resolution, True)[None] for row in some], config
    )


def new_tokenizer(texts: Sequence[str], config: TrainConfig) -> CLIPTokenizer:
    """CLIP's byte-level BPE with merges learned from `texts`; no word is unknown to it."""
    base = CLIPTokenizer(model_max_length=config.text_length)
    return base.train_new_from_iterator(
        texts, config.vocabulary, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )


def new_text_encoder(tokenizer: CLIPTokenizer, config: TrainConfig) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=config.text_width,
            intermediate_size=4 * config.text_width,
            projection_dim=config.text_width,
            num_hidden_layers=config.text_layers,
            num_attention_heads=4,
            max_position_embeddings=config.text_length,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def teach_skills(
    encoder: CLIPTextModel, tokens: Tensor, skills: Tensor, config: TrainConfig, device: torch.device
) -> float:
    """Train the text encoder to name the skill behind an instruction; gives the accuracy on the last batches.

    A text encoder that starts from nothing would cost the UNet most of its steps; this costs a minute.
    `tokens` (N, L), `skills` (N,).
    """
    head = nn.Linear(config.text_width, int(skills.max()) + 1).to(device)
    encoder.to(device).train()
    optimiser = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=1e-3, weight_decay=0.01)
    generator = torch.Generator().manual_seed(config.seed)
    right: list[float] = []
    for step in trange(config.text_steps, desc="text", mininterval=10):
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * min(1.0, (step + 1) / 50) * (1 - step / config.text_steps)
        rows = torch.randint(len(tokens), (64,), generator=generator)
        logits = head(encoder(tokens[rows].to(device)).pooler_output)
        wanted = skills[rows].to(device)
        loss = functional.cross_entropy(logits, wanted)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        right.append(float((logits.argmax(1) == wanted).float().mean()))
    last = right[-50:]
    return sum(last) / max(len(last), 1)


def new_unet(config: TrainConfig) -> UNet2DConditionModel:
    """Latents and the source's latents in, one prediction out. The instruction comes in twice: by
    cross-attention, and pooled into the time embedding that scales every block."""
    plain, crossed = ("DownBlock2D", "UpBlock2D"), ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D")
    blocks = [plain] + [crossed] * (len(config.channels) - 1)
    unet = UNet2DConditionModel(
        sample_size=config.resolution // 8,
        in_channels=2 * config.latent_channels,
        out_channels=config.latent_channels,
        block_out_channels=config.channels,
        layers_per_block=1,
        down_block_types=tuple(down for down, _ in blocks),
        up_block_types=tuple(up for _, up in reversed(blocks)),
        cross_attention_dim=config.text_width,
        attention_head_dim=config.heads,
        norm_num_groups=1,
        resnet_time_scale_shift="scale_shift",
        time_embedding_dim=config.time_width,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
    )
    return begun_as_identity(unet)


@torch.no_grad()
def begun_as_identity(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """Set the outermost layers so that the untrained network predicts the source itself.

    An edit keeps most of a picture; learning to copy it would take a small network most of its steps. The
    first convolution writes every latent channel of the source into two features, plus and minus; the last
    skip connection carries them to the end, where silu(x) - silu(-x) = x gives them back. Four features of a
    large constant keep the normalisation before it nearly linear. The layers between learn the change.
    """
    latents, width = unet.config.out_channels, unet.config.block_out_channels[0]
    pairs, constant = min(latents, (width - 4) // 2), 8.0
    unet.conv_in.weight.mul_(0.3)
    unet.conv_in.bias.zero_()
    unet.conv_out.weight.mul_(0.1)
    unet.conv_out.bias.zero_()
    deviation = ((4 * constant**2 + 2 * pairs) / width) ** 0.5
    for index in range(pairs):
        for feature, sign in ((2 * index, 1.0), (2 * index + 1, -1.0)):
            unet.conv_in.weight[feature].zero_()
            unet.conv_in.weight[feature, latents + index, 1, 1] = sign
            unet.conv_out.weight[index, feature].zero_()
            unet.conv_out.weight[index, feature, 1, 1] = sign * deviation
    for feature, sign in zip(range(2 * pairs, 2 * pairs + 4), (1, -1, 1, -1), strict=True):
        unet.conv_in.weight[feature].zero_()
        unet.conv_in.bias[feature] = sign * constant
        unet.conv_out.weight[:, feature].zero_()
    last = unet.up_blocks[-1].resnets[-1]
    last.conv2.weight.mul_(0.1)
    last.conv2.bias.zero_()
    last.conv_shortcut.weight.mul_(0.1)
    last.conv_shortcut.bias.zero_()
    last.conv_shortcut.weight[:, -width:, 0, 0] = torch.eye(width)
    return unet


def widened(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """A text-to-image UNet with room for the source's latents: the new input weights are zero, so at first
    the source has no say (InstructPix2Pix, section 3.2). One that has the room is returned as it is.

    Raises `ValueError` for a network that takes something else, such as one for inpainting."""
    channels = unet.config.out_channels
    if unet.config.in_channels == 2 * channels:
        return unet
    if unet.config.in_channels != channels:
        raise ValueError(
            f"The base takes {unet.config.in_channels} channels: it must be InstructPix2Pix ({2 * channels}) "
            f"or make pictures from text ({channels})."
        )
    old = unet.conv_in
    new = nn.Conv2d(2 * channels, old.out_channels, old.kernel_size, old.stride, old.padding)
    with torch.no_grad():
        new.weight.zero_()
        new.weight[:, :channels].copy_(old.weight)
        new.bias.copy_(old.bias)
    unet.conv_in = new
    unet.register_to_config(in_channels=2 * channels)
    return unet


def leaner(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """The network without its middle block, and without the attention before that: the way up has attention
    on the same level. What is left is as it was, so that some training makes good what it loses."""
    config = {name: value for name, value in unet.config.items() if not name.startswith("_")}
    last = config["down_block_types"][-1].replace("CrossAttn", "")
    blocks = (*config["down_block_types"][:-1], last)
    small = UNet2DConditionModel.from_config({**config, "mid_block_type": None, "down_block_types": blocks})
    kept = small.state_dict().keys()
    small.load_state_dict({name: each for name, each in unet.state_dict().items() if name in kept})
    return small


def new_scheduler() -> DDIMScheduler:
    """Predicts the clean latents; the first step is pure noise, so that brightness can change freely.

    S. Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed", WACV 2024.
    """
    return DDIMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="sample",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
    )
