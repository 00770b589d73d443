"""What can be done with a rights request."""

from dsar.operations.authority import end_authorities, show_authority
from dsar.operations.deciding import (
    Proposal,
    confirm_decision,
    give_advice,
    prepare_decision,
    return_decision,
)
from dsar.operations.decisions import withdraw_case
from dsar.operations.evidence import make_evidence
from dsar.operations.extensions import prepare_extension
from dsar.operations.filing import (
    ask_identity,
    doubt_identity,
    file_request,
    verify_identity,
)
from dsar.operations.fulfilment import fulfil
from dsar.operations.letters import make_letter, open_letter, print_letter, record_handed_over
from dsar.operations.linked import (
    ask_review,
    end_procedure,
    may_be_reviewed,
    note_commissioner_answered,
    open_procedure,
)
from dsar.operations.packages import (
    close_case,
    disable_package,
    download_package,
    end_packages,
    expire_packages,
    renew_package,
)
from dsar.operations.questions import answer_question, ask_question

__all__ = [
    "Proposal",
    "answer_question",
    "ask_identity",
    "ask_question",
    "ask_review",
    "close_case",
    "confirm_decision",
    "disable_package",
    "doubt_identity",
    "download_package",
    "end_authorities",
    "end_packages",
    "end_procedure",
    "expire_packages",
    "file_request",
    "fulfil",
    "give_advice",
    "make_evidence",
    "make_letter",
    "may_be_reviewed",
    "note_commissioner_answered",
    "open_letter",
    "open_procedure",
    "prepare_decision",
    "prepare_extension",
    "print_letter",
    "record_handed_over",
    "renew_package",
    "return_decision",
    "show_authority",
    "verify_identity",
    "withdraw_case",
]
