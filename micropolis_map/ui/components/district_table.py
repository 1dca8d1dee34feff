"""The table of districts: sortable, with a bar for each share; the map shows the one that is chosen."""

from __future__ import annotations

import math
import zlib

import pandas as pd
import streamlit as st

from micropolis_map.services.coverage_result import OUTSIDE_NAME, AreaCoverage, CoverageResult
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.language import _


def district_table(result: CoverageResult) -> None:
    """Show a row for each district and one for all together."""
    table = district_frame(result)
    shares = [column for column in table.columns if column.endswith("%")]
    certain = bool(result.total.share_within_certain)
    st.html(safe_text.heading(2, _("District by district")))
    if len(result.districts) > 1:
        st.caption(_("Tick a row, and the map above shows that district."))
    st.dataframe(
        table,
        key=_key(result),
        on_select="rerun" if len(result.districts) > 1 else "ignore",
        selection_mode="single-row",
        hide_index=True,
        width="stretch",
        row_height=44,
        height=min(44 * (len(table) + 1) + 14, 620),
        column_config={
            name: st.column_config.ProgressColumn(name, format="%.1f %%", min_value=0.0, max_value=100.0)
            for name in shares
        }
        | {name: st.column_config.NumberColumn(name, format="localized") for name in _counts()}
        | {name: st.column_config.NumberColumn(name, format="%.1f") for name in _times()}
        | {_("District"): st.column_config.TextColumn(_("District"), pinned=True)},
    )
    if certain:
        st.caption(_("“certain” counts only walks whose every metre is known to be passable."))


def chosen_district(result: CoverageResult) -> str:
    """Return the name of the district whose row is ticked, "" for none: then the map shows them all."""
    ticked = st.session_state.get(_key(result), {}).get("selection", {}).get("rows", [])
    names = ["", *(area.name for area in _sorted(result))]
    name = names[ticked[0]] if ticked and ticked[0] < len(names) else ""
    return "" if name == OUTSIDE_NAME else name


def _key(result: CoverageResult) -> str:
    """Return the table's key: rows in another order are another table, and an old tick means nothing."""
    order = "|".join([result.build_id, *(area.name for area in _sorted(result))])
    return f"w_districts_{zlib.crc32(order.encode()):08x}"


def _sorted(result: CoverageResult) -> list[AreaCoverage]:
    return sorted(result.districts, key=lambda area: -area.beyond(result.longest))


def _counts() -> tuple[str, ...]:
    return _("People"), _("People beyond")


def _times() -> tuple[str, ...]:
    return _("Median, min"), _("90 % walk at most, min")


def district_frame(result: CoverageResult) -> pd.DataFrame:
    """Return the figures with the column names people read; shares in per cent, times in minutes.

    After all together come the districts where most people are left out.
    """
    rows = [
        (area.name if area.name != OUTSIDE_NAME else _("outside the districts"), area)
        for area in _sorted(result)
    ]
    return pd.DataFrame([_row(name, area) for name, area in [(_("All together"), result.total), *rows]])


def _row(name: str, area: AreaCoverage) -> dict[str, object]:
    longest = max(area.share_within)
    row: dict[str, object] = {
        _("District"): name,
        _("People beyond"): round(area.beyond(longest)),
        _("People"): round(area.population),
    }
    for minutes, share in area.share_within.items():
        row[_("{n} min, %").format(n=numbers.as_it_is(minutes))] = _percent(share)
    row[_("Median, min")] = _minutes(area.median_s)
    row[_("90 % walk at most, min")] = _minutes(area.p90_s)
    row[_("Cannot be reached, %")] = _percent(area.unreachable_share)
    if area.share_within_certain:
        row[_("{n} min certain, %").format(n=numbers.as_it_is(longest))] = _percent(
            area.share_within_certain[longest]
        )
    return row


def _percent(share: float) -> float | None:
    return round(share * 100.0, 1) if math.isfinite(share) else None


def _minutes(seconds: float) -> float | None:
    return round(seconds / 60.0, 1) if math.isfinite(seconds) else None
