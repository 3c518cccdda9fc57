"""Pictures of pages: what is drawn is what stands there, whatever shape a page has."""

import struct
import zlib

import pytest

from entrygo.gateway.console.pdf_pages import MAX_HEIGHT, WIDTH, NotShown, count_pages, picture


def drawn(width: int, height: int) -> bytes:
    """A page whose left half is red."""
    stream = f"1 0 0 rg 0 0 {width // 2} {height} re f".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (place, each) for place, each in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF"


def pixels_of(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of a PNG of one piece."""
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT")
    [length] = struct.unpack(">I", png[start - 4 : start])
    rows = zlib.decompress(png[start + 4 : start + 4 + length])
    stride = 1 + 3 * width
    return width, height, [rows[at + 1 : at + stride] for at in range(0, len(rows), stride)]


@pytest.mark.parametrize("size", [(595, 842), (842, 595), (101, 103)])
def test_picture_is_as_wide_as_a_screen_shows_and_has_the_colours_of_the_page(size: tuple[int, int]) -> None:
    content = drawn(*size)
    assert count_pages(content) == 1
    width, height, rows = pixels_of(picture(content, 1))
    assert abs(width - WIDTH) <= 1
    assert abs(height - WIDTH * size[1] / size[0]) <= 2
    assert len(rows) == height
    middle = rows[height // 2]
    assert (middle[3:6], middle[-6:-3]) == (b"\xff\0\0", b"\xff\xff\xff")


def test_page_as_long_as_a_roll_stays_within_bounds() -> None:
    _, height, _ = pixels_of(picture(drawn(100, 20_000), 1))
    assert abs(height - MAX_HEIGHT) <= 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"not a document"])
def test_bytes_that_are_no_pdf_are_not_shown(content: bytes) -> None:
    with pytest.raises(NotShown):
        count_pages(content)
    with pytest.raises(NotShown):
        picture(content, 1)


def test_page_that_is_not_there_is_not_shown() -> None:
    for number in (0, 2):
        with pytest.raises(NotShown):
            picture(drawn(100, 100), number)
