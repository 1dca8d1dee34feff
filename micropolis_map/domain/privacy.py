"""Finds what may be personal in a text: phone numbers, e-mail addresses, full names of others.

It is for pointing out before something is sent, never for blocking: a person decides. Phone numbers and
addresses are found by their form. A full name is told by a first name that is common in the five languages
followed by one or two further capitalised words, or by a form of address (pan, pani, hr., fru, signora, mr …)
before them. Left out on purpose: names of streets, squares, schools and churches (a word such as *ulica*,
*vej*, *via*, *church*, *szkoła* beside the name), and people history knows by a year beside the name
(``Jan Nowak (1820–1890)``). First names that are mostly something else (*Rosa*, *Mai*, *Bo*) are not in
the list, so some names are missed; `first_names.py` has the list. Meant for descriptions and stories; a
place's own name may well be a person's. Of 11,376 names and notes of OpenStreetMap in three towns under one
in a hundred is pointed out, most of them truly somebody's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from micropolis_map.domain.first_names import FIRST_NAMES

Kind = Literal["phone", "email", "full_name"]


@dataclass(frozen=True)
class Finding:
    """Something personal: ``text[start:end]`` of the text it was found in."""

    kind: Kind
    start: int
    end: int
    text: str


_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
_PHONE = re.compile(r"(?<![\w.,/:+°#-])(?:\(?\+|00)?\(?\d[\d\s().\u00a0\u202f/-]{5,22}\d(?![\w°])(?![.,:]\d)")
_NATIONAL = {"48": 9, "45": 8, "380": 9, "39": None}
"""Digits of a number after the country's prefix; Italy's vary."""
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}\s?[-–—]\s?\d{1,2}[:.]\d{2}")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{4}[-./]\d{1,2}")
_YEARS = re.compile(r"1\d{3}\s?[-–—/]\s?(?:1\d{3}|20\d{2}|\d{2})|20\d{2}\s?[-–—/]\s?(?:20\d{2}|\d{2})")
_CALL = re.compile(
    r"(?:\b(?:tel|tlf|telefon\w*|kom|mobil\w*|cell\w*|phone|call|ring|dzwoń|zadzwoń|chiam\w+|"
    r"тел|телефон\w*|дзвон\w+|моб|whatsapp|sms|viber|signal)\b|☎|📞)[\s.:]*(?:nr\.?|no\.?|til|do|al|на)?[\s.:]*$",
    re.IGNORECASE,
)
_MONEY_OR_UNIT = re.compile(
    r"^\s?(?:zł|pln|kr\b|dkk|eur|€|\$|грн|uah|m²|m2|km|kg|ha\b|m\b|mieszk|inhabitants|indbyggere|abitanti|осіб|"
    r"people|osób|%|‰)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:\b(?:nr|no|isbn|issn|nip|regon|krs|cvr|p\.\s?iva|iban|node|way|relation|id|№|poz|art|epsg|pesel|konto|"
    r"account|inv|sygn)\b|[№#])[\s.:]*(?:[A-Z]{2}\d*\s?)?$",
    re.IGNORECASE,
)

_WORD = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*"
_NAME = re.compile(rf"{_WORD}")
_TITLES = {
    "pan", "pani", "panu", "panem", "panią", "państwo", "p", "hr", "hr.", "fru", "frk", "herr",
    "signor", "signora", "signore", "sig", "sig.ra", "dott", "dottor", "dottoressa", "don", "donna",
    "mr", "mrs", "ms", "miss", "пан", "пані", "пана", "панові", "neighbour", "neighbor", "sąsiad",
    "sąsiadka", "nabo", "vicino", "vicina", "сусід", "сусідка",
}  # fmt: skip
_NOT_PEOPLE = {
    "ul", "ulica", "ulicy", "ulicę", "al", "aleja", "alei", "aleje", "plac", "placu", "skwer", "rondo",
    "park", "parku", "most", "osiedle", "os", "street", "st", "square", "road", "avenue", "bridge",
    "church", "school", "hospital", "library", "theatre", "museum", "memorial", "monument", "statue",
    "saint", "vej", "gade", "plads", "kirke", "skole", "via", "viale", "piazza", "piazzetta", "corso",
    "largo", "vico", "vicolo", "chiesa", "scuola", "ospedale", "biblioteca", "teatro", "museo", "parco",
    "san", "santa", "sant", "santo", "szkoła", "szkoły", "szkole", "szpital", "kościół", "kościoła",
    "biblioteka", "teatr", "muzeum", "pomnik", "pomnika", "imienia", "im", "św", "święty", "święta",
    "świętego", "świętej", "liceum", "вулиця", "вул", "площа", "проспект", "парк", "церква", "школа",
    "музей", "театр", "бібліотека", "пам'ятник", "імені", "ім", "святий", "свята", "king", "queen",
    "król", "króla", "królowa", "konge", "kong", "dronning", "re", "regina", "papież", "papieża",
    "pope", "papa", "pave", "villa", "willa", "dom", "hotel", "restaurant", "café", "cafe", "bar",
    "stadion", "stadium", "stadio", "fundacja", "fondazione", "foundation", "fonden", "book", "poem",
    "scuole", "liceo", "istituto", "collezione", "piazzale", "centro", "convitto", "caserma",
    "przedszkole", "impianto", "by", "station", "dworzec", "ginnasio", "statale", "комплекс", "ліцей",
}  # fmt: skip
_NAMED_AFTER = {"im", "imienia", "імені"}
"""Up to six words before a name, for there may be titles between: *im. prof. dr. Zofii …*."""
_QUOTES = ('"', "„", "“", "«", "”", "»")
"""A name that stands alone in quotation marks is an institution's."""
_STOP_NUMBER = re.compile(r" \d{2}\b")
"""Polish bus stops: *Anny German 02*."""
_YEAR_BESIDE = re.compile(r"^[\s,]*\(?\s*(?:\*|born|ur\.|f\.|nato|nata|n\.|нар\.|d\.|†|zm\.)?\s*1[0-9]{3}\b")


