"""The closed lists in everyday words. Codes stay in the lower floors; sentences stand here and in
the catalogue.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import words_corrections, words_decisions, words_rights
from records.access.purposes import Action, DataCategory, LegalBasis, Purpose

ROLES = {
    "holder": _("Card holder"),
    "clerk": _("Clerk"),
    "controller": _("Controller’s officer"),
    "dpo": _("Data protection officer"),
    "terminal": _("Payment terminal"),
    "system": _("The service itself"),
}

PURPOSES = {
    Purpose.CARD_APPLICATION: _("To handle your application for a card"),
    Purpose.CARD_ADMINISTRATION: _("To look after your card"),
    Purpose.WALLET_ADMINISTRATION: _("To look after the money on your card"),
    Purpose.PAYOUT: _("To pay the rest of your money out"),
    Purpose.SIGN_IN: _("To send you a sign-in code"),
    Purpose.OWN_DATA: _("You looked at your own data"),
    Purpose.SERVICE_MESSAGE: _("To send you a message about your card"),
    Purpose.NEWS: _("To send you news you agreed to"),
    Purpose.RIGHTS_REQUEST: _("To answer your request about your data"),
    Purpose.LOG_REVIEW: _("Review of look-ups by the data protection officer"),
    Purpose.CONSENT_ADMINISTRATION: _("To record what you agreed to"),
    Purpose.RETENTION: _("To delete data whose time has passed"),
    Purpose.KEY_MAINTENANCE: _("To renew the encryption of your data"),
    Purpose.STAFF_OWN_DATA: _("Staff looking at their own data"),
}

CATEGORIES = {
    DataCategory.NAME: _("name"),
    DataCategory.RESIDENCE: _("residence"),
    DataCategory.BIRTH_DATE: _("date of birth"),
    DataCategory.CONTACT: _("phone and e-mail"),
    DataCategory.STATUS: _("special status"),
    DataCategory.CARD: _("card"),
    DataCategory.APPLICATION: _("application"),
    DataCategory.WALLET: _("money and transactions"),
    DataCategory.PAYOUT_ACCOUNT: _("bank account for payout"),
    DataCategory.CONSENT: _("consents"),
    DataCategory.CASE: _("your requests"),
    DataCategory.ACCESS_LOG: _("record of look-ups"),
    DataCategory.SIGN_IN: _("sign-in"),
    DataCategory.STAFF: _("staff"),
}

BASES = {
    LegalBasis.CONSENT: _("your consent, GDPR 6(1)(a)"),
    LegalBasis.CONTRACT: _("the contract for your card, GDPR 6(1)(b)"),
    LegalBasis.LEGAL_OBLIGATION: _("a legal obligation, GDPR 6(1)(c)"),
    LegalBasis.PUBLIC_TASK: _("a public task, GDPR 6(1)(e)"),
    LegalBasis.LEGITIMATE_INTEREST: _("a legitimate interest, GDPR 6(1)(f)"),
}

ACTIONS = {
    Action.COLLECT: _("collected"),
    Action.CONSULT: _("looked at"),
    Action.CHANGE: _("changed"),
    Action.DISCLOSE: _("handed over"),
    Action.ERASE: _("erased"),
    Action.SEARCH: _("searched"),
    Action.BLOCK: _("blocked"),
}

STATES = {
    "draft": _("Draft"),
    "incomplete": _("Incomplete"),
    "complete": _("Complete"),
    "accepted": _("Accepted"),
    "refused": _("Refused"),
    "withdrawn": _("Withdrawn"),
    "ordered": _("Ordered"),
    "issued": _("Issued"),
    "delivered": _("Delivered"),
    "active": _("Active"),
    "blocked": _("Blocked"),
    "cancelled": _("Cancelled"),
    "expired": _("Expired"),
    "destroyed": _("Destroyed"),
    "physical": _("Physical card"),
    "virtual": _("Virtual card"),
    "awaiting_pickup": _("Waiting for pickup"),
    "terms": _("General terms"),
    "privacy": _("Privacy policy"),
    "price_list": _("Price list"),
    "news": _("To send you news you agreed to"),
}

WORDS: dict[str, object] = {
    str(key.value if hasattr(key, "value") else key): text
    for table in (PURPOSES, ACTIONS, BASES, STATES)
    for key, text in table.items()
}

RETENTION: dict[str, object] = {
    "contract": _("5 years after the contract ends"),
    "no_card_issued": _("5 years after the application was refused or withdrawn"),
    "wallet": _("5 years after the contract ends"),
    "accounting": _("without your name, 10 years after the end of the year"),
    "payout_account": _("13 months after the payout"),
    "consent": _("until you withdraw it; the proof 5 years more"),
    "access_log": _("2 years after the end of the calendar year"),
    "case": _("5 years after the request is closed"),
    "package": _("7 days after it was made"),
    "sign_in": _("codes 5 minutes, sessions until you sign out or one day"),
    "job": _("until the work is done, at most 30 days"),
    "message": _("30 days after it was sent"),
    "restriction": _("as long as the data that is restricted"),
    "staff": _("5 years after the role ended"),
    "erasure_ledger": _("as long as backups live, and as long again"),
}

PLAN_STATES = {
    "made": _("waits for two approvals"),
    "approved": _("approved"),
    "running": _("is being carried out"),
    "done": _("carried out"),
    "withdrawn": _("withdrawn"),
    "planned": _("to be erased"),
    "held": _("held back"),
    "dropped": _("left out"),
    "erased": _("erased"),
}

OFFICE_PURPOSES = {
    Purpose.CARD_APPLICATION: _("Application for a card"),
    Purpose.CARD_ADMINISTRATION: _("Administration of the card"),
    Purpose.WALLET_ADMINISTRATION: _("Administration of the wallet"),
    Purpose.PAYOUT: _("Payout"),
    Purpose.SIGN_IN: _("Sign-in code"),
    Purpose.OWN_DATA: _("The holder’s own look"),
    Purpose.SERVICE_MESSAGE: _("Message about the card"),
    Purpose.NEWS: _("News by consent"),
    Purpose.RIGHTS_REQUEST: _("Rights request"),
    Purpose.LOG_REVIEW: _("Review of the record"),
    Purpose.CONSENT_ADMINISTRATION: _("Record of consents"),
    Purpose.RETENTION: _("Erasure when the time has passed"),
    Purpose.KEY_MAINTENANCE: _("Renewal of encryption"),
    Purpose.STAFF_OWN_DATA: _("One’s own data as staff"),
}
"""The purposes as staff read them; holders read PURPOSES."""

CASE_WORDS = {
    "delivered": _("Answered"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
    "sign_in": _("signed in"),
    "computer": _("on a computer"),
    "received": _("Received"),
    "identity_pending": _("Waiting for proof of identity"),
    "verified": _("Identity confirmed"),
    "in_work": _("In work"),
    "question_asked": _("We asked you a question"),
    "extended": _("Extended"),
    "decided": _("Decided"),
    "closed": _("Closed"),
    "granted": _("granted"),
    "partial": _("partly granted"),
    "case:request:received": _("Request received"),
    "case:identity:asked": _("Proof of identity asked for"),
    "case:identity:verified": _("Identity confirmed"),
    "case:identity:doubted": _("Doubt about identity"),
    "case:work:started": _("Work started"),
    "case:question:asked": _("Question asked"),
    "case:question:answered": _("Question answered"),
    "case:decision:granted": _("Request granted"),
    "case:decision:partly_granted": _("Request partly granted"),
    "case:decision:refused": _("Request refused"),
    "case:decision:withdrawn": _("Request withdrawn"),
    "case:answer:delivered": _("Answer handed over"),
    "case:request:closed": _("Request closed"),
    "package:collection:failed": _("A part could not be collected yet"),
    "package:file:requested": _("Package ordered"),
    "package:file:sealed": _("Package ready and sealed"),
    "package:file:downloaded": _("Package downloaded"),
    "package:file:disabled": _("Package disabled"),
    "package:file:expired": _("Package expired"),
    "portal": _("on the web"),
    "email": _("by e-mail"),
    "letter": _("by letter"),
    "post": _("by post"),
    "counter": _("at the counter"),
    "phone": _("by phone"),
}
CASE_WORDS |= words_rights.CASE_WORDS
CASE_WORDS |= words_decisions.CASE_WORDS
CASE_WORDS |= words_corrections.CASE_WORDS
WORDS.update({key: text for key, text in CASE_WORDS.items() if key not in WORDS})

OTHER_WORDS = {
    "payment": _("Payment"),
    "top_up": _("Top-up"),
    "reversal": _("Reversal"),
    "payout": _("Payout"),
    "payout_settled": _("Payout carried out"),
    "transfer_out": _("Transfer to another card"),
    "transfer_in": _("Transfer from another card"),
    "unclaimed": _("Booked as unclaimed"),
    "first": _("first card"),
    "renewal": _("new card after expiry"),
    "replacement": _("replacement of a lost or cancelled card"),
    "special_status": _("special status"),
    "pickup": _("personal pickup"),
    "submit": _("handed in"),
    "supplement": _("completed"),
    "accept": _("accepted"),
    "issue": _("issued"),
    "order": _("ordered"),
    "call_for_pickup": _("called for pickup"),
    "deliver": _("delivered"),
    "activate": _("put into use"),
    "block": _("blocked"),
    "unblock": _("unblocked"),
    "cancel": _("cancelled"),
    "loss": _("lost"),
    "theft": _("stolen"),
    "abuse": _("used by somebody else"),
    "damage": _("damaged"),
    "given": _("given"),
    "access": _("access to data"),
    "unlock": _("to continue where you were"),
    "download": _("to download your data"),
}
WORDS.update({key: text for key, text in OTHER_WORDS.items() if key not in WORDS})

FIELDS = {
    "given_name": _("given name"),
    "family_name": _("surname"),
    "residence": _("permanent or temporary residence"),
    "birth_date": _("date of birth"),
    "phone": _("mobile number"),
    "email": _("e-mail address"),
    "contact": _("a contact: mobile number or e-mail address"),
    "my_city": _("my city"),
    "terms": _("signature under the terms, privacy policy and price list"),
    "delivery_method": _("way of delivery"),
    "delivery_point": _("registration point where the card will be collected"),
    "purpose": _("purpose of the application"),
    "status_data": _("kind of evidence for the special status"),
}

VALUES: dict[str, dict[int, Promise]] = {
    "assurance": {
        0: _("as declared"),
        1: _("contact proven"),
        2: _("document seen"),
        3: _("electronic identity"),
    },
}
"""What numbers of a column mean."""

ERASURE_PARTS = words_rights.ERASURE_PARTS
ERASURE_STATES = words_rights.ERASURE_STATES
ERASURE_WAITS = words_rights.ERASURE_WAITS
