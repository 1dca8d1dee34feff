"""Of how many tiles a HEIC is put together, as its boxes say: before anything is decoded.

A picture of a HEIC may be made of others (a grid of tiles, layers, another one turned), of the same one as
often as it likes, and those of others again.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator

MOST_TILES = 2_000
"""51 million pixels are 195 tiles of the 512 pixels that phones take, 780 of 256."""
MOST_TILED_PIXELS = 70_000_000
"""Of all tiles: those at two edges are cut."""
_MOST_BOXES = 20_000
_DEEPEST = 4
"""How often a picture may be made of pictures: a grid that is turned is twice."""
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


class Pictures:
    """What the boxes of a HEIC say of its pictures: which are made of which, and how large they are.

    Raises
    ------
    ValueError
        They are no boxes, or so many that nobody wrote them to be read.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._boxes_seen = data, 0
        self._made_of: dict[int, list[int]] = defaultdict(list)
        self._beside: dict[int, list[int]] = defaultdict(list)
        self._has: dict[int, list[int]] = defaultdict(list)
        self._properties: list[tuple[bytes, bytes]] = []
        self._primary = 0
        metas = [(body, end) for kind, body, end in self._file() if kind == b"meta"]
        if len(metas) != 1:
            raise ValueError(f"it has {len(metas)} lists of pictures")
        try:
            self._read(*metas[0])
        except struct.error as error:
            raise ValueError("its list of pictures ends too soon") from error

    def decoded(self) -> tuple[int, int]:
        """Return how many tiles are decoded, and pixels; it stops counting where those are too many."""
        return self._decoded(self._primary, 0)

    def _decoded(self, item: int, depth: int) -> tuple[int, int]:
        if depth > _DEEPEST:
            return MOST_TILES + 1, 0
        parts = self._made_of.get(item, [])
        tiles, pixels = (0, 0) if parts else (1, self._pixels(item))
        for part in [*parts, *filter(self._is_alpha, self._beside.get(item, []))]:
            more, larger = self._decoded(part, depth + 1)
            tiles, pixels = tiles + more, pixels + larger
            if tiles > MOST_TILES or pixels > MOST_TILED_PIXELS:
                break
        return tiles, pixels

    def _pixels(self, item: int) -> int:
        sizes = [struct.unpack(">4xII", s[:12]) for kind, s in self._of(item) if kind == b"ispe"]
        return max((width * height for width, height in sizes), default=0)

    def _is_alpha(self, item: int) -> bool:
        return any(kind == b"auxC" and said[4:].startswith(_ALPHA) for kind, said in self._of(item))

    def _of(self, item: int) -> list[tuple[bytes, bytes]]:
        known = self._properties
        return [known[one - 1] for one in self._has.get(item, []) if 0 < one <= len(known)]

    def _read(self, body: int, end: int) -> None:
        data = self._data
        for kind, start, stop in self._boxes(body + 4, end):
            if kind == b"pitm":
                (self._primary,) = struct.unpack_from(">I" if data[start] else ">H", data, start + 4)
            elif kind == b"iref":
                self._read_references(start, stop)
            elif kind == b"iprp":
                for inner, first, last in self._boxes(start, stop):
                    if inner == b"ipco":
                        self._properties += [(name, data[a:b]) for name, a, b in self._boxes(first, last)]
                    elif inner == b"ipma":
                        self._read_belongings(first)

    def _read_references(self, start: int, stop: int) -> None:
        """``dimg``: a picture and what it is made of; ``auxl``: one, and whose transparency it may be."""
        number = "I" if self._data[start] else "H"
        for kind, at, _ in self._boxes(start + 4, stop):
            item, count = struct.unpack_from(f">{number}H", self._data, at)
            others = struct.unpack_from(f">{count}{number}", self._data, at + struct.calcsize(f">{number}H"))
            if kind == b"dimg":
                self._made_of[item] += others
            elif kind == b"auxl":
                for other in others:
                    self._beside[other].append(item)

    def _read_belongings(self, start: int) -> None:
        """``ipma``: a picture and the numbers of its properties, in one byte each or in two."""
        version, flags = self._data[start], self._data[start + 3]
        (entries,) = struct.unpack_from(">I", self._data, start + 4)
        at = start + 8
        item_form, bits = (">IB", 5) if version else (">HB", 3)
        for _ in range(entries):
            self._count()
            item, count = struct.unpack_from(item_form, self._data, at)
            form, mask = (f">{count}H", 0x7FFF) if flags & 1 else (f">{count}B", 0x7F)
            found = struct.unpack_from(form, self._data, at + bits)
            self._has[item] += [one & mask for one in found]
            at += bits + struct.calcsize(form)

    def _file(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield the boxes of the file; what some phones write behind them is none."""
        boxes = self._boxes(0, len(self._data))
        while True:
            try:
                yield next(boxes)
            except (StopIteration, _NoBoxError):
                return

    def _boxes(self, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield letters, first byte of the content and first after it of each box."""
        data = self._data
        while start + 8 <= end:
            self._count()
            size, body = int.from_bytes(data[start : start + 4]), start + 8
            if size == 1:
                size, body = int.from_bytes(data[start + 8 : start + 16]), start + 16
            stop = start + size if size else end
            if not body <= stop <= end:
                raise _NoBoxError(f"a box ends at byte {stop} of {end}")
            yield data[start + 4 : start + 8], body, stop
            start = stop

    def _count(self) -> None:
        self._boxes_seen += 1
        if self._boxes_seen > _MOST_BOXES:
            raise ValueError(f"it has more than {_MOST_BOXES} boxes")


class _NoBoxError(ValueError):
    """Where a box should begin is something else."""
