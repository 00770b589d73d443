"""Published texts as HTML. The few marks of Markdown that they use; everything else is escaped."""

import re
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_HEADING = re.compile(r"(#{1,3})\s+(.*)")
_NUMBERED = re.compile(r"\d+\.\s+")


def write_text(text: str) -> SafeString:
    """Return the text as HTML: headings, lists, tables and paragraphs."""
    blocks = [write_block(block.splitlines()) for block in re.split(r"\n\s*\n", text.strip())]
    return format_html_join("\n", "{}", ((block,) for block in blocks))


def write_block(lines: Sequence[str]) -> SafeString:
    """Return one block of lines, a heading in front of it included."""
    heading = _HEADING.match(lines[0])
    if heading:
        level = len(heading[1])
        # The level is one of three digits; the words are escaped.
        shown = format_html(f"<h{level}>{{}}</h{level}>", heading[2])
        return format_html("{}{}", shown, write_block(lines[1:])) if lines[1:] else shown
    if all(_NUMBERED.match(line) for line in lines):
        items = format_html_join("", "<li>{}</li>", [[_NUMBERED.sub("", i, 1)] for i in lines])
        return format_html("<ol>{}</ol>", items)
    if all(line.startswith("- ") for line in lines):
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", [[i[2:]] for i in lines])
        )
    if all(line.startswith("|") for line in lines):
        return _write_table(lines)
    return format_html("<p>{}</p>", " ".join(lines))


def _write_table(lines: Sequence[str]) -> SafeString:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    head = format_html_join("", '<th scope="col">{}</th>', [[cell] for cell in rows[0]])
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        [[format_html_join("", "<td>{}</td>", [[c] for c in row])] for row in rows[2:]],
    )
    return format_html(
        '<div class="table-scroll"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        head,
        body,
    )
