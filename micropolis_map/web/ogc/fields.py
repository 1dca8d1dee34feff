"""The properties of features: what the schema says of them and how a question selects by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from micropolis_map.errors import InvalidInput

FieldType = Literal["string", "integer", "number", "boolean", "array", "object"]
_TRUTH = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class Field:
    """A property of a collection's features.

    Attributes
    ----------
    type
        As JSON Schema names it; the items of an array and the values of an object are texts.
    format
        As JSON Schema names it, such as ``date-time``; empty for none.
    nullable
        Whether it may be null; what may not is left out where nobody knows it.
    asked
        Whether a question selects by it, with a parameter of its name.
    of
        The property that a parameter of another name selects by; empty for a property of its own.
    """

    name: str
    type: FieldType
    about: str
    format: str = ""
    nullable: bool = False
    asked: bool = True
    of: str = ""

    def schema(self) -> dict[str, Any]:
        """Return the property's JSON Schema."""
        found: dict[str, Any] = {"type": [self.type, "null"] if self.nullable else self.type}
        found["description"] = self.about
        if self.format:
            found["format"] = self.format
        if self.type == "array" and self.asked:
            found["items"] = {"type": "string"}
        return found

    def parameter_type(self) -> str:
        """Return the type of the parameter that selects by it: of a list or a text by language, one text."""
        return "string" if self.type in {"array", "object"} else self.type

    def test(self, text: str) -> Callable[[Any], bool]:
        """Return whether a value is `text`; of a list, or of a text by language, whether one of them is.

        Raises
        ------
        InvalidInput
            `text` is no value of the field's type.
        """
        if self.type == "array":
            return lambda values: text in (values or ())
        if self.type == "object":
            return lambda values: text in (values or {}).values()
        wanted = self._parsed(text)
        if wanted == "":
            return lambda value: value in {"", None}
        return lambda value: value is not None and value == wanted

    def _parsed(self, text: str) -> str | float | bool:
        try:
            if self.type == "integer":
                return int(text)
            if self.type == "number":
                return float(text)
            return _TRUTH[text] if self.type == "boolean" else text
        except (ValueError, KeyError):
            raise InvalidInput(f"{self.name} is {text[:80]!r}", f"give a value of type {self.type}") from None


def tests_of(fields: Mapping[str, Field], asked: Mapping[str, list[str]]) -> list[Callable[[Any], bool]]:
    """Return what a feature's properties must pass: of each field that is asked for, any of its values."""
    return [_any_of(fields[name], values) for name, values in asked.items()]


def _any_of(field: Field, values: list[str]) -> Callable[[Any], bool]:
    tests = [field.test(value) for value in values]
    return lambda properties: any(test(properties.get(field.of or field.name)) for test in tests)
