"""Pictures: what may come in, why others may not, and the copies that are fit for screens.

A picture is evidence: what was given is kept as it is (`domain/kernel/files.py`, decision 0021). What people look
at are copies made anew from the pixels alone: upright, in plain colours, without anything a camera wrote.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from pi_heif import register_heif_opener
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from domain.kernel.refusals import Invalid, TooLarge, UnsupportedMedia

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000
READABLE = 1440
"""Pixels that the shorter side of a copy keeps: the width of a phone's screen, so its text stays readable."""
LONGEST = 65_000
"""A JPEG has no room for a longer side."""
THUMBNAIL, QUALITY = 240, 85
TALLEST_THUMBNAIL = 2
"""A thumbnail of something long shows its beginning, up to so many times its width."""
ACCEPTED = "JPG、PNG、WebP、HEIC、GIF、BMP"
ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/gif,image/bmp,.heic,.heif"
"""The same for the browser's choice of files."""
TOLD = (
    f"可上传 {ACCEPTED} 图片，每张最大 {MAX_BYTES // 1024 // 1024} MB、{MAX_PIXELS // 10_000} 万像素；"
    "原图加密保存，页面显示副本"
)
"""What is said beside every place that takes pictures."""
MEDIA = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
    "BMP": ("image/bmp", "bmp"),
    "GIF": ("image/gif", "gif"),
    "HEIF": ("image/heic", "heic"),
}
"""Formats that are opened, JPEG as MPO (several pictures of a phone in one file) too; the name MPO opens nothing."""
ENDINGS = dict(MEDIA.values())
_HEIC = tuple(b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_OURS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_DOCUMENT = "请截图或拍照后上传图片"
_CONVERT = "请另存为 JPG 或 PNG 后上传"
_OTHERS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF", " PDF 文件", _DOCUMENT),
    (0, b"II*\0", " TIFF 图片", _CONVERT),
    (0, b"MM\0*", " TIFF 图片", _CONVERT),
    (0, b"PK\3\4", " Word、Excel 文档或压缩包", _DOCUMENT),
    (0, b"PK\5\6", "压缩包", "请解压后上传里面的图片"),
    (0, b"\xd0\xcf\x11\xe0", " Word、Excel 文档", _DOCUMENT),
    (0, b"Rar!", "压缩包", "请解压后上传里面的图片"),
    (0, b"7z\xbc\xaf", "压缩包", "请解压后上传里面的图片"),
    (0, b"8BPS", " Photoshop 文件", _CONVERT),
    (0, b"\0\0\1\0", "图标文件", _CONVERT),
    (0, b"\0\0\0\x0cjP  ", " JPEG 2000 图片", _CONVERT),
    (0, b"\0\0\0\x0cJXL ", " JPEG XL 图片", _CONVERT),
    (0, b"\xff\x0a", " JPEG XL 图片", _CONVERT),
    (4, b"ftypavif", " AVIF 图片", _CONVERT),
    (4, b"ftypavis", " AVIF 图片", _CONVERT),
    (4, b"ftyp", "视频", "请截取画面后上传图片"),
    (8, b"AVI ", "视频", "请截取画面后上传图片"),
    (0, b"\x1aE\xdf\xa3", "视频", "请截取画面后上传图片"),
    (0, b"%!PS", " PostScript 文件", _DOCUMENT),
)
"""Where, what, its name, and what to do: the beginnings of files that people take for pictures."""
_LARGEST_PROFILE = 4 * 1024 * 1024
_SRGB = ImageCms.createProfile("sRGB")

register_heif_opener()


@dataclass(frozen=True, slots=True)
class Copies:
    """Hold what screens get of a picture, and what must be said of it."""

    media_type: str
    """Of what was given, by its content."""
    screen: bytes
    thumbnail: bytes
    note: str = ""


