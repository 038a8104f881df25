"""Pictures as they are kept: checked by content, turned upright, made anew from their pixels alone."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from domain.kernel.refusals import Invalid, TooLarge, UnsupportedMedia

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000
LONGEST, THUMBNAIL, QUALITY = 1600, 240, 82
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
"""JPEG opens MPO (several pictures of a phone in one file) too; the name MPO is not known for reading."""


def reencoded(content: bytes) -> tuple[bytes, bytes]:
    """This function will give (JPEG of at most 1600 px, JPEG thumbnail of at most 240 px).

    :raises TooLarge: more than 20 MB
    :raises UnsupportedMedia: not one of the picture formats, by content
    :raises Invalid: damaged, or of too many pixels
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(f"图片最大 {MAX_BYTES // 1024 // 1024} MB，现为 {len(content) / 1024 / 1024:.1f} MB")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise Invalid.of({"file": "图片像素过大，请缩小后上传"})
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except UnidentifiedImageError:
        raise UnsupportedMedia("文件不是图片，请上传 JPG、PNG 或 WebP 格式的照片") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Invalid.of({"file": "图片已损坏，无法读取，请重新拍摄"}) from None
    picture.info.clear()  # comments, profiles, XMP: the writer would take them over, whatever they hold
    return _jpeg(picture, LONGEST), _jpeg(picture, THUMBNAIL)


def _jpeg(picture: Image.Image, longest: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((longest, longest))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
