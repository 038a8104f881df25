"""Pictures are judged by content and kept without what the camera wrote."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from domain.kernel import pictures
from domain.kernel.refusals import Invalid, TooLarge, UnsupportedMedia
from tests.support.county import png


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def _with_exif() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (400, 200), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_large_picture_becomes_small_enough() -> None:
    full, thumbnail = pictures.reencoded(png(size=(3000, 1500)))

    assert _opened(full).size == (1600, 800)
    assert max(_opened(thumbnail).size) == 240
    assert _opened(full).format == "JPEG"


def test_it_stands_upright_without_exif() -> None:
    full, _ = pictures.reencoded(_with_exif())

    assert _opened(full).size == (200, 400)
    assert not _opened(full).getexif()
    assert b"camera" not in full


def test_transparency_and_palettes_are_taken() -> None:
    for mode in ("RGBA", "P", "L", "CMYK"):
        out = io.BytesIO()
        Image.new(mode, (50, 50)).save(out, "JPEG" if mode == "CMYK" else "PNG")
        assert pictures.reencoded(out.getvalue())


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"%PDF-1.7", b"MZ\x90\x00", b"GIF"])
def test_what_is_no_picture_is_unsupported(content: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        pictures.reencoded(content)


def test_a_damaged_picture_is_invalid() -> None:
    with pytest.raises(Invalid):
        pictures.reencoded(png()[:-400])


def test_too_many_pixels_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)

    with pytest.raises(Invalid, match="像素"):
        pictures.reencoded(png())


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_BYTES", 100)

    with pytest.raises(TooLarge):
        pictures.reencoded(png())
