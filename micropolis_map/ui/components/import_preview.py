"""What a file would bring: what was recognised, which column is which, every row's fate, a map of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Place
from micropolis_map.i18n import mark
from micropolis_map.services.importing import ImportPlan, RowOutcome
from micropolis_map.sources.place_files import Question, RowFile
from micropolis_map.ui import desk_words, language, safe_text
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.components.queue_map import MOST, hidden_map
from micropolis_map.ui.language import _

ASKED = "mm_import_asked"
MOST_COLUMNS = 60
MOST_ROWS = 2_000
MOST_REASONS = 5
OUTCOMES = {
    "added": mark("New"),
    "updated": mark("Changed"),
    "unchanged": mark("Already here, the same"),
    "skipped": mark("Left out"),
}
QUESTIONS = {
    "encoding": mark("In which encoding is the text?"),
    "delimiter": mark("What stands between the columns?"),
    "columns": mark("Which columns hold the coordinates?"),
    "sheet": mark("Which sheet holds the places?"),
    "order": mark("In which order or system are the coordinates?"),
    "crs": mark("In which order or system are the coordinates?"),
    "decimal": mark("What stands before the decimals?"),
    "rows": mark("Turn those rows round?"),
}
CHOICES = {
    "comma": mark("comma ,"),
    "semicolon": mark("semicolon ;"),
    "tab": mark("tab"),
    "bar": mark("bar |"),
    "caret": mark("caret ^"),
    "colon": mark("colon :"),
    "tilde": mark("tilde ~"),
    "blanks": mark("blanks"),
    "swap": mark("turn them round"),
    "keep": mark("leave them as they are"),
}
"""Answers that are words; others (encodings, systems, columns, sheets) are names."""
FIELDS = (
    "", "name", "name.en", "name.pl", "name.da", "name.it", "name.uk",
    "description", "description.en", "description.pl", "description.da", "description.it", "description.uk",
    "kind", "activity", "themes", "period", "period.from", "period.to", "access.step_free",
    "opening_hours", "website", "source", "licence", "id",
)  # fmt: skip


def questions(found: Sequence[Question], file_id: str) -> dict[str, str]:
    """Ask what was guessed, and say what was noticed; return the answers that differ from the guess.

    A question stays on the page once it was asked, also when its answer made the reader ask no more.
    """
    known: dict[str, Question] = st.session_state.setdefault(f"{ASKED}_{file_id}", {})
    for question in found:
        known.setdefault(question.kind, question)
    answers = {}
    for kind, question in known.items():
        if not question.choices:
            st.html(
                f'<p class="mm-quiet">{safe_text.html(safe_text.sentence(language.said(question.seen)))}</p>'
            )
            continue
        st.html(f"<p>{safe_text.html(safe_text.sentence(language.said(question.seen)))}</p>")
        options = list(dict.fromkeys([question.proposed, *question.choices]))
        answer = st.selectbox(
            _(QUESTIONS[kind]) if kind in QUESTIONS else kind,
            options,
            format_func=lambda choice: _(CHOICES.get(str(choice), str(choice))),
            key=f"w_ask_{kind}_{file_id}",
        )
        if answer != question.proposed:
            answers[kind] = str(answer)
    return answers


def columns(rows: RowFile, file_id: str) -> dict[str, str]:
    """Let the fields of columns be changed; return those that were."""
    proposed = dict(rows.mapping.columns)
    if not proposed:
        return {}
    first: Mapping[str, object] = rows.rows[0].properties if rows.rows else {}
    kept: dict[str, str] = st.session_state.setdefault(f"{ASKED}_columns_{file_id}", dict(proposed))
    changed = {}
    with st.expander(_("Which column is which ({n})").format(n=len(proposed)), icon=":material/table_chart:"):
        for column in list(proposed)[:MOST_COLUMNS]:
            guess = kept.setdefault(column, proposed[column])
            options = list(dict.fromkeys([*FIELDS, guess]))
            example = str(first.get(column, ""))[:60]
            field = st.selectbox(
                safe_text.label(f"{column}  ·  {example}" if example else column),
                options,
                index=options.index(guess),
                format_func=field_name,
                key=f"w_column_{column}_{file_id}",
            )
            if field != guess:
                changed[column] = str(field)
    return changed


def field_name(field: str) -> str:
    """Return the words for a field of the schema."""
    if not field:
        return _("(leave out)")
    if field == "id":
        return _("Its number or id")
    if field.startswith("period."):
        return _("Years: from") if field.endswith("from") else _("Years: to")
    return desk_words.part(field.replace(".", "/"), {})


def account(plan: ImportPlan, names: Mapping[str, str], said: Sequence[str] = ()) -> None:
    """Show what becomes of every row, and the notes that were not `said` before."""
    counts = plan.as_json() | {"skipped": plan.count("skipped")}
    figures = "".join(
        f"<div><dt>{safe_text.html(_(word))}</dt><dd data-{outcome}>{counts[outcome]}</dd></div>"
        for outcome, word in OUTCOMES.items()
    )
    st.html(f'<dl class="mm-figures mm-account">{figures}</dl>')
    for note in (note for note in plan.notes if note not in said):
        st.html(f'<p class="mm-quiet">{safe_text.html(safe_text.sentence(language.said(note)))}</p>')
    shown = sorted(plan.rows, key=lambda row: (row.outcome != "skipped", row.row))[:MOST_ROWS]
    table = [
        {
            _("Row"): row.row,
            _("What happens"): _(OUTCOMES[row.outcome]),
            _("Place"): names.get(row.place_id, row.place_id),
            _("Why"): _why(row),
        }
        for row in shown
    ]
    for why, row in _reasons(shown)[:MOST_REASONS]:  # on a phone the table's last column is out of sight
        text = _("Row {row}: {why}").format(row=row, why=why)
        st.html(f'<p class="mm-quiet">{safe_text.html(text)}</p>')
    with st.expander(_("Every row ({n})").format(n=len(plan.rows)), expanded=plan.count("skipped") > 0):
        st.dataframe(table, hide_index=True, width="stretch", height=min(420, 60 + 36 * len(table)))


def _why(row: RowOutcome) -> str:
    return language.told(row.error) if row.error else row.reason


def _reasons(rows: Sequence[RowOutcome]) -> list[tuple[str, int]]:
    """Return each reason for leaving rows out with the first row it holds for."""
    found: dict[str, int] = {}
    for row in rows:
        if row.outcome == "skipped":
            found.setdefault(_why(row), row.row)
    return list(found.items())


def preview_map(community: Community, places: Sequence[Place]) -> None:
    """Show where the places will be."""
    if not places:
        return
    chosen = st.session_state.get("mm_import_chosen")
    hidden_map(
        "importmap",
        community,
        [(place.id, place) for place in places],
        chosen if isinstance(chosen, str) else None,
        lambda name: st.session_state.update({"mm_import_chosen": name}),
    )
    if len(places) > MOST:
        st.caption(_("The first {n} are on this map; all of them come in.").format(n=MOST))
    found = next((place for place in places if place.id == chosen), None)
    if found is not None:
        st.html(f"<p><b>{safe_text.html(name_of(found, community.languages))}</b></p>")
