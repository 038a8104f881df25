"""Pictures are judged by content; their copies are fit for screens, and each refusal says the true reason."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from domain.kernel import pictures
from domain.kernel.refusals import Invalid, Refusal, TooLarge, UnsupportedMedia
from tests.support.county import png

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAGEAAgAAAAACTQABAAAAAAAAADgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
    "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAKFtZGF0AAAAXSgBrxOA9SeBP//wyFFf/AQ6v9+vTEq31pqf/8Kh"
    "ov60TXbgMbb232p2bmLs2z3csZqE1hpIvxUb69OacWKtxdsnca7JR2yHui/b+PqTi9RraiGWZ9AP1iFnE3jVWAAAAAZFeGlmAABN"
    "TQAqAAAACAACAQ8AAgAAAAcAAAAmARIAAwAAAAEABgAAAAAAAGNhbWVyYQAA"
)
"""64 × 32 as it was written, its left half blue; turned by 90 degrees; with the maker of a camera in its EXIF."""


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def _written(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def _shown(content: bytes, place: tuple[int, int] = (5, 5)) -> tuple[int, int, int]:
    colour = _opened(pictures.copies_of(content).screen).convert("RGB").getpixel(place)
    assert isinstance(colour, tuple)
    return colour[0], colour[1], colour[2]


def _near(one: tuple[int, ...], other: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def _with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    exif.get_ifd(0x8825)[1] = "N"
    return _written(Image.new("RGB", (400, 200), "red"), "JPEG", exif=exif)


class TestACopy:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ((1080, 12_000), (1080, 12_000)),
            ((1440, 9_000), (1440, 9_000)),
            ((12_000, 1080), (12_000, 1080)),
            ((4000, 3000), (1920, 1440)),
            ((2880, 20_000), (1440, 10_000)),
            ((600, 400), (600, 400)),
            ((700, 70_000), (650, 65_000)),
            ((1, 1), (1, 1)),
        ],
    )
    def test_is_never_narrower_than_can_be_read(self, given: tuple[int, int], shown: tuple[int, int]) -> None:
        made = pictures.copies_of(_written(Image.new("1", given)))

        assert _opened(made.screen).size == shown
        assert max(_opened(made.thumbnail).size) <= 240
        assert _opened(made.screen).format == _opened(made.thumbnail).format == "JPEG"

    def test_stands_upright_without_exif(self) -> None:
        full = pictures.copies_of(_with_exif()).screen

        assert _opened(full).size == (200, 400)
        assert not _opened(full).getexif()
        assert b"camera" not in full

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_holds_nothing_that_was_written_beside_the_picture(self, kind: str) -> None:
        exif, chunks = Image.Exif(), PngInfo()
        exif[0x010E] = exif[0x010F] = "a hidden word"
        chunks.add_text("Comment", "a hidden word")
        beside = {"PNG": {"pnginfo": chunks}, "GIF": {}}.get(kind, {"xmp": b"<x>a hidden word</x>"})
        picture = Image.new("RGB", (400, 200), "red")
        given = _written(picture, kind, exif=exif, comment=b"a hidden word", **beside)  # type: ignore[arg-type]
        assert b"a hidden word" in given

        made = pictures.copies_of(given)

        for copy in (made.screen, made.thumbnail):
            assert b"a hidden word" not in copy
            assert set(_opened(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "L with a colour for nothing"])
    def test_shows_transparent_parts_white(self, mode: str) -> None:
        clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
        if mode.startswith("L with"):
            content = _written(Image.new("L", (50, 50), 0), transparency=0)
        elif mode == "P":
            content = _written(Image.new("P", (50, 50), 0), transparency=0)
        elif mode == "PA":
            content = _written(clear.convert("RGBA"), "WEBP", lossless=True)
        else:
            content = _written(clear.convert(mode))
        assert _shown(content) == (255, 255, 255)

    @pytest.mark.parametrize("value", [0, 8_000, 30_000, 50_000, 65_535])
    def test_scales_sixteen_bits_down(self, value: int) -> None:
        assert _near(_shown(_written(Image.new("I;16", (40, 40), value))), (value // 257,) * 3)

    def test_shows_print_colours_as_screens_do(self) -> None:
        assert _near(_shown(_written(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG")), (254, 0, 0))

    def test_has_the_colours_that_a_profile_means(self) -> None:
        swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        content = _written(Image.new("RGB", (40, 40), (200, 30, 30)), icc_profile=_wide_gamut())

        assert not _near(_shown(content), (200, 30, 30)), "the numbers of a wide gamut are other colours on a screen"
        unfit = _written(Image.new("RGB", (40, 40), (200, 30, 30)), icc_profile=swapped.tobytes())
        assert _near(_shown(unfit), (200, 30, 30)), "a profile that fits nothing changes nothing"

    def test_of_a_phone_that_writes_heic_is_upright_and_in_colour(self) -> None:
        made = pictures.copies_of(HEIC)

        assert made.media_type == "image/heic"
        assert _opened(made.screen).size == (32, 64)
        assert _near(_shown(HEIC), (0, 0, 254))
        assert b"camera" in HEIC
        assert b"camera" not in made.screen

    @pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
    def test_of_a_moving_picture_tells_that_it_is_one_frame(self, kind: str) -> None:
        frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
        moving = _written(frames[0], kind, save_all=True, append_images=frames[1:])

        assert pictures.copies_of(moving).note == "动图，页面显示第一帧"
        assert pictures.copies_of(_written(frames[0], kind)).note == ""


def _wide_gamut() -> bytes:
    """Give sRGB's profile with red and green exchanged: numbers that mean other colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red + 4 : red + 8], profile[green + 4 : green + 8] = (
        profile[green + 4 : green + 8],
        profile[red + 4 : red + 8],
    )
    return bytes(profile)


