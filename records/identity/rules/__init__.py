"""Pure rules about people and the register: values in, values out."""

from records.identity.rules.assurance import (
    LEAST_ASSURANCE,
    Assurance,
    DocumentType,
    Proof,
    check_assurance,
    proves_holder,
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

__all__ = [
    "LEAST_ASSURANCE",
    "Assurance",
    "DocumentType",
    "PersonDetails",
    "Proof",
    "Register",
    "check_assurance",
    "clean_birth_date",
    "clean_details",
    "clean_email",
    "clean_phone",
    "fold_name",
    "proves_holder",
    "read_register",
]
