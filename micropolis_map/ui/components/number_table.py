"""A table of figures that fits a phone: names at the left, figures at the right, all of it in sight."""

from __future__ import annotations

from collections.abc import Sequence

from micropolis_map.ui import safe_text


def number_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, marked: int = -1, stacked: bool = False
) -> str:
    """Return a table as HTML; each row begins with its name.

    Parameters
    ----------
    marked
        The row that stands out; -1 for none.
    stacked
        Whether on a phone every row becomes a list of its own: for more columns than fit beside each other.
    """
    kind = "mm-table mm-numbers mm-stacked" if stacked else "mm-table mm-numbers"
    head = "".join(f'<th scope="col">{safe_text.html(text)}</th>' for text in heads)
    body = "".join(
        f"<tr{' class=mm-now' if number == marked else ''}>{_cells(heads, row)}</tr>"
        for number, row in enumerate(rows)
    )
    return (
        f'<div class="mm-scroll mm-tall" tabindex="0"><table class="{kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(heads: Sequence[str], row: Sequence[str]) -> str:
    name, *figures = row
    return f'<th scope="row">{safe_text.html(name)}</th>' + "".join(
        f'<td data-head="{safe_text.html(head)}">{safe_text.html(figure)}</td>'
        for head, figure in zip(heads[1:], figures, strict=True)
    )