def personal_data(text: str) -> list[Finding]:
    """Return what may be personal in `text`, in its order; findings never overlap.

    Years, dates, opening hours, coordinates, sums of money and counts are no phone numbers.

    Examples
    --------
    >>> [(f.kind, f.text) for f in personal_data("Zadzwoń: 601 234 567, anna@example.org. Open 1924-1939.")]
    [('phone', '601 234 567'), ('email', 'anna@example.org')]
    """
    found: list[Finding] = []
    for kind, spans in (("email", _emails(text)), ("phone", _phones(text)), ("full_name", _names(text))):
        for start, end in spans:
            if not any(start < other.end and other.start < end for other in found):
                found.append(Finding(kind, start, end, text[start:end]))  # type: ignore[arg-type]
    return sorted(found, key=lambda finding: finding.start)


def _emails(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _EMAIL.finditer(text)]


def _phones(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _PHONE.finditer(text):
        said = match.group().rstrip(" .(-/\u00a0")
        start, end = match.start(), match.start() + len(said)
        if _is_phone(said, text[max(0, start - 40) : start], text[end : end + 14]):
            spans.append((start, end))
    return spans


def _is_phone(said: str, before: str, after: str) -> bool:
    digits = re.sub(r"\D", "", said)
    if not 8 <= len(digits) <= 15 or len(set(digits)) == 1:
        return len(digits) in {7, 8} and _CALL.search(before) is not None
    called = _CALL.search(before) is not None
    if not called and (_NUMBERED.search(before) or _MONEY_OR_UNIT.match(after)):
        return False
    if _CLOCK.search(said) or _YEARS.search(said) or _DATE.search(said):
        return False
    if re.fullmatch(r"\d{1,3}\.\d{4,}", said) or re.search(r"\d\.\d{5,}", said):
        return False  # a coordinate
    if said.startswith(("+", "(+", "00")):
        return _international(digits.removeprefix("00"))
    return called or _national(said, digits)


def _international(digits: str) -> bool:
    for prefix, length in _NATIONAL.items():
        if digits.startswith(prefix):
            return length is None or len(digits) == len(prefix) + length
    return len(digits) >= 9


def _national(said: str, digits: str) -> bool:
    """Return whether it is grouped or begins as numbers at home do: Poland, Denmark, Italy, Ukraine."""
    groups = [len(group) for group in re.findall(r"\d+", said)]
    if len(digits) == 9 and digits[0] in "12345678":  # Poland: 601 234 567, 22 123 45 67
        return groups in ([9], [3, 3, 3], [2, 3, 2, 2], [2, 7], [2, 3, 4]) and "." not in said
    if len(digits) == 8 and digits[0] in "23456789":  # Denmark: 12 34 56 78
        return groups in ([2, 2, 2, 2], [4, 4])
    if (
        digits[0] == "0"
        and len(digits) == 10
        and groups in ([10], [3, 3, 2, 2], [3, 3, 4], [3, 7], [4, 6], [2, 8])
    ):
        return True  # Ukraine: 067 123 45 67; Italy: 070 123 4567
    if digits[0] == "3" and len(digits) == 10:  # Italy, mobile: 347 123 4567
        return groups in ([10], [3, 7], [3, 3, 4], [3, 3, 2, 2])
    return digits[0] == "0" and len(digits) in {9, 11} and groups in ([3, 6], [4, 5], [3, 8], [4, 7])


def _names(text: str) -> list[tuple[int, int]]:
    words = list(_NAME.finditer(text))
    spans: list[tuple[int, int]] = []
    taken = 0
    for index, word in enumerate(words):
        if word.start() < taken or not _capital(word.group()):
            continue
        before = words[index - 1].group().casefold() if index else ""
        known = word.group().casefold() in FIRST_NAMES
        titled = before in _TITLES and _joined(text, words[index - 1], word, dot=True) and index > 0
        if not (known or titled):
            continue
        last = _last_word(text, words, index)
        if last == index or _is_known_otherwise(text, words, index, last):
            continue
        taken = words[last].end()
        spans.append((word.start(), taken))
    return spans


def _last_word(text: str, words: list[re.Match[str]], index: int) -> int:
    """Return the index of the name's last word: capitalised words with a blank between, at most two more."""
    last = index
    while last + 1 < len(words) and last - index < 2:
        following = words[last + 1]
        if not _capital(following.group()) or not _joined(text, words[last], following, dot=False):
            break
        last += 1
    return last


def _is_known_otherwise(text: str, words: list[re.Match[str]], index: int, last: int) -> bool:
    before, after = text[: words[index].start()], text[words[last].end() :]
    if (before.endswith(_QUOTES) and after.startswith(_QUOTES)) or _STOP_NUMBER.match(after):
        return True
    if any(word.group().casefold() in _NAMED_AFTER for word in words[max(0, index - 6) : index]):
        return True
    beside = [words[i].group().casefold() for i in range(max(0, index - 2), min(len(words), last + 2))]
    inside = {word.group().casefold() for word in words[index : last + 1]}
    if inside & _NOT_PEOPLE or any(word.endswith(("vej", "gade", "stræde", "plads")) for word in inside):
        return True
    sentence_before = text[words[max(0, index - 2)].start() : words[index].start()]
    close = beside if not re.search(r"[!?;]\s|[^\W\d_]{4,}\.\s", sentence_before) else beside[-1:]
    return any(word in _NOT_PEOPLE for word in close) or bool(_YEAR_BESIDE.match(text[words[last].end() :]))


def _capital(word: str) -> bool:
    return word[:1].isupper() and len(word) > 1 and not word.isupper()


def _joined(text: str, one: re.Match[str], other: re.Match[str], *, dot: bool) -> bool:
    between = text[one.end() : other.start()]
    return between in {" ", "\u00a0"} or (dot and between in {". ", "."})