def _noise(kind: str) -> bytes:
    return _written(Image.effect_noise((99, 99), 90).convert("RGB"), kind)


REASONS: dict[str, tuple[Callable[[], bytes], type[Refusal], str]] = {
    "nothing at all": (lambda: b"", Invalid, "空的"),
    "SVG": (lambda: b"<svg onload=alert(1)>", UnsupportedMedia, "SVG"),
    "SVG behind a declaration": (lambda: b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', UnsupportedMedia, "SVG"),
    "PDF": (lambda: b"%PDF-1.7", UnsupportedMedia, "PDF"),
    "TIFF": (lambda: _written(Image.new("L", (9, 9)), "TIFF"), UnsupportedMedia, "TIFF"),
    "AVIF": (lambda: _written(Image.new("RGB", (16, 16)), "AVIF"), UnsupportedMedia, "AVIF"),
    "JPEG 2000": (lambda: b"\0\0\0\x0cjP  \r\n\x87\n", UnsupportedMedia, "JPEG 2000"),
    "Word": (lambda: b"PK\3\4\x14\0", UnsupportedMedia, "Word"),
    "old Word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1", UnsupportedMedia, "Word"),
    "archive": (lambda: b"Rar!\x1a\7", UnsupportedMedia, "压缩包"),
    "video": (lambda: b"\0\0\0\x18ftypmp42\0\0\0\0", UnsupportedMedia, "视频"),
    "web page": (lambda: b"<!DOCTYPE html><html>", UnsupportedMedia, "网页"),
    "program": (lambda: b"MZ\x90\x00", UnsupportedMedia, "不是图片"),
    "three letters": (lambda: b"GIF", UnsupportedMedia, "不是图片"),
    "a head alone": (lambda: b"\xff\xd8\xff\xe0", Invalid, "不完整"),
    "half a JPEG": (lambda: _noise("JPEG")[:-900], Invalid, "不完整"),
    "half a PNG": (lambda: _noise("PNG")[:-900], Invalid, "不完整"),
    "half a WebP": (lambda: _noise("WEBP")[:-900], Invalid, "不完整|损坏"),
    "half a HEIC": (lambda: HEIC[:300], Invalid, "不完整"),
    "too many pixels": (lambda: _written(Image.new("1", (9000, 9000))), Invalid, "9000×9000.*8100 万.*6000 万像素"),
    "far too many": (lambda: _written(Image.new("1", (20_000, 20_000))), Invalid, "像素过多.*6000 万"),
}


class TestARefusal:
    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    @pytest.mark.parametrize("name", REASONS)
    def test_says_the_true_reason(self, name: str) -> None:
        content, kind, words = REASONS[name]
        with pytest.raises(kind, match=words):
            pictures.copies_of(content())

    def test_of_too_many_bytes_says_how_many_there_may_be(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pictures, "MAX_BYTES", 100)

        with pytest.raises(TooLarge, match=r"最大 0 MB，这张为 0\.0 MB"):
            pictures.copies_of(png())

    def test_never_meets_what_the_words_beside_the_field_allow(self) -> None:
        for kind in pictures.MEDIA:
            content = HEIC if kind == "HEIF" else _written(Image.new("RGB", (50, 50)), kind)
            made = pictures.copies_of(content)
            assert made.media_type in pictures.ACCEPT
            assert pictures.ENDINGS[made.media_type].upper() in pictures.TOLD.upper()
