"""Reads the text and the black squares of a PDF that fpdf2 wrote, far enough to test our own."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
MAPPED = re.compile(r"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4,})>")
STRING = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
MM = 72 / 25.4


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for packed in STREAM.findall(pdf):
        try:
            # a stream may end in a \r of its own, which the pattern took for the end of the line
            found.append(zlib.decompressobj().decompress(packed))
        except zlib.error:
            found.append(packed)
    return found


def unescaped(text: bytes) -> bytes:
    return re.sub(rb"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group(1)), text, flags=re.DOTALL)


def pages(pdf: bytes) -> list[str]:
    """The text of each page; letters are found through the fonts' ToUnicode tables."""
    all_streams = streams(pdf)
    tables = []
    for stream in all_streams:
        if b"begincmap" in stream:
            pairs = MAPPED.findall(stream.decode("latin-1"))
            tables.append({int(a, 16): bytes.fromhex(b).decode("utf-16-be") for a, b in pairs})
    texts = []
    for stream in all_streams:
        if b" Tf" not in stream or b"BT" not in stream:
            continue
        words, table = [], tables[0]
        for token in re.finditer(rb"/F(\d+) [\d.]+ Tf|" + STRING.pattern, stream, re.DOTALL):
            if token.group(1):
                table = tables[int(token.group(1)) - 1]
                continue
            glyphs = unescaped(token.group()[1:-1])
            codes = [int.from_bytes(glyphs[i : i + 2], "big") for i in range(0, len(glyphs), 2)]
            words.append("".join(table.get(code, "") for code in codes))
        texts.append(" ".join(words))
    return texts


def qr_matrix(pdf: bytes, page: int, size: int) -> list[list[bool]]:
    """The modules of the QR code of `size` modules (quiet zone included) drawn on a page."""
    stream = [s for s in streams(pdf) if b" Tf" in s and b"BT" in s][page]
    squares = [
        tuple(map(float, found))
        for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (-?[\d.]+) re f", stream)
    ]
    x0, y0, width, _ = next(s for s in squares if abs(s[2] + s[3]) < 0.01 and s[2] > 60)
    module = width / size
    matrix = [[False] * size for _ in range(size)]
    for x, y, w, _h in squares:
        row, column = round((y0 - y) / module), round((x - x0) / module)
        if (x, y, w) == (x0, y0, width) or not 0 <= row < size:
            continue
        for k in range(round(w / module)):
            matrix[row][column + k] = True
    return matrix
