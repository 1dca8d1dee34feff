"""XLSX, XLS and ODS: each row below the headings of each sheet that says where its rows are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.delimited_text import HEADINGS_WITHIN, headings_at, with_one_row_of_headings
from micropolis_map.sources.place_files.columns import WORDS
from micropolis_map.sources.place_files.delimited import table_rows
from micropolis_map.sources.place_files.rows import Question, ReadOptions, Row, unreadable
from micropolis_map.sources.position_columns import find_columns
from micropolis_map.sources.spreadsheets import sheets_in

Records = list[list[str]]


def sheet_rows(path: Path, name: Path, options: ReadOptions) -> tuple[list[Row], list[Question]]:
    """Return a row for each row below the headings, of the answered sheet or of all that name a position.

    Of several sheets each is a theme, as layers are. Where no sheet names a position the first is read.

    Raises
    ------
    UnreadableFile
        It is no spreadsheet (`spreadsheets.sheets_in`), or nothing is in it.
    InvalidInput
        There is no sheet of the answered name.
    """
    tables = {called: _table(rows) for called, rows in sheets_in(path) if rows}
    if not tables:
        raise unreadable(name, mark("{file} is empty"), mark("give a sheet with headings and rows"))
    wanted = options.answers.get("sheet", "")
    if wanted and wanted not in tables:
        raise InvalidInput(
            mark("{file} has no sheet {sheet}"),
            mark("give one of {choices}"),
            file=repr(name.name),
            sheet=repr(wanted),
            choices=", ".join(tables),
        )
    chosen = [wanted] if wanted else [one for one in tables if find_columns(tables[one][1][0]).found]
    chosen = chosen or [next(iter(tables))]
    rows: list[Row] = []
    questions = _said(chosen, list(tables)) if not wanted else []
    for called in chosen:
        at, records = tables[called]
        if at > 1:
            questions.append(Question("file", Sentence(mark("the headings stand in row {row}"), row=at)))
        some, found = table_rows(records, name, options)
        if len(chosen) > 1:
            some = [replace(row, properties={"layer": called, **row.properties}) for row in some]
        rows += [replace(row, number=len(rows) + row.number) for row in some]
        questions += [question for question in found if question not in questions]
    return rows, questions


def _table(rows: list[tuple[int, list[str]]]) -> tuple[int, Records]:
    """Return the row the headings stand in, as spreadsheets count, and the rows from there on."""
    at = headings_at([list(map(str, cells)) for _, cells in rows[:HEADINGS_WITHIN]], WORDS)
    kept = with_one_row_of_headings(rows[at:])
    return kept[0][0], [list(map(str, cells)) for _, cells in kept]


def _said(chosen: list[str], there: list[str]) -> list[Question]:
    others = [one for one in there if one not in chosen]
    if not others:
        return []
    read, left = ", ".join(map(repr, chosen)), ", ".join(map(repr, others))
    words = mark("of the sheets {read} is read, not {others}")
    return [Question("sheet", Sentence(words, read=read, others=left), chosen[0], tuple(there))]
