"""Reads PDFs with programs of others: their text as a reader sees it, their QR codes as a camera does."""

from __future__ import annotations

import pypdfium2
import zxingcpp

PIXELS_PER_POINT = 2.0


def pages(pdf: bytes) -> list[str]:
    """The text of each page, in one line."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return texts


def qr_codes(pdf: bytes) -> list[list[str]]:
    """What the QR codes of each page hold, from the page drawn as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        picture = page.render(scale=PIXELS_PER_POINT).to_numpy()
        codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        found.append([code.text for code in codes])
    document.close()
    return found
