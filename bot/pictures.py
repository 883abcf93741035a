"""An uploaded file becomes a picture the bot can keep: upright, sRGB, eight bits, without metadata.

What a file *is* is read from its bytes; names and claimed types are ignored. Everything in here blocks:
call it in a thread.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass, field

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()  # pyright: ignore[reportUnknownMemberType]

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF")  # MPO (phones) opens as JPEG
PHOTOGRAPHIC = {"JPEG", "MPO", "HEIF", "AVIF"}  # came compressed with loss: kept as JPEG, not as a huge PNG
MIN_SIDE = 16
CAN_OPEN = "I can open JPEG, PNG, WebP, GIF, HEIC, AVIF, BMP and TIFF pictures."


class BadPicture(Exception):
    """The file can't be used; the message is one sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A cleaned picture: JPEG (quality 95, 4:4:4) for what came compressed with loss, else PNG.

    `spoiler`: it was sent hidden, `as_file`: as a document, see `bot.events.Attachment`.
    """

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    sha256: str
    note: str | None = None
    spoiler: bool = False
    as_file: bool = False


def too_large(size: int, max_bytes: int) -> str:
    """The sentence for a file over the limit; sizes in bytes."""
    return f"That file is too large for me ({size / 1e6:.1f} MB); I take up to {max_bytes / 1e6:.0f} MB."


def normalise(data: bytes, max_bytes: int, max_pixels: int) -> Upload:
    """Decode, check, turn upright, convert to sRGB, drop metadata, encode.

    Refuses by the size in the header *before* decoding. Raises `BadPicture`.
    """
    if not data:
        raise BadPicture("That file is empty; please send the picture again.")
    if len(data) > max_bytes:
        raise BadPicture(too_large(len(data), max_bytes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own bomb and EXIF warnings: judged below
        image, moving = _open(data, max_pixels)
        source_format = image.format
        picture = _to_srgb(ImageOps.exif_transpose(_decode(image)))
    return _encode(
        picture, source_format in PHOTOGRAPHIC, _first_frame_note(source_format) if moving else None
    )


def _open(data: bytes, max_pixels: int) -> tuple[Image.Image, bool]:
    """Read the headers only; the second value says whether there is more than one frame."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        moving = image.format != "MPO" and getattr(image, "n_frames", 1) > 1
    except Image.DecompressionBombError as error:
        raise BadPicture(_too_many_pixels(max_pixels)) from error
    except Exception as error:  # Pillow's parsers raise many kinds on hostile bytes
        raise BadPicture(f"I can't read that file as a picture. {CAN_OPEN}") from error
    width, height = image.size
    if width * height > max_pixels:
        raise BadPicture(_too_many_pixels(max_pixels, width, height))
    if min(width, height) < MIN_SIDE:
        raise BadPicture(
            f"That picture is only {width}×{height} pixels; I need at least {MIN_SIDE} on each side."
        )
    return image, moving


def _too_many_pixels(max_pixels: int, width: int = 0, height: int = 0) -> str:
    size = f" ({width}×{height})" if width else ""
    return f"That picture has too many pixels{size}; I take up to {max_pixels / 1e6:.0f} megapixels."


def _decode(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except Exception as error:  # truncated or broken in the middle
        raise BadPicture("That picture is damaged or cut off; please send it again.") from error
    return image


def _first_frame_note(source_format: str | None) -> str:
    return (
        "It has several pages, so I took the first."
        if source_format == "TIFF"
        else "It moves, so I took its first frame."
    )


def _to_srgb(image: Image.Image) -> Image.Image:
    """RGB or RGBA in sRGB, whatever the mode and profile were."""
    if image.mode.startswith(("I", "F")):  # 16- and 32-bit grey: bring the full range down to eight bits
        values = np.asarray(image, dtype=np.float64)
        top = (
            1.0
            if image.mode == "F" and values.max(initial=0.0) <= 1.0
            else max(65535.0, values.max(initial=0.0))
        )
        return Image.fromarray(np.clip(values / top * 255.0 + 0.5, 0, 255).astype(np.uint8)).convert("RGB")
    profile = image.info.get("icc_profile")
    if image.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile says nothing about the pixels
    if image.mode == "RGBA":
        return image if image.getchannel("A").getextrema() != (255, 255) else image.convert("RGB")
    return image.convert("RGB")


def _encode(image: Image.Image, photographic: bool, note: str | None) -> Upload:
    out = io.BytesIO()
    clean = Image.frombytes(
        image.mode, image.size, image.tobytes()
    )  # no info dictionary: no metadata can leak
    if photographic and clean.mode == "RGB":
        clean.save(out, "JPEG", quality=95, subsampling=0)
        mime = "image/jpeg"
    else:
        clean.save(out, "PNG", compress_level=3)
        mime = "image/png"
    data = out.getvalue()
    return Upload(data, mime, clean.width, clean.height, hashlib.sha256(data).hexdigest(), note)
