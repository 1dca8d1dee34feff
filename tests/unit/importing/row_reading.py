"""Reading a file of rows as a test writes it."""

from __future__ import annotations

from pathlib import Path

from micropolis_map.sources.place_files import ReadOptions, RowFile, read_rows

WAWER = ReadOptions(centre=(21.17, 52.2), bounds=(21.07, 52.13, 21.28, 52.26))


def read(tmp_path: Path, name: str, content: str | bytes, options: ReadOptions | None = None) -> RowFile:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_rows(path, options)


def point(rows: RowFile, number: int = 1) -> tuple[float, float]:
    row = rows.rows[number - 1]
    assert row.geometry is not None, row.reason
    return tuple(row.geometry["coordinates"])


def asked(rows: RowFile) -> dict[str, str]:
    return {question.kind: question.proposed for question in rows.questions}
