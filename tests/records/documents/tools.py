"""The judges from outside: poppler and qpdf."""

import io
import shutil
import subprocess
import tempfile

import pypdf
import pytest


def require(program: str) -> None:
    """Skip the test where the program is not installed; in CI that is a failure."""
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}")


def text_of(pdf: bytes) -> str:
    """Return the text as poppler reads it, in layout order."""
    require("pdftotext")
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def run_on(pdf: bytes, *command: str) -> tuple[int, str]:
    """Run a program on the PDF in a file; return its exit code and what it printed."""
    require(command[0])
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run([*command, file.name], capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def pdfsig(pdf: bytes) -> str:
    """Return what poppler says about the seal."""
    return run_on(pdf, "pdfsig")[1]


def qpdf_is_clean(pdf: bytes) -> bool:
    """Return whether qpdf finds no error."""
    code, said = run_on(pdf, "qpdf", "--check")
    return code == 0 and "No syntax or stream encoding errors found" in said


def attachments_of(pdf: bytes) -> dict[str, bytes]:
    """Return the attachments by name."""
    return {name: parts[0] for name, parts in pypdf.PdfReader(io.BytesIO(pdf)).attachments.items()}


def reader_of(pdf: bytes) -> pypdf.PdfReader:
    """Return pypdf's view of the file."""
    return pypdf.PdfReader(io.BytesIO(pdf))


def changed(pdf: bytes, position: int) -> bytes:
    """Return the file with one bit flipped."""
    copy = bytearray(pdf)
    copy[position] ^= 1
    return bytes(copy)


def metadata_of(pdf: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the XMP packet and the information dictionary."""
    reader = reader_of(pdf)
    return reader.root_object["/Metadata"].get_object().get_data(), dict(reader.metadata or {})
