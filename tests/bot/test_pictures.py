"""No file, whatever its name, size or bytes, does more than become a clean picture or get one sentence."""

import hashlib
import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.pictures import BadPicture, Upload, normalise

MB = 1_000_000


def clean(data: bytes) -> Upload:
    return normalise(data, 20 * MB, 24 * MB)


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def gradient(width: int = 64, height: int = 48) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(
        np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], -1).astype(np.uint8)
    )


def opened(upload: Upload) -> Image.Image:
    return Image.open(io.BytesIO(upload.data))


def test_a_turned_phone_photo_comes_out_upright_and_without_gps() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    exif.get_ifd(0x8825)[1] = "N"
    upload = clean(encoded(gradient(), "JPEG", exif=exif, quality=95))
    picture = opened(upload)
    assert (upload.width, upload.height) == (48, 64) == picture.size
    assert not picture.getexif()
    assert "exif" not in picture.info
    left_top = np.asarray(picture)[2, 2]
    assert left_top[1] > 200  # the stored picture's lower left corner (much green) is upright's upper left
    assert upload.sha256 == hashlib.sha256(upload.data).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_png_mode_becomes_eight_bit_rgb_or_rgba(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16))
    else:
        image = gradient().convert(mode)
    upload = clean(encoded(image, "PNG"))
    assert opened(upload).mode in {"RGB", "RGBA"}
    assert np.asarray(opened(upload).convert("L")).std() > 20  # the picture is still there


def test_alpha_is_kept_and_a_full_one_dropped() -> None:
    see_through = gradient().convert("RGBA")
    see_through.putalpha(120)
    assert opened(clean(encoded(see_through, "PNG"))).mode == "RGBA"
    assert opened(clean(encoded(gradient().convert("RGBA"), "PNG"))).mode == "RGB"


def test_cmyk_becomes_rgb() -> None:
    upload = clean(encoded(gradient().convert("CMYK"), "JPEG", quality=95))
    assert opened(upload).mode == "RGB"
    assert np.abs(np.asarray(opened(upload)).astype(int) - np.asarray(gradient())).mean() < 12


@pytest.mark.parametrize("file_format", ["WEBP", "BMP", "TIFF", "AVIF"])
def test_other_formats_open(file_format: str) -> None:
    assert (clean(encoded(gradient(), file_format)).width, 64) == (64, 64)


def test_heic_opens() -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(gradient()).save(out, quality=90)
    assert clean(out.getvalue()).mime == "image/jpeg"


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame_and_says_so(file_format: str) -> None:
    frames = [gradient(), Image.new("RGB", (64, 48), "red")]
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], duration=100)
    assert "first frame" in (clean(data).note or "")


def test_the_claimed_type_does_not_matter() -> None:
    assert clean(encoded(gradient(), "JPEG")).mime == "image/jpeg"
    with pytest.raises(BadPicture, match="can't read"):
        clean(b"%PDF-1.7 not a picture at all")


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"hello", "can't read"),
        (png_header(0, 40), "can't read|only"),
        (encoded(gradient(1, 1), "PNG"), "only 1×1"),
        (encoded(gradient(300, 300), "PNG")[:900], "damaged"),
        (encoded(gradient(300, 300), "JPEG")[:2000], "damaged"),
        (png_header(60_000, 60_000), "too many pixels"),
        (png_header(6_000, 5_000), "too many pixels"),
        (b"\x00" * (21 * MB), "too large"),
    ],
    ids=["empty", "text", "0xN", "1x1", "cut png", "cut jpeg", "bomb", "30 megapixels", "21 MB"],
)
def test_a_bad_file_gets_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(BadPicture, match=sentence) as caught:
        clean(data)
    assert str(caught.value).endswith(".")


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"]),
    st.integers(0, 2000),
)
@example(b"\x00\x00\x00\x00\x00\x00\x01", "TIFF", 124)  # a second page without a size
def test_damaged_bytes_never_raise_anything_else(noise: bytes, file_format: str, at: int) -> None:
    data = bytearray(encoded(gradient(), file_format))
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        upload = clean(bytes(data))
    except BadPicture:
        return
    assert opened(upload).size == (upload.width, upload.height)


def test_a_phone_photo_with_a_second_picture_inside_is_no_animation() -> None:
    data = encoded(gradient(), "MPO", save_all=True, append_images=[gradient()])
    assert clean(data).note is None
