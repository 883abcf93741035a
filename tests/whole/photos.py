"""Pictures as people send them; painted here, so that the tests need no files."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def landscape(width: int, height: int) -> Image.Image:
    """Sky, sun, hills and a meadow, with grain: enough for an editor to find its way."""
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.array([96, 160, 230], np.float32) * (1 - y) + np.array([222, 235, 248], np.float32) * y
    image = Image.fromarray(np.broadcast_to(sky, (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    sun = height // 10
    draw.ellipse((width * 3 // 4, height // 8, width * 3 // 4 + sun, height // 8 + sun), fill=(255, 240, 190))
    for level, colour in ((0.5, (110, 140, 120)), (0.62, (84, 128, 84)), (0.75, (98, 156, 62))):
        x = np.linspace(0, width, 60)
        ridge = height * (level + 0.05 * np.sin(x / width * 9 + level * 20))
        draw.polygon([(0, height), *zip(x, ridge, strict=True), (width, height)], fill=colour)
    noise = np.random.default_rng(5).normal(0, 5, (height // 4, width // 4)).astype(np.float32)
    grain = np.asarray(Image.fromarray(noise).resize((width, height)))[..., None]
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(1)), np.float32) + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def phone_photo(width: int = 4032, height: int = 3024) -> bytes:
    """A JPEG as a phone makes it, held upright: stored lying, EXIF says turn by 90°, with a GPS position.

    Seen the right way up it is `height` × `width` pixels.
    """
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    out = io.BytesIO()
    landscape(height, width).transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def small_photo(width: int = 320, height: int = 240) -> bytes:
    out = io.BytesIO()
    landscape(width, height).save(out, "PNG")
    return out.getvalue()


def moving(file_format: str) -> bytes:
    """An animation of two frames."""
    out = io.BytesIO()
    frame = landscape(64, 48)
    frame.save(
        out, file_format, save_all=True, append_images=[Image.new("RGB", (64, 48), "red")], duration=90
    )
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size; there are no pixels behind it."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + header + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"
