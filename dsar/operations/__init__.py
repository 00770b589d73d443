"""What can be done with a rights request."""

from dsar.operations.authority import end_authorities, show_authority
from dsar.operations.decisions import (
    answer_question,
    ask_question,
    extend_case,
    refuse_case,
    withdraw_case,
)
from dsar.operations.filing import (
    ask_identity,
    doubt_identity,
    file_request,
    verify_identity,
)
from dsar.operations.fulfilment import fulfil
from dsar.operations.letters import make_letter, open_letter, print_letter, record_handed_over
from dsar.operations.packages import (
    close_case,
    disable_package,
    download_package,
    end_packages,
    expire_packages,
    renew_package,
)

__all__ = [
    "answer_question",
    "ask_identity",
    "ask_question",
    "close_case",
    "disable_package",
    "doubt_identity",
    "download_package",
    "end_authorities",
    "end_packages",
    "expire_packages",
    "extend_case",
    "file_request",
    "fulfil",
    "make_letter",
    "open_letter",
    "print_letter",
    "record_handed_over",
    "refuse_case",
    "renew_package",
    "show_authority",
    "verify_identity",
    "withdraw_case",
]
