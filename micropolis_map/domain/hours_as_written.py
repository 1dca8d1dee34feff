"""Hours as people write them on a door, in the syntax of OpenStreetMap: ``pn-pt 8-18``, ``11-18 Uhr``.

A text is read word by word in one language after the other. A word that a language does not know ends its
reading, and what two languages read differently (``do 8-18``) is not read at all: nothing is guessed wildly.

References
----------
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from opening_hours import validate

DAYS = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)\b[^\d\s:]*"

_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
_SIGNS = str.maketrans({**_DASHES, "\u00a0": " ", "\u202f": " ", "\n": ";", "|": ";"})
_DOTTED = re.compile(r"\b([01]?\d|2[0-4])[.hH]([0-5]\d)\b")
_HOUR = re.compile(r"\b([01]?\d|2[0-4])\s*h\b", re.IGNORECASE)
_HALF_DAY = re.compile(r"\b(1[0-2]|0?[1-9])(?::([0-5]\d))?\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_FOUR_DIGITS = re.compile(r"\b(0\d|1[0-8])([0-5]\d)-([01]\d|2[0-4])([0-5]\d)\b")
_MONTHS = r"[A-Z][a-z]{2}-[A-Z][a-z]{2}"
_BARE_HOURS = re.compile(
    rf"(^|[;,]\s*|{DAYS}\s+|{_MONTHS}\s+)([01]?\d|2[0-4])-([01]?\d|2[0-4])(?=\s*(?:$|[;,]|{DAYS}))"
)
_BARE_END = re.compile(r"(\b\d{1,2}:\d\d-)([01]?\d|2[0-4])(?![:\d])")
_BARE_START = re.compile(r"(?<![:\d])\b([01]?\d|2[0-4])(?=-\d{1,2}:\d\d)")
_TIMES_FIRST = re.compile(rf"\s*([\d:,\s-]*:\d\d)\s+((?:{DAYS}[,\s]*)+)")
_TIMES_THEN_DAYS = re.compile(rf"(:\d\d)\s+(?={DAYS})")
_LETTERS = re.compile(r"[^\W\d_]+\.?")
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ß": "ss"})

_ENGLISH = {
    "Mo": "mo mon monday mondays", "Tu": "tu tue tues tuesday tuesdays", "We": "we wed weds wednesday",
    "Th": "th thu thur thurs thursday thursdays", "Fr": "fr fri friday fridays",
    "Sa": "sa sat saturday saturdays", "Su": "su sun sunday sundays", "Mo-Su": "daily everyday every_day",
    "Mo-Fr": "weekdays", "Sa-Su": "weekends", "24/7": "always 24_hours 24_hrs 24h h24 24/24",
    "PH": "holidays",
    "-": "to till until thru through", ",": "and", "off": "closed", "": "from hours hrs open o'clock",
}  # fmt: skip
_POLISH = {
    "Mo": "pn pon poniedzialek poniedzialki poniedzialku", "Tu": "wt wto wtorek wtorki wtorku",
    "We": "sr sro sroda srody", "Th": "cz czw czwartek czwartki czwartku", "Fr": "pt piatek piatki piatku",
    "Sa": "so sob sobota soboty", "Su": "nd ndz nie niedz niedziela niedziele niedzieli",
    "Mo-Su": "codziennie", "Mo-Fr": "dni_robocze", "24/7": "calodobowo cala_dobe 24h", "PH": "swieta",
    "-": "do", ",": "i oraz", "off": "nieczynne zamkniete", "": "od w godz godziny czynne otwarte",
    "dawn": "switu swit", "dusk": "zmierzchu zmierzch",
}  # fmt: skip
_DANISH = {
    "Mo": "ma man mandag", "Tu": "ti tir tirs tirsdag", "We": "on ons onsdag", "Th": "to tor tors torsdag",
    "Fr": "fr fre fredag", "Sa": "lo lor lordag", "Su": "so son sondag", "Mo-Su": "dagligt daglig alle_dage",
    "Mo-Fr": "hverdage", "24/7": "dognabent dognet_rundt", "PH": "helligdage", "-": "til", ",": "og",
    "off": "lukket", "": "fra kl aben abent", "May": "maj", "Oct": "okt",
    "sunrise": "solopgang", "sunset": "solnedgang",
}  # fmt: skip
_ITALIAN = {
    "Mo": "lu lun lunedi", "Tu": "ma mar martedi", "We": "me mer mercoledi", "Th": "gi gio giovedi",
    "Fr": "ve ven venerdi", "Sa": "sa sab sabato", "Su": "do dom domenica",
    "Mo-Su": "tutti_i_giorni ogni_giorno", "Mo-Fr": "feriali", "24/7": "h24 24_ore", "PH": "festivi",
    "-": "a al alle", ",": "e", "off": "chiuso chiusa", "": "dalle dal da ore h aperto aperta",
    "sunrise": "alba all'alba dall'alba", "sunset": "tramonto",
}  # fmt: skip
_UKRAINIAN = {
    "Mo": "пн понеділок понеділка", "Tu": "вт вівторок вівторка", "We": "ср середа середи",
    "Th": "чт четвер четверга", "Fr": "пт п'ятниця п'ятницю п'ятниці", "Sa": "сб субота суботу суботи",
    "Su": "нд неділя неділю неділі", "Mo-Su": "щодня щоденно", "Mo-Fr": "будні", "24/7": "цілодобово",
    "PH": "свята", "-": "до по", ",": "і та", "off": "зачинено вихідний", "": "з від відчинено",
}  # fmt: skip
_GERMAN = {
    "Mo": "mo mon montag montags", "Tu": "di die dienstag dienstags", "We": "mi mit mittwoch mittwochs",
    "Th": "do don donnerstag donnerstags", "Fr": "fr fre freitag freitags", "Sa": "sa sam samstag samstags",
    "Su": "so son sonntag sonntags", "Mo-Su": "taglich", "Mo-Fr": "werktags",
    "24/7": "rund_um_die_uhr durchgehend", "PH": "feiertage feiertags feiertag", "-": "bis", ",": "und",
    "off": "geschlossen ruhetag", "": "von uhr geoffnet offen", "May": "mai", "Oct": "okt", "Dec": "dez",
    "sunrise": "sonnenaufgang", "sunset": "sonnenuntergang",
}  # fmt: skip
_FRENCH = {
    "Mo": "lu lun lundi", "Tu": "ma mar mardi", "We": "me mer mercredi", "Th": "je jeu jeudi",
    "Fr": "ve ven vendredi", "Sa": "sa sam samedi", "Su": "di dim dimanche", "Mo-Su": "tous_les_jours",
    "-": "a au", ",": "et", "off": "ferme", "": "de du ouvert", "24/7": "24h/24",
}  # fmt: skip
_SPANISH = {
    "Mo": "lu lun lunes", "Tu": "ma mar martes", "We": "mi mie miercoles", "Th": "ju jue jueves",
    "Fr": "vi vie viernes", "Sa": "sa sab sabado sabados", "Su": "do dom domingo domingos",
    "Mo-Su": "diario todos_los_dias", "-": "a", ",": "y", "off": "cerrado", "": "de desde abierto",
}  # fmt: skip
_DUTCH = {
    "Mo": "ma maandag", "Tu": "di dinsdag", "We": "wo woensdag", "Th": "do donderdag", "Fr": "vr vrijdag",
    "Sa": "za zaterdag", "Su": "zo zondag", "Mo-Su": "dagelijks", "-": "tot t/m", ",": "en",
    "off": "gesloten", "": "van uur open",
}  # fmt: skip
_SYNTAX = (
    *["PH", "SH", "Jan", "Feb", "Apr", "Jun", "Jul", "Aug", "Sep", "Nov", "Dec", "off", "week", "easter"],
    *["sunrise", "sunset", "dawn", "dusk", "am", "pm", "a", "p", "m", "h"],
)
_EVERYWHERE = {word.lower(): word for word in _SYNTAX}
"""Words of OpenStreetMap's own syntax, which stand in every language."""
_OSM_DAYS = {day.lower(): day for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")}


def _folded(text: str) -> str:
    """Return `text` in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN).replace("\u2019", "'"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _known(words: Mapping[str, str]) -> dict[str, str]:
    """Return what each word of a language stands for; blanks within a phrase are ``_``."""
    return {_folded(word): sign for sign, listed in words.items() for word in listed.split()}


LANGUAGES = tuple(
    map(
        _known,
        (_ENGLISH, _POLISH, _DANISH, _ITALIAN, _UKRAINIAN, _GERMAN, _FRENCH, _SPANISH, _DUTCH),
    )
)


def in_syntax(text: str) -> str:
    """Return the hours `text` in the syntax of OpenStreetMap; as it is where nobody can tell what it says.

    Slips of typing that leave no doubt are mended: a dash for a hyphen, blanks around it, a dot in a time of
    day, hours without minutes, ``8am``, ``18h30``, a colon after the days, a separator at the end.

    Examples
    --------
    >>> in_syntax("pn–pt 8.00–18.00, niedz. nieczynne"), in_syntax("daily 8 to 18")
    ('Mo-Fr 8:00-18:00, Su off', 'Mo-Su 8:00-18:00')
    """
    plain = text.translate(_SIGNS).strip().strip(";, ")
    if '"' in plain:
        return plain
    plain = _DOTTED.sub(r"\1:\2", plain)
    if validate(plain):
        return plain
    mended = _mended(plain)
    if validate(mended):
        return mended
    for shared in (_EVERYWHERE, _EVERYWHERE | _OSM_DAYS):  # first without OpenStreetMap's own names of days
        readings = {reading for reading in _readings(plain, shared) if validate(reading)}
        if readings:
            return readings.pop() if len(readings) == 1 else mended
    return mended


def _readings(text: str, shared: Mapping[str, str]) -> Iterator[str]:
    folded = _folded(text)
    for words in LANGUAGES:
        said = folded
        for phrase in (word for word in words if not word.isalpha()):
            pattern = re.escape(phrase).replace("_", r"\s+")
            said = re.sub(rf"(?<!\w){pattern}(?!\w)", words[phrase], said)
        whole = {**shared, **words}
        parts = _LETTERS.findall(said)
        if all(_bare(part) in whole for part in parts):
            said = _LETTERS.sub(lambda part, whole=whole: whole[_bare(part[0])], said)  # type: ignore[misc]
            yield _mended(re.sub(r"\s+", " ", said).strip(" ;,"))


def _bare(word: str) -> str:
    return word.rstrip(".").lower()


def _mended(text: str) -> str:
    text = re.sub(r"\s+/\s+", "; ", text)
    text = re.sub(r"(?<=[a-z])\s*[+&]\s*(?=[A-Z])", ",", text)
    text = re.sub(r"\s*-\s*", "-", _HALF_DAY.sub(_time_of_day, text))
    text = _FOUR_DIGITS.sub(r"\1:\2-\3:\4", _HOUR.sub(r"\1:00", text))
    text = re.sub(rf"(?<=[a-zH])\s*,\s*(?={DAYS})", ",", text)
    text = re.sub(rf"({DAYS})\s*:\s*(?=\d|off\b)", r"\1 ", text)
    text = _BARE_HOURS.sub(r"\1\2:00-\3:00", text)
    text = _BARE_START.sub(r"\1:00", _BARE_END.sub(r"\g<1>\2:00", text))
    rules = [_TIMES_FIRST.fullmatch(rule) or rule for rule in text.split(";")]
    text = ";".join(rule if isinstance(rule, str) else f" {rule[2]} {rule[1]}" for rule in rules)
    return _TIMES_THEN_DAYS.sub(r"\1; ", text).strip()


def _time_of_day(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour:02d}:{found[2] or '00'}"
