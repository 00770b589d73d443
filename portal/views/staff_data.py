"""A member of staff and their own data."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal import words
from portal.clock import read_clock
from portal.models import StaffRole
from portal.roles import staff_only
from portal.usecases import staff_data
from portal.writing import city_name, organisation_name, role_name


@staff_only(*StaffRole)
@require_http_methods(["GET", "POST"])
def my_data(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Show what is kept about the signed-in member of staff; hand over a sealed copy on POST."""
    now = read_clock()
    if request.method == "POST":
        name, sealed = staff_data.reveal_staff_copy(
            staff=request.staff, language=request.LANGUAGE_CODE, now=now
        )
        return _attached(name, sealed.pieces)
    found = staff_data.reveal_staff_data(staff=request.staff, now=now)
    groups = [
        {
            "title": section.table.label,
            "rows": [
                [
                    (columns.get(name, name), _write(name, value))
                    for name, value in record.values.items()
                ]
                for record in section.records
            ],
        }
        for section in found.sections
        for columns in [{column.name: column.label for column in section.table.personal()}]
    ]
    acts = [
        {
            "line": line,
            "purpose": words.OFFICE_PURPOSES.get(line.purpose, "") if line.purpose else "",
            "action": words.ACTIONS.get(line.action, line.action.value),
        }
        for line in found.acts
    ]
    context = {"groups": groups, "acts": acts, "most": staff_data.SHOWN_ACTS}
    return render(request, "portal/staff/my_data.html", context)


def _write(name: str, value: object) -> object:
    writers = {
        "role": role_name,
        "city": city_name,
        "organisation": organisation_name,
        "registration_point": organisation_name,
    }
    return writers[name](str(value)) if value and name in writers else value


def _attached(name: str, pieces: Iterable[bytes]) -> StreamingHttpResponse:
    kind = "application/zip" if name.endswith(".zip") else "application/pdf"
    response = StreamingHttpResponse(pieces, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
