"""Small invented tables as the programs of our towns write them: one content, many files."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def write_xlsx(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    """Write a workbook with these sheets, by hand: nothing of it is from the library that reads it."""
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{main}"/>{kinds}</Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            cells = "".join(
                f'<row r="{at}">{"".join(map(_cell, row))}</row>' for at, row in enumerate(rows, 1)
            )
            book.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
            )
    return path


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def write_ods(path: Path, name: str, rows: Sequence[Sequence[object]]) -> Path:
    """Write a spreadsheet of LibreOffice with one sheet, by hand."""

    def cell(value: object) -> str:
        kind = f'float" office:value="{value!r}' if isinstance(value, int | float) else "string"
        text = escape(str(value))
        return f'<table:table-cell office:value-type="{kind}"><text:p>{text}</text:p></table:table-cell>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "mimetype", "application/vnd.oasis.opendocument.spreadsheet", compress_type=zipfile.ZIP_STORED
        )
        book.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0" manifest:version="1.2"/>',
        )
        book.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0" '
            f'xmlns:text="{OFFICE}:text:1.0"><office:body><office:spreadsheet><table:table table:name="'
            f'{escape(name)}">{lines}</table:table></office:spreadsheet></office:body>'
            f"</office:document-content>",
        )
    return path


def write_xls(path: Path, name: str, rows: Sequence[Sequence[object]]) -> Path:
    """Write a workbook of Excel 97 with one sheet, by hand: [MS-XLS] records in one stream of [MS-CFB]."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begins(substream: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, substream, 0, 1997, 0, 0))

    def cell(row: int, column: int, value: object) -> bytes:
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, int | float):
            return record(0x203, at + struct.pack("<d", value))
        text = str(value)
        return record(0x204, at + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))

    cells = b"".join(cell(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row))
    sheet = begins(0x10) + cells + record(0x0A, b"")
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    head = begins(0x05) + record(0x42, struct.pack("<H", 1200))
    offset = len(head) + 4 + 6 + len(title) + 4
    book = head + record(0x85, struct.pack("<IBB", offset, 0, 0) + title) + record(0x0A, b"") + sheet
    book += bytes(-len(book) % 512) + bytes(4096)  # a shorter stream would lie in sectors of another size
    return _compound(path, "Workbook", book)


def _compound(path: Path, name: str, stream: bytes) -> Path:
    """Write one stream as a compound file of 512-byte sectors: its table, its directory, the stream."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    count = len(stream) // 512
    chain = [table, end, *range(3, 2 + count), end]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)

    def entry(called: str, kind: int, child: int, start: int, size: int) -> bytes:
        encoded = called.encode("utf-16-le") + b"\0\0" if called else b""
        links = struct.pack("<HBBIII36xIII", len(encoded), kind, 1, free, free, child, start, size, 0)
        return encoded.ljust(64, b"\0") + links

    entries = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream))
    entries += 2 * entry("", 0, free, 0, 0)
    path.write_bytes(header + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + entries + stream)
    return path
