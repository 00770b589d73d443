"""Refusals of packages and of carrying data away."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "dsar.unsafe_file_name": _(
        "A file in the package bears a name that is not allowed. Nothing was written. Ask for a "
        "new package."
    ),
}
