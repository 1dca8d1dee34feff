r"""Commuting saved by working near home: kilometres and CO2 a year.

For the people p_h of each home h within reach of a work centre, at the straight distance d_h from the city::

    days       = p_h · employed · to the city · teleworkable · uptake · days a week · weeks a year
    km         = days · 2 · detour · d_h
    vehicle-km = km · by car / people per car
    CO2        = vehicle-km · g per vehicle-km + km · by public transport · g per passenger-km

    desks      = days / (5 · weeks a year)

So the result is linear in days and people, grows with every share but the occupancy, and is 0 with 0 days.
The walk to the centre is no kilometre; who walks or cycles to the city today saves kilometres but no CO2. Not
counted: heating and light of the centre, other trips a commuter makes on the way, and that people may move
farther away once they commute less; studies disagree on how much of the saving these take back [7]_.

References
----------
.. [1] Eurostat (2024). Employment - annual statistics: 195.3 million employed (20-64) in the EU in 2023; and
   Demography: 448.4 million people at the end of 2022. Together 0.44.
.. [2] European Commission, Joint Research Centre. Remote work and teleworkability: about 37 % of EU employees
   are in occupations that can technically be carried out from home.
   https://joint-research-centre.ec.europa.eu/scientific-activities-z/employment/telework_en
.. [3] Caros, N. S., Guo, X., Zhao, J. (2022). The emerging spectrum of flexible work locations: in the USA
   about one third of remote hours are worked neither at home nor at the employer's.
   https://doi.org/10.48550/arXiv.2201.01281
.. [4] Road distances to the centres of 300 European cities are 1.343 times the straight line on average.
   Environment and Planning B (2023). https://doi.org/10.1177/23998083231168870
.. [5] European Commission (2020). Special Eurobarometer 495, Mobility and transport: on a typical day 52 % go
   mainly by car and 16 % by public transport (EU-28, 2019).
.. [6] TREMOD 6.02 (Umweltbundesamt), quoted by the German sustainability strategy: 147 g CO2 per passenger-km
   by car with 1.5 people (220 g per vehicle-km), 65 g by bus and rail together.
.. [7] O'Brien, W., Yazdani Aliabadi, F. (2020). Does telecommuting save energy? A critical review. Energy and
   Buildings 225, 110298. https://doi.org/10.1016/j.enbuild.2020.110298
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

Floats = NDArray[np.float64]
EARTH_M = 6_371_008.8
"""Mean radius (IUGG); the sphere differs from the ellipsoid by at most 0.6 % of a distance."""


WORKDAYS = 5.0
"""Of a week."""


@dataclass(frozen=True)
class Commuting:
    """How people of a community commute, and how often they would stay; the defaults are explained above.

    Attributes
    ----------
    days_a_week
        Days of remote work a week of somebody whose job allows it.
    weeks_a_year
        Working weeks, holidays and illness taken off.
    employed
        Share of all residents who have a job [1]_.
    to_the_city
        Share of them who would go to the city else. 1 compares everybody with working there, the upper bound:
        a census of commuters gives the true one.
    teleworkable
        Share of jobs that can be done away from the office [2]_.
    uptake
        Share of remote days worked in the centre rather than at home [3]_.
    detour
        Way by road or rail ÷ straight distance [4]_.
    by_car, by_public_transport
        Shares of today's commuting kilometres [5]_; the rest walks or cycles.
    people_per_car
        On the way to work.
    car_g_per_km, public_transport_g_per_km
        CO2 in grams for a kilometre of a car, and of a passenger [6]_.
    """

    days_a_week: float = 2.0
    weeks_a_year: float = 44.0
    employed: float = 0.44
    to_the_city: float = 1.0
    teleworkable: float = 0.37
    uptake: float = 0.33
    detour: float = 1.34
    by_car: float = 0.52
    by_public_transport: float = 0.16
    people_per_car: float = 1.2
    car_g_per_km: float = 220.0
    public_transport_g_per_km: float = 65.0

    @property
    def days_a_year(self) -> float:
        """Days a year that one resident, on average, works in the centre instead of in the city."""
        remote = self.employed * self.to_the_city * self.teleworkable * self.uptake
        return remote * self.days_a_week * self.weeks_a_year


LIMITS: dict[str, tuple[float, float]] = {
    "days_a_week": (0.0, 7.0),
    "weeks_a_year": (0.0, 52.0),
    "employed": (0.0, 1.0),
    "to_the_city": (0.0, 1.0),
    "teleworkable": (0.0, 1.0),
    "uptake": (0.0, 1.0),
    "detour": (1.0, 3.0),
    "by_car": (0.0, 1.0),
    "by_public_transport": (0.0, 1.0),
    "people_per_car": (1.0, 5.0),
    "car_g_per_km": (0.0, 1000.0),
    "public_transport_g_per_km": (0.0, 1000.0),
}
"""The smallest and largest value of each."""


@dataclass(frozen=True)
class Savings:
    """What people within reach of a centre save a year together.

    Attributes
    ----------
    people
        Residents within reach.
    days, desks
        Days worked in a centre; people there on an average working day.
    person_km, vehicle_km
        Ways to the city that nobody has to go; of these by car, in kilometres of a car.
    co2_kg
        CO2 in kilograms.
    """

    people: float
    days: float
    desks: float
    person_km: float
    vehicle_km: float
    co2_kg: float


def check_commuting(commuting: Commuting) -> Commuting:
    """Return `commuting`; InvalidInput where a value is outside `LIMITS` or the shares of modes exceed 1."""
    for field in fields(commuting):
        value, (low, high) = getattr(commuting, field.name), LIMITS[field.name]
        if not (math.isfinite(value) and low <= value <= high):
            raise InvalidInput(
                mark("{name} is {value}"),
                mark("give a number from {low} to {high}"),
                name=field.name,
                value=value,
                low=low,
                high=high,
            )
    if commuting.by_car + commuting.by_public_transport > 1.0 + 1e-9:
        shares = commuting.by_car + commuting.by_public_transport
        raise InvalidInput(
            mark("car and public transport make {n} percent of the way"),
            mark("lower one of them"),
            n=round(100.0 * shares),
        )
    return commuting


def savings(people: Floats, distance_m: Floats, commuting: Commuting) -> Savings:
    """Return what these people save together in a year.

    Parameters
    ----------
    people : float64[n]
        Residents of each home within reach of a centre, not negative.
    distance_m : float64[n]
        Straight distance from each home to the city.

    Examples
    --------
    >>> one = Commuting(1, 10, 1, 1, 1, 1, 1, 1, 0, 1, 100, 0)
    >>> savings(np.array([1.0]), np.array([10_000.0]), one).co2_kg
    20.0
    """
    check_commuting(commuting)
    days = float(people.sum()) * commuting.days_a_year
    person_km = float(people @ distance_m) / 1000.0 * 2.0 * commuting.detour * commuting.days_a_year
    vehicle_km = person_km * commuting.by_car / commuting.people_per_car
    grams = vehicle_km * commuting.car_g_per_km
    grams += person_km * commuting.by_public_transport * commuting.public_transport_g_per_km
    desks = days / (WORKDAYS * commuting.weeks_a_year) if commuting.weeks_a_year else 0.0
    return Savings(float(people.sum()), days, desks, person_km, vehicle_km, grams / 1000.0)


def great_circle_m(lon: Floats, lat: Floats, to_lon: float, to_lat: float) -> Floats:
    """Return the distance over the ground from each point to one, in metres; degrees, EPSG:4326.

    Haversine, which stays exact for near points.

    Examples
    --------
    >>> round(float(great_circle_m(np.array([0.0]), np.array([0.0]), 1.0, 0.0)[0]))
    111195
    """
    a, b = np.radians(lat), math.radians(to_lat)
    across = np.sin((a - b) / 2.0) ** 2
    along = np.cos(a) * math.cos(b) * np.sin(np.radians(lon - to_lon) / 2.0) ** 2
    found: Floats = 2.0 * EARTH_M * np.arcsin(np.sqrt(np.minimum(1.0, across + along)))
    return found
