"""The contact that can go while the contract runs: one is needed, no second (T4.1.4a, T5.1.5b)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from records.access.grants import Grant
from records.access.partial import ErasablePart, Traces
from records.access.purposes import CardForm, DataCategory, Store
from records.access.registry import SubjectContext
from records.identity.errors import LastContact
from records.identity.models import DataSubject
from records.keys.cells import hex_of
from records.keys.queries import reveal_values

PHONE = ErasablePart("identity.phone", "identity.DataSubject", ("phone",))
EMAIL = ErasablePart("identity.email", "identity.DataSubject", ("email",))


class SpareContact:
    """What the source of identity offers as parts."""

    parts: tuple[ErasablePart, ...] = (PHONE, EMAIL)

    def preview(
        self,
        grant: Grant,
        context: SubjectContext,
        now: datetime,  # noqa: ARG002  # the ErasesInPart protocol's signature
    ) -> Mapping[str, int]:
        """Return the contacts that can be spared: one is needed (T4.1.4a), and for a virtual card
        the phone (T5.1.5a, C7).
        """
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONTACT)
        row = DataSubject.objects.filter(pk=context.subject_id).first()
        if row is None or row.phone is None:
            return {}
        if row.form == CardForm.VIRTUAL.value:
            return {EMAIL.code: int(row.email is not None)}
        return {PHONE.code: 1, EMAIL.code: 1} if row.email is not None else {EMAIL.code: 0}

    def traces(
        self,
        grant: Grant,
        context: SubjectContext,
        parts: Collection[str],
        now: datetime,  # noqa: ARG002  # the ErasesInPart protocol's signature
    ) -> Traces:
        """Return the contact in plain, its cell and its index value."""
        rows = list(DataSubject.objects.filter(pk=context.subject_id))
        names = [part.columns[0] for part in self.parts if part.code in parts]
        if not rows or not names:
            return Traces()
        (row,) = rows
        values = reveal_values(grant, rows, names)[0]
        found: list[str] = []
        for name, value in zip(names, values, strict=True):
            if value is None:
                continue
            found += [str(value), hex_of(getattr(row, name))]
            index = {f"{name}_index": getattr(row, f"{name}_index")}
            # Who shares an address with somebody else leaves that person's index value behind.
            if not DataSubject.objects.filter(**index).exclude(pk=row.pk).exists():
                found.append(str(int(index[f"{name}_index"])))
        return Traces(tuple(found))

    def erase_columns(
        self,
        grant: Grant,
        context: SubjectContext,
        parts: Collection[str],
        now: datetime,  # the ErasesInPart protocol's signature
    ) -> Mapping[str, int]:
        """Empty a contact and its index value; raises LastContact where none would be left."""
        grant.require(Store.IDENTITY, context.subject_id, DataCategory.CONTACT)
        changed: dict[str, int] = {}
        for part in (part for part in self.parts if part.code in parts):
            name = part.columns[0]
            there = DataSubject.objects.filter(pk=context.subject_id, **{f"{name}__isnull": False})
            spare = self.preview(grant, context, now)
            if there.exists() and part.code not in spare:
                raise LastContact(part=part.code)
            changed[part.code] = there.update(**{name: None, f"{name}_index": None})
        return changed
