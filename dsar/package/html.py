"""The report as one HTML file that needs nothing else: no script, no other file, no network. Pure.

It is made from the same data as the PDF, so both say the same. Every text is escaped, and a
character that would steer the reader's device instead of being read is shown by its number.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STEERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\uffff\ud800-\udfff]"
)
_STYLE = """
:root{color-scheme:light dark}
body{font:1.0625rem/1.55 system-ui,sans-serif;max-width:70rem;margin:0 auto;
padding:1rem 1.25rem 4rem}
header{border-top:.5rem solid #0b5563;padding-top:1rem}
h1{font-size:2rem;line-height:1.2}h2{margin-top:2.5rem;border-bottom:2px solid #0b5563}
h3{margin-top:2rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:start;padding:.25rem 0}
th,td{text-align:start;vertical-align:top;padding:.4rem .5rem;border-bottom:1px solid #8aa0a6;
overflow-wrap:anywhere;unicode-bidi:isolate}
thead th{border-bottom:2px solid #0b5563}
dl{display:grid;grid-template-columns:minmax(9rem,15rem) 1fr;gap:.35rem 1rem}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
.note{border-inline-start:.3rem solid #0b5563;padding:.1rem 1rem}
:focus-visible{outline:3px solid #ffbf47}
@media print{nav{display:none}}
@media(max-width:40rem){dl{grid-template-columns:1fr}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html_document(*, data: Mapping[str, Any], title: str, language: str) -> bytes:
    """Return the report as one file; `data` is what the typesetter's template gets."""
    sections = data["sections"]
    links = "".join(
        f'<li><a href="#s{number}">{_text(section["title"])}</a></li>'
        for number, section in enumerate(sections, start=1)
    )
    body = "".join(_section(section, number) for number, section in enumerate(sections, start=1))
    lead = "".join(f"<p>{_text(paragraph)}</p>" for paragraph in data["lead"])
    page = (
        f'<!doctype html>\n<html lang="{_text(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)} – {_text(data['footer'])}</title>\n<style>{_STYLE}</style>\n"
        f"</head>\n<body>\n<header>\n<p>{_text(data['organisation'])}</p>\n"
        f"<p>{_text(data['kicker'])}</p>\n<h1>{_text(title)}</h1>\n"
        f"<p>{_text(data['subtitle'])}</p>\n</header>\n<main>\n"
        f"{_facts(data['facts'])}{lead}\n"
        f'<nav aria-label="{_text(data["words"]["contents"])}">'
        f"<h2>{_text(data['words']['contents'])}</h2><ul>{links}</ul></nav>\n"
        f"{body}</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _section(section: Mapping[str, Any], number: int) -> str:
    lead = "".join(f"<p>{_text(paragraph)}</p>" for paragraph in section.get("lead", ()))
    blocks = "".join(_block(block) for block in section["blocks"])
    return (
        f'<section aria-labelledby="s{number}">\n'
        f'<h2 id="s{number}">{_text(section["title"])}</h2>\n{lead}{blocks}</section>\n'
    )


def _block(block: Mapping[str, Any]) -> str:
    kind = block["kind"]
    if kind == "text":
        return "".join(f"<p>{_text(paragraph)}</p>\n" for paragraph in block["paragraphs"])
    if kind == "list":
        return f"<ul>{''.join(f'<li>{_text(item)}</li>' for item in block['items'])}</ul>\n"
    if kind == "note":
        lines = "".join(f"<p>{_text(paragraph)}</p>" for paragraph in block["paragraphs"])
        title = f"<h3>{_text(block['title'])}</h3>" if block.get("title") else ""
        return f'<div class="note">{title}{lines}</div>\n'
    if kind == "cards":
        return "".join(
            f"<h3>{_text(card['title'])}</h3>\n{_facts(card['rows'])}" for card in block["cards"]
        )
    if kind == "empty":
        return f"<p>{_text(block['text'])}</p>\n"
    return _headed(block) + (_facts(block["rows"]) if kind == "facts" else _table(block))


def _headed(block: Mapping[str, Any]) -> str:
    title = f"<h3>{_text(block['title'])}</h3>\n" if block.get("title") else ""
    summary = f"<p>{_text(block['summary'])}</p>\n" if block.get("summary") else ""
    label = f"<p><strong>{_text(block['label'])}</strong></p>\n" if block.get("label") else ""
    return title + summary + label


def _facts(rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    pairs = "".join(f"<dt>{_text(name)}</dt><dd>{_cell(value)}</dd>\n" for name, value in rows)
    return f"<dl>\n{pairs}</dl>\n"


def _table(block: Mapping[str, Any]) -> str:
    heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in block["columns"])
    rows = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        f"{''.join(f'<td>{_cell(value)}</td>' for value in row[1:])}</tr>\n"
        for row in block["rows"]
    )
    name = _text(block.get("title") or block.get("summary") or "")
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}"><table>\n'
        f"<caption>{name}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n"
        "</table></div>\n"
    )


def _cell(value: object) -> str:
    return _text("" if value is None else value) or "–"


def _text(value: object) -> str:
    """Return the text as HTML that is only read: escaped, with what steers shown by its number."""
    text = str(value)
    if not (text.isascii() and text.isprintable()):
        text = _STEERS.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    return escape(text)
