"""What is loaded, how old it is, and where it comes from."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import LoadReport
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.language import _


def load_report(report: LoadReport) -> None:
    """Show the report of the current build."""
    rows = [
        (_("street nodes"), numbers.count(report.nodes)),
        (_("km of streets and paths"), numbers.count(report.length_km)),
        (_("flights of steps"), numbers.count(report.steps)),
        (_("homes"), numbers.count(report.homes)),
        (_("people"), numbers.count(report.population)),
        (_("meeting places"), numbers.count(report.activity_spots)),
        (_("districts"), numbers.count(report.districts)),
    ]
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    said = [
        _("Loaded {when} (UTC) in {seconds} s.").format(
            when=numbers.moment(report.loaded), seconds=numbers.decimal(report.seconds)
        ),
        _("From: {source}.").format(source=numbers.source(report.source)),
        _("The data are as of {when}.").format(when=numbers.moment(report.osm_timestamp))
        if report.osm_timestamp
        else _("The source does not say how old its data are."),
        _("People: {source}.").format(source=numbers.source(report.population_source)),
        *map(numbers.source, report.notes),
    ]
    lines = "".join(f"<li>{safe_text.html(line)}</li>" for line in said)
    st.html(f'<dl class="mm-figures">{items}</dl><div class="mm-prose"><ul>{lines}</ul></div>')
