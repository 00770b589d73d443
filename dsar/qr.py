"""Pictures to be scanned. Pure."""

import io

import segno


def follow_address(address: str, reference: str, code: str) -> str:
    """Return the address in the picture. What follows the # never leaves the visitor's device: it
    stands in no log.
    """
    return f"{address}#{reference}/{code}"


def qr_svg(text: str) -> str:
    """Return a QR code as SVG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=2)
    return out.getvalue().decode()
