"""What is personal is pointed out; years, hours, streets and saints are not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.domain.privacy import personal_data

PHONES = [
    "Zadzwoń 601 234 567 po 18",
    "tel. 22 123 45 67",
    "kom. 601-234-567",
    "+48 601 234 567",
    "0048601234567",
    "tlf. 22 34 56 78",
    "Ring til 23 45 67 89",
    "+45 23456789",
    "+45 23 45 67 89",
    "cell. 347 123 4567",
    "chiama 070 123456",
    "+39 070 123 4567",
    "+39 347 1234567",
    "тел. 067 123 45 67",
    "+380 67 123 45 67",
    "+380671234567",
    "(+48) 601 234 567",
    "call +44 20 7946 0958",
    "+1 (212) 555-0199",
    "☎ 601234567",
    "601 234 567",
    "WhatsApp: +49 151 23456789",
]
EMAILS = [
    "anna.k@example.org",
    "pisz: jan_kowalski+mapa@poczta.example.pl.",
    "kontakt (at) example.com",
    "x@пошта.укр",
]
NAMES = {
    "Opowiada Jan Kowalski z sąsiedztwa": "Jan Kowalski",
    "Pani Wiśniewska Barbara piecze chleb": "Wiśniewska Barbara",
    "min nabo Mette Sørensen bor her": "Mette Sørensen",
    "la signora Maria Piras abitava qui": "Maria Piras",
    "моя сусідка Оксана Петренко": "Оксана Петренко",
    "My friend Margaret O'Neill told me": "Margaret O'Neill",
    "Anna Nowak-Kowalska mieszka tu": "Anna Nowak-Kowalska",
    "z Janem Kowalskim byliśmy": "Janem Kowalskim",
}
HARMLESS = [
    # years, dates, hours
    "Built 1924-1939, rebuilt in 1951.",
    "W latach 1939–1945 stał tu młyn.",
    "Fra 1850 til 1912 var her et bryggeri.",
    "Open Mo-Fr 08:00-16:00; Sa 10:00-14:00",
    "Czynne 8.00–16.00",
    "Aperto dalle 9:00 alle 13:00",
    "Відчинено 10:00–18:00",
    "12.05.1998",
    "1998-05-12",
    "05/12/1998 i 06/12/1998",
    "1939-09-01 1945-05-08",
    "w 1920, 1930 i 1940 roku",
    "1920 1930 1940",
    # coordinates and counts
    "52.2297, 21.0122",
    "52.229676 21.012229",
    "55.49583, 9.73611",
    "N 52°13'48\" E 21°00'44\"",
    "12 500 000 zł",
    "Kosztował 120 000 000 kr.",
    "36 686 000 mieszkańców",
    "1 234 567 people",
    "pop. 12345678 inhabitants",
    "ISBN 978 83 01 00000 1",
    "NIP 123 456 78 90",
    "node 123456789",
    "https://example.org/123456789",
    "04-628 Warszawa",
    "KRS 0000123456",
    "EPSG 25832",
    "nr 123456789",
    "100 200 300 400 500",
    # streets, schools, saints, monuments, kings
    "ul. Jana Pawła II",
    "ulica Marii Konopnickiej",
    "Plac Jana Kilińskiego",
    "Szkoła im. Adama Mickiewicza",
    "Kościół św. Jana Chrzciciela",
    "via Giovanni Spano",
    "Piazza Giuseppe Garibaldi",
    "Chiesa di San Michele Arcangelo",
    "H.C. Andersens Vej",
    "Jens Jensens Vej 4",
    "Peter Bangs Vej",
    "Niels Juels Gade",
    "King Christian IV",
    "Kong Christian X",
    "вулиця Тараса Шевченка",
    "площа Івана Франка",
    "St Mary Church",
    "Victoria Park",
    "Pomnik Jana Kilińskiego",
    "Saint Martin Church",
    "Biblioteca Emilio Lussu",
    "Villa Margherita Bianca",
    "Król Jan Sobieski",
    "Jan Nowak (1820–1890)",
    'Liceo Scientifico Statale "Antonio Pacinotti"',
    "Anny German 02",
    "Przedszkole im. prof. dr med. Zofii Falkowskiej",
    "Roman Amphitheatre",
    "Per Mezzo Di",
    # ordinary sentences
    "Las Wawerski i Mazowiecki Park Krajobrazowy",
    "The Old Harbour Café in Middelfart",
    "Il Castello di Cagliari",
    "Gammel Havn ved Lillebælt",
    "Стара Дзвіниця біля Річки",
    "Maria went home.",
    "Anna i Piotr grali tu w piłkę.",
    "Peter. Then we left.",
    "WAWER I FALENICA",
    "",
]


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in personal_data(text)]


@pytest.mark.parametrize("text", PHONES)
def test_phone_numbers_are_found(text: str) -> None:
    assert kinds(text) == ["phone"]


@pytest.mark.parametrize("text", EMAILS)
def test_addresses_are_found(text: str) -> None:
    assert kinds(text) == ["email"]


@pytest.mark.parametrize("text", NAMES)
def test_full_names_of_others_are_found(text: str) -> None:
    assert [(finding.kind, finding.text) for finding in personal_data(text)] == [("full_name", NAMES[text])]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_nobody_s_is_left_alone(text: str) -> None:
    assert personal_data(text) == []


@given(st.text(max_size=200))
def test_findings_are_pieces_of_the_text_in_order(text: str) -> None:
    found = personal_data(text)
    assert all(text[finding.start : finding.end] == finding.text for finding in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.sampled_from(PHONES), st.sampled_from(["Here: ", "Spotkanie: ", "Møde: ", "Зустріч: "]))
def test_a_phone_number_is_found_inside_a_sentence(phone: str, before: str) -> None:
    assert "phone" in kinds(f"{before}{phone}. Dziękuję.")


@given(st.integers(1000, 2099), st.integers(1000, 2099), st.sampled_from(["-", "–", " - ", "/", " i ", ", "]))
def test_years_are_never_phone_numbers(a: int, b: int, between: str) -> None:
    assert personal_data(f"w latach {a}{between}{b} było") == []


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_coordinates_are_never_phone_numbers(lon: float, lat: float) -> None:
    assert personal_data(f"{lat:.6f}, {lon:.6f}") == []
    assert personal_data(f"{lat:.5f} {lon:.5f}") == []
