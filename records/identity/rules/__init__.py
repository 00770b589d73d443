"""Pure rules about people and the register: values in, values out."""

from records.identity.rules.assurance import (
    LEAST_ASSURANCE,
    Assurance,
    DocumentType,
    Proof,
    check_assurance,
)
from records.identity.rules.people import (
    PersonDetails,
    clean_birth_date,
    clean_details,
    clean_email,
    clean_phone,
    fold_name,
)
from records.identity.rules.register import Register, read_register
from records.identity.rules.representation import (
    Authority,
    Basis,
    Evidence,
    Gap,
    Scope,
    ends_by_age,
    find_gap,
    uses_rights_alone,
)

__all__ = [
    "LEAST_ASSURANCE",
    "Assurance",
    "Authority",
    "Basis",
    "DocumentType",
    "Evidence",
    "Gap",
    "PersonDetails",
    "Proof",
    "Register",
    "Scope",
    "check_assurance",
    "clean_birth_date",
    "clean_details",
    "clean_email",
    "clean_phone",
    "ends_by_age",
    "find_gap",
    "fold_name",
    "read_register",
    "uses_rights_alone",
]
