"""Tags and filters of our pages: fields, navigation, dates and money as people write them here."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.urls import reverse

from portal import words, writing
from portal.forms import error_links
from portal.navigation import BELONGS, items_for
from records.access.purposes import DataCategory
from records.cards.rules import format_holder_id

register = template.Library()


@register.inclusion_tag("portal/parts/field.html")
def field(bound: BoundField, *, heading: bool = False) -> dict[str, Any]:
    """Show one field: label or legend, hint, error, input; with `heading` the label is the page's
    h1.
    """
    widget = bound.field.widget
    ids = []
    if bound.help_text:
        ids.append(f"{bound.auto_id}_hint")
    if bound.errors:
        ids.append(f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(ids)} if ids else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        kind = "checks"
    elif isinstance(widget, forms.RadioSelect):
        kind = "radios"
    elif isinstance(widget, forms.CheckboxInput):
        kind = "check"
    else:
        kind = "input"
    shown = bound.as_widget(attrs=attrs) if kind == "input" else ""
    return {
        "field": bound,
        "kind": kind,
        "widget": shown,
        "describedby": " ".join(ids),
        "as_heading": heading,
    }


@register.simple_tag(takes_context=True)
def page_errors(context: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the errors of the page for its summary and title: the view's own, or those of its
    form.
    """
    if context.get("errors"):
        return list(context["errors"])
    form = context.get("form")
    return error_links(form) if isinstance(form, forms.BaseForm) and form.is_bound else []


@register.inclusion_tag("portal/parts/nav.html", takes_context=True)
def navigation(context: Mapping[str, Any]) -> dict[str, Any]:
    """Show the navigation of the role."""
    request = context.get("request")
    path = request.path if request else ""
    entries = [
        {"label": label, "url": reverse(name), "name": name}
        for name, label in items_for(context.get("person"))
    ]
    home = {name for start, name in BELONGS if path.startswith(start)}
    fitting = [e for e in entries if e["name"] in home] or [
        e for e in entries if path.startswith(e["url"])
    ]
    best = max((e["url"] for e in fitting), key=len, default=None)
    return {"items": [entry | {"current": entry["url"] == best} for entry in entries]}


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a date: `5. 2. 2027`."""
    return writing.write_day(value) if value else "–"


@register.filter
def moment(value: datetime | None) -> str:
    """Write a date and time: `5. 2. 2027, 14.07`."""
    return writing.write_moment(value) if value else "–"


@register.filter
def money(minor: int | None) -> str:
    """Write an amount of cents: `12,50 EUR`."""
    return "–" if minor is None else writing.write_money(minor)


register.filter("role_name", writing.role_name)
register.filter("city_name", writing.city_name)
register.filter("word", writing.word)
register.filter("case_word", writing.case_word)


@register.filter
def erasure_state(code: str) -> str:
    """Write where an erasure stands."""
    return str(words.ERASURE_STATES.get(code, code))


@register.filter
def erasure_wait(code: str) -> str:
    """Write what an erasure waits for."""
    return str(words.ERASURE_WAITS.get(code, code))


@register.filter
def short(value: object) -> str:
    """Write the first eight signs of a long identifier."""
    return str(value)[:8]


@register.filter
def card_id(value: str) -> str:
    """Write a card ID as it is printed: in groups of four."""
    return format_holder_id(str(value))


@register.filter
def organisation_name(code: str) -> str:
    """Write the name of an organisation of the register, the code where it is not in it."""
    return writing.organisation_name(code)


@register.filter
def category(code: str) -> str:
    """Write a kind of data in everyday words."""
    return str(words.CATEGORIES[DataCategory(code)])


@register.filter
def retention_rule(code: str) -> str:
    """Write a retention rule in everyday words."""
    return str(words.RETENTION[code])


@register.filter
def plan_state(code: str) -> str:
    """Write the state of a retention plan, or of a line in it."""
    return str(words.PLAN_STATES[code])


@register.filter
def field_name(code: str) -> str:
    """Write the name of a field of the application."""
    return str(words.FIELDS[code])
