"""Making text from strangers harmless to read: what is hidden is shown, HTML becomes plain text.
Pure.
"""

import re
import unicodedata
from html.parser import HTMLParser

_KEPT = frozenset("\n\t\u200c\u200d")
"""Line breaks, and the joiners without which some scripts and emoji fall apart."""
_DROPPED = frozenset("\u00ad\ufeff")
"""Soft hyphens and byte order marks: mail programs strew them."""
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn", "Zl", "Zp"})
MOST_HTML = 1_000_000
_BLANK = re.compile(r"[ \t\u00a0]+")
_GAPS = re.compile(r"\n{3,}")


def show_hidden(text: str) -> str:
    """Return the text with control, direction and other invisible characters written out:
    `⟨U+202E⟩`.
    """
    return "".join(_shown(sign) for sign in text.replace("\r\n", "\n").replace("\r", "\n"))


def show_line(text: str, *, most: int = 300) -> str:
    """Return the text on one line: what would break it (an injected header) is written out."""
    return show_hidden(text).strip().replace("\n", "⟨U+000A⟩").replace("\t", " ")[:most]


def _shown(sign: str) -> str:
    if sign in _KEPT:
        return sign
    if sign in _DROPPED:
        return ""
    kind = unicodedata.category(sign)
    if kind == "Cs":
        return "\ufffd"
    return f"⟨U+{ord(sign):04X}⟩" if kind in _HIDDEN else sign


_SKIPPED = frozenset({"script", "style", "head", "template", "noscript", "svg", "math", "object"})
_BLOCKS = frozenset(
    (
        *("p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("hr", "blockquote", "pre", "section", "article", "header", "footer", "dl", "dt", "dd"),
        *("form", "fieldset", "address", "figure"),
    )
)


class _Reader(HTMLParser):
    """Collects the words of a page; scripts, styles and everything to be loaded are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping: list[str] = []
        self._link: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break lines where a browser would; note where a link leads."""
        if tag in _SKIPPED:
            self._skipping.append(tag)
            return
        if self._skipping:
            return
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        elif tag in {"td", "th"}:
            self.parts.append("  ")
        elif tag == "a":
            self._link.append(given.get("href", "").strip())
        elif tag == "img" and given.get("alt", "").strip():
            self.parts.append(f"[{given['alt'].strip()}]")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handle `<br/>` as `<br>`: nothing stays open."""
        if tag not in _SKIPPED:
            self.handle_starttag(tag, attrs)
            if tag == "a":
                self._link.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close what was skipped, and write where a link led: what is shown may lie."""
        if tag in self._skipping:
            del self._skipping[self._skipping.index(tag) :]
        elif self._skipping:
            return
        elif tag == "a" and self._link:
            target = self._link.pop()
            if target.lower().startswith(("http:", "https:", "mailto:")):
                self.parts.append(f" <{target}>")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._skipping:
            self.parts.append(_BLANK.sub(" ", data.replace("\n", " ").replace("\r", " ")))


def read_html(html: str) -> str:
    """Return the words of an HTML message as plain text; nothing of it is executed or loaded."""
    reader = _Reader()
    reader.feed(html[:MOST_HTML])
    reader.close()
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def join_flowed(text: str, *, delete_space: bool) -> str:
    """Return text of format=flowed with its paragraphs whole again (RFC 3676)."""
    done: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        flows = bare.endswith(" ") and bare != "-- "
        content = bare[:-1] if flows and delete_space else bare
        if open_depth == depth and done and bare != "-- ":
            done[-1] += content
        else:
            done.append((">" * depth + " " if depth else "") + content)
        open_depth = depth if flows else None
    return "\n".join(done)