def copies_of(content: bytes) -> Copies:
    """Check a picture and make its copies: JPEG, upright, sRGB, transparent parts white.

    :raises TooLarge: more than `MAX_BYTES`
    :raises UnsupportedMedia: not one of the picture formats, by content; it says what it is
    :raises Invalid: empty, cut off, damaged, or of too many pixels
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(f"图片最大 {MAX_BYTES // 1024 // 1024} MB，这张为 {len(content) / 1024 / 1024:.1f} MB")
    if not content:
        raise Invalid.of({"file": "文件是空的，没有内容，请重新选择"})
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MEDIA)) as opened:
            _require_few_pixels(opened)
            media_type, note = MEDIA[_format(opened)][0], _note(opened)
            picture = _plain(opened)
    except UnidentifiedImageError:
        raise _unknown(content) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid.of({"file": f"图片像素过多，最多 {MAX_PIXELS // 10_000} 万，请缩小后上传"}) from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise _damaged(error) from None
    exact = media_type != "image/jpeg"
    return Copies(media_type, _jpeg(picture, exact=exact), _jpeg(_thumbnail(picture)), note)


def _format(opened: Image.Image) -> str:
    return "JPEG" if opened.format == "MPO" else opened.format or ""


def _require_few_pixels(opened: Image.Image) -> None:
    pixels = opened.width * opened.height
    if pixels > MAX_PIXELS:
        size = f"{opened.width}×{opened.height}，共 {pixels // 10_000} 万像素"
        raise Invalid.of({"file": f"图片为 {size}，最多 {MAX_PIXELS // 10_000} 万像素，请缩小后上传"})


def _note(opened: Image.Image) -> str:
    """Say what the copy does not show. The further pictures of a phone's JPEG are its own small copies."""
    if _format(opened) == "JPEG" or not getattr(opened, "is_animated", False):
        return ""
    return "文件含多张图片，页面显示第一张" if opened.format == "HEIF" else "动图，页面显示第一帧"


def _plain(opened: Image.Image) -> Image.Image:
    """Give the pixels as a screen shows them: small enough, upright, RGB, and nothing else of the file."""
    size = _fitting(*opened.size)
    opened.draft(None, size)
    profile = opened.info.get("icc_profile")
    picture = _eight_bit(opened)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    picture = _srgb(_on_white(ImageOps.exif_transpose(picture)), profile)
    picture.info.clear()  # comments, profiles, XMP: the writer would take them over, whatever they hold
    return picture


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, READABLE / min(width, height), LONGEST / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _eight_bit(opened: Image.Image) -> Image.Image:
    """Bring palettes and sixteen bits to eight bits a channel; a plain conversion would cut sixteen off, to white."""
    if opened.mode.startswith("I"):
        grey = opened.convert("I").point(lambda value: value * (1 / 257))
        grey.info.pop("transparency", None)
        return grey.convert("L")
    if opened.has_transparency_data:
        return opened.convert("RGBA")
    if opened.mode in {"1", "P"}:
        return opened.convert("RGB")
    opened.load()
    return opened


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Turn the colours of a profile into those of screens; a profile that fits nothing is left out."""
    if isinstance(profile, bytes) and 0 < len(profile) <= _LARGEST_PROFILE:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, own, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return turned
    return picture.convert("RGB")


def _thumbnail(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    shown = (min(width, TALLEST_THUMBNAIL * height), min(height, TALLEST_THUMBNAIL * width))
    small = picture.crop((0, 0, *shown))
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return small


def _jpeg(picture: Image.Image, *, exact: bool = False) -> bytes:
    """Write a JPEG; `exact` keeps the colour of thin lines, as the text of a screenshot has them."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, subsampling=0 if exact else -1)
    return out.getvalue()


def _damaged(error: Exception) -> Invalid:
    if "truncated" in str(error) or isinstance(error, EOFError):
        return Invalid.of({"file": "图片不完整，可能没有传完或没有存好，请重新拍摄或重新保存后上传"})
    return Invalid.of({"file": "图片已损坏，无法读取，请重新拍摄或重新保存后上传"})


def _unknown(content: bytes) -> UnsupportedMedia | Invalid:
    """Say what a file is that no picture format opened."""
    if content.startswith(_OURS) or content[4:12] in _HEIC or content[8:12] == b"WEBP":
        return Invalid.of({"file": "图片不完整或已损坏，无法读取，请重新拍摄或重新保存后上传"})
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in head:
        return UnsupportedMedia(f"这是 SVG 矢量图，不能接收；{_CONVERT}")
    if head.startswith((b"<!doctype html", b"<html")):
        return UnsupportedMedia(f"这是网页，不是图片；{_DOCUMENT}")
    for place, mark, name, advice in _OTHERS:
        if content[place : place + len(mark)] == mark:
            return UnsupportedMedia(f"这是{name}，不能接收；{advice}")
    return UnsupportedMedia(f"文件不是图片，或格式无法识别；可上传 {ACCEPTED}")
