"""Pictures that are none, too much, or something else besides, over the road that uploads take."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.redteam.inside import Inside
from tests.redteam.wire import Target, assert_quiet, assert_refused
from tests.support.processes import started_by

UPLOAD = "/api/v1/attachments"
MOST_GROWN = 300 * 2**20
"""Bytes by which the server's high-water mark may rise: a bomb that went off took gigabytes."""
HTML = b"<html><script>alert(1)</script></html>"
ZIP = b"PK\x05\x06" + bytes(18)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    """Put a PNG together by hand: what it says of itself need not be so."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), *more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


def picture(kind: str, size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def frames(kind: str, count: int) -> bytes:
    """Give a picture that moves, each frame unlike the one before."""
    made = [Image.new("RGB", (8, 8), (place % 256, place // 256, 0)) for place in range(count)]
    out = io.BytesIO()
    made[0].save(out, kind, save_all=True, append_images=made[1:])
    return out.getvalue()


ZEROS = zlib.compress(bytes(64 * 2**20), 9)
"""64 MB in 64 KB."""
REFUSED = {
    "huge by its head": lambda: png(50_000, 50_000),
    "huge by its head, one row": lambda: png(2**31 - 1, 1),
    "huge and whole": lambda: png(30_000, 30_000, rows=bytes(30_000 * 3 + 1)),
    "a text chunk that swells": lambda: png(1, 1, *[chunk(b"zTXt", b"a\0\0" + ZEROS)] * 20),
    "a colour profile that swells": lambda: png(1, 1, chunk(b"iCCP", b"a\0\0" + ZEROS)),
    "huge BMP": lambda: b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 40_000, 40_000, 1, 24, 0, 0, 0, 0, 0, 0),
    "huge GIF": lambda: b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b"\x3b",
    "SVG": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "HTML": lambda: HTML,
    "ZIP": lambda: ZIP,
    "PDF": lambda: b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>",
    "TIFF": lambda: picture("TIFF"),
    "EPS": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
    "half a picture": lambda: picture("JPEG")[:200],
    "a head alone": lambda: b"\xff\xd8\xff\xe0",
}
KEPT = {
    "JPEG with HTML behind": lambda: picture("JPEG") + HTML,
    "JPEG with ZIP behind": lambda: picture("JPEG") + ZIP,
    "JPEG with HTML in its comment": lambda: picture("JPEG", comment=HTML),
    "GIF with HTML behind": lambda: picture("GIF") + HTML,
    "PNG with HTML in a text": lambda: png(1, 1, chunk(b"tEXt", b"a\0" + HTML), rows=bytes(4)),
    "GIF of many frames": lambda: frames("GIF", 2000),
    "APNG of many frames": lambda: frames("PNG", 500),
    "WebP of many frames": lambda: frames("WEBP", 500),
}


def send(target: Target, content: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> httpx.Response:
    return target.honest("rsj").post(UPLOAD, files={"file": (name, content, kind)})


def grown(target: Target, before: int) -> int:
    return highest(target) - before


def highest(target: Target) -> int:
    """Give the most memory that any process of the served product ever had, as the system counts it."""
    supervisor = int((target.data / "lock").read_text().split()[0])
    processes = [supervisor, *started_by(supervisor)]
    assert len(processes) > 1, "the process that takes pictures is one of those that were started"
    return max(map(_most_of, processes))


def _most_of(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


class TestAPicture:
    @pytest.mark.parametrize("name", REFUSED)
    def test_that_is_none_or_too_much_is_refused(self, target: Target, name: str) -> None:
        before = highest(target)
        assert_refused(send(target, REFUSED[name]()), 413, 415, 422)
        assert grown(target, before) < MOST_GROWN

    @pytest.mark.parametrize("name", KEPT)
    def test_is_kept_as_a_picture_alone(self, target: Target, inside: Inside, name: str) -> None:
        before = highest(target)
        answer = send(target, KEPT[name]())
        assert answer.status_code == 201, answer.text
        assert grown(target, before) < MOST_GROWN
        for tail in ("", "/thumb"):
            shown = target.honest("rsj").get(f"{UPLOAD}/{answer.json()['id']}{tail}")
            assert shown.headers["content-type"] == "image/jpeg"
            assert shown.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in shown.headers["content-security-policy"]
            assert shown.content.startswith(b"\xff\xd8\xff")
            assert shown.content.endswith(b"\xff\xd9")
            assert b"script" not in shown.content
            assert b"PK\x05\x06" not in shown.content

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("../../keys.json", "image/jpeg"),
            ("a.svg", "image/svg+xml"),
            ("a.php", "text/html"),
            ("a\r\nSet-Cookie: x=y.jpg", "image/jpeg"),
            ("'; DROP TABLE stored_file; --", "image/jpeg"),
            ("\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "application/x-msdownload"),
        ],
    )
    def test_is_what_it_holds_whatever_it_is_called(self, target: Target, name: str, kind: str) -> None:
        answer = send(target, picture("PNG"), name, kind)
        assert answer.status_code == 201, answer.text
        assert set(answer.json()) == {"id", "kind", "size", "note"}
        assert_quiet(answer.text)
        shown = target.honest("rsj").get(f"{UPLOAD}/{answer.json()['id']}")
        assert shown.headers["content-type"] == "image/jpeg"
        assert "set-cookie" not in shown.headers
