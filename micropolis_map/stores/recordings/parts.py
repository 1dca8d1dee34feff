"""A recording while it is walked: its bytes, and how many parts were looked at."""

from __future__ import annotations

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

TODO = mark("record it in the browser, or choose a WebM, Ogg or MP4 (M4A) recording")
MOST_PARTS = 250_000
"""An hour of Opus is 180,000 packets; a file of nothing but empty parts would be walked for minutes."""


class Recording(bytearray):
    """The bytes of a recording of a `kind`; each part that is looked at is counted."""

    def __init__(self, kind: str, data: bytes) -> None:
        super().__init__(data)
        self.kind = kind
        self.parts = 0

    def look(self, at: int, parts: int = 1) -> None:
        """Count a part, or `parts` that take as long; `InvalidInput` when there are too many."""
        self.parts += parts
        if self.parts > MOST_PARTS:
            raise InvalidInput(
                mark("the {kind} recording has more than {most} parts up to byte {at}"),
                mark("make a shorter recording"),
                kind=self.kind,
                most=MOST_PARTS,
                at=at,
            )

    def damaged(self, at: int) -> InvalidInput:
        """Return the error of a recording whose structure breaks at the byte `at`."""
        return InvalidInput(mark("the {kind} recording is damaged at byte {at}"), TODO, kind=self.kind, at=at)

    def no_sound(self) -> InvalidInput:
        """Return the error of a recording without sound that browsers play."""
        return InvalidInput(
            mark("there is no sound we can play in the {kind} recording"), TODO, kind=self.kind
        )
