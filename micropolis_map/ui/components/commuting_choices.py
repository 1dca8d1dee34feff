"""How people commute, and to which city: the assumptions behind saved kilometres and CO2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from micropolis_map.analysis.commuting import LIMITS, Commuting
from micropolis_map.analysis.profiles import names
from micropolis_map.domain.community import City, Community
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.work_centres import MOST_NEW, city_at
from micropolis_map.ui import numbers, session, words
from micropolis_map.ui.components import trouble
from micropolis_map.ui.language import _
from micropolis_map.ui.work_state import NEAR_MINUTES, WorkState

OUR_ASSUMPTION = mark("our assumption")
UPPER_BOUND = mark("the upper bound; a census of commuters gives the true share")
HYBRID = mark("TNO 2024: two days at most companies in the Netherlands")
PERCENT = mark("%")
EUROBAROMETER = "Special Eurobarometer 495, EU-28, 2019"


@dataclass(frozen=True)
class Factor:
    """A factor for people to read; `scale` is what is shown ÷ what is stored, `source` of its default."""

    said: str
    unit: str
    source: str
    scale: float = 1.0
    digits: int = 0


FACTORS: dict[str, Factor] = {
    "days_a_week": Factor(mark("Remote days of somebody who may"), mark("days a week"), HYBRID, digits=1),
    "weeks_a_year": Factor(mark("Working weeks"), mark("weeks a year"), OUR_ASSUMPTION),
    "employed": Factor(mark("Residents who have a job"), PERCENT, "Eurostat, EU, 2023", 100.0),
    "to_the_city": Factor(mark("Of them, who would go to the city else"), PERCENT, UPPER_BOUND, 100.0),
    "teleworkable": Factor(
        mark("Jobs that can be done from elsewhere"), PERCENT, "European Commission, JRC, EU-27", 100.0
    ),
    "uptake": Factor(
        mark("Remote days worked in the centre, not at home"), PERCENT, "Caros et al. 2022, USA", 100.0
    ),
    "detour": Factor(
        mark("Way by road ÷ straight line"),
        mark("times"),
        "Environment and Planning B 2023, doi 10.1177/23998083231168870",
        digits=2,
    ),
    "by_car": Factor(mark("Ways to the city by car"), PERCENT, EUROBAROMETER, 100.0),
    "by_public_transport": Factor(mark("Ways to the city by bus and train"), PERCENT, EUROBAROMETER, 100.0),
    "people_per_car": Factor(
        mark("People in a car on the way to work"), mark("people"), OUR_ASSUMPTION, digits=1
    ),
    "car_g_per_km": Factor(
        mark("CO2 of a car"), mark("g per km"), "TREMOD 6.02 (Umweltbundesamt): 147 g · 1.5"
    ),
    "public_transport_g_per_km": Factor(
        mark("CO2 of bus and train"), mark("g per person and km"), "TREMOD 6.02 (Umweltbundesamt)"
    ),
}


def work_choices(state: WorkState) -> None:
    """Show who walks, how far is near, how many further centres."""
    view = session.view()
    st.session_state.update(
        {
            "w_workprofile": view.profile or names()[0],
            "w_walk": state.minutes,
            "w_centres": state.new,
        }
    )
    with st.container(key="workchoices", horizontal=True, gap="large"):
        st.segmented_control(
            _("Who walks"),
            names(),
            format_func=words.profile,
            key="w_workprofile",
            wrap=True,
            on_change=lambda: session.change(profile=st.session_state["w_workprofile"] or ""),
        )
        st.segmented_control(
            _("Near means"),
            NEAR_MINUTES,
            format_func=lambda minutes: _("{n} min").format(n=minutes),
            key="w_walk",
            wrap=True,
            on_change=lambda: _choose(minutes=st.session_state["w_walk"] or WorkState().minutes),
        )
        st.number_input(
            _("Further centres"),
            min_value=0,
            max_value=MOST_NEW,
            key="w_centres",
            width=150,
            on_change=lambda: _choose(new=int(st.session_state["w_centres"])),
        )


def city_choice(community: Community, state: WorkState) -> City | None:
    """Show the city people work in else, to be changed; return it, None where nobody knows it yet."""
    city = state.city or community.nearest_city
    said = _("Compared with working in {city}.").format(city=city.name) if city else _("Which city?")
    with st.expander(said, icon=":material/location_city:", expanded=city is None, key="citybox"):
        st.markdown(_("Distances are measured as the crow flies to this point, times the detour below."))
        with st.form("cityform", border=False):
            name = st.text_input(_("Name of the city"), city.name if city else "", max_chars=100)
            with st.container(horizontal=True):
                lat = st.number_input(
                    _("Latitude"), -90.0, 90.0, city.lat if city else None, format="%.5f", width=180
                )
                lon = st.number_input(
                    _("Longitude"), -180.0, 180.0, city.lon if city else None, format="%.5f", width=180
                )
            if st.form_submit_button(_("Compare with this city")):
                with trouble.shown():
                    if not name.strip() or lat is None or lon is None:
                        raise InvalidInput(
                            _("the city's name or place is missing"),
                            _("give its name, latitude and longitude"),
                        )
                    _choose(city=city_at(name, float(lon), float(lat)))
                    st.rerun()
    return city


def factor_choices(commuting: Commuting) -> None:
    """Show every factor with its unit and source, to be changed."""
    for name, factor in FACTORS.items():
        st.session_state[f"w_f_{name}"] = getattr(commuting, name) * factor.scale
    with st.expander(_("How people commute: change our assumptions"), icon=":material/tune:", key="factors"):
        with st.container(horizontal=True, gap="medium", key="factorrow"):
            for name, factor in FACTORS.items():
                low, high = LIMITS[name]
                st.number_input(
                    f"{_(factor.said)} ({_(factor.unit)})",
                    min_value=low * factor.scale,
                    max_value=high * factor.scale,
                    step=10.0**-factor.digits,
                    format=f"%.{factor.digits}f",
                    key=f"w_f_{name}",
                    width=270,
                    on_change=_changed,
                    args=(name,),
                )
        if commuting != Commuting():
            st.button(
                _("Back to our assumptions"),
                icon=":material/restart_alt:",
                on_click=lambda: _choose(commuting=Commuting()),
                key="w_factors_reset",
            )


def sources(commuting: Commuting) -> list[str]:
    """Return a line for each factor: its value, its unit, and where the default comes from."""
    usual = Commuting()
    lines = []
    for name, factor in FACTORS.items():
        value = getattr(commuting, name)
        source = _(factor.source) if value == getattr(usual, name) else _("changed by you")
        shown = numbers.decimal(value * factor.scale, 2)
        lines.append(f"{_(factor.said)}: {shown} {_(factor.unit)} ({source})")
    return lines


def _changed(name: str) -> None:
    value = float(st.session_state[f"w_f_{name}"]) / FACTORS[name].scale
    commuting = replace(session.view().work.commuting, **{name: round(value, 6)})
    shares = commuting.by_car + commuting.by_public_transport
    if shares > 1.0:  # one of them gives way, so that no way is gone twice
        other = "by_public_transport" if name == "by_car" else "by_car"
        commuting = replace(commuting, **{other: max(0.0, round(1.0 - value, 6))})
    _choose(commuting=commuting)


def _choose(**fields: Any) -> None:
    session.change(work=replace(session.view().work, **fields))
