"""The sentence of every refusal: what happened and what to do. Keyed by its stable code."""

from django.utils.translation import gettext_lazy as _

_INSIDE = _(
    "Something inside the service does not fit together. Nothing was changed. Tell the "
    "operator the code below."
)
_LATER = _(
    "The service cannot do this at the moment. Nothing was shown or changed. Try again in"
    " a few minutes; if it goes on, tell the operator the code below."
)

SENTENCES = {
    "access.append_only": _INSIDE,
    "access.entry_not_sealed": _(
        "This entry is not there, or is too new to be proved. Look again in a minute."
    ),
    "access.grant_cannot_travel": _INSIDE,
    "access.grant_does_not_cover": _INSIDE,
    "access.grant_expired": _(
        "This took too long, so the data was closed again. Go back and start anew."
    ),
    "access.grant_not_live": _INSIDE,
    "access.grant_refused": _INSIDE,
    "access.inside_transaction": _INSIDE,
    "access.ledger_unavailable": _LATER,
    "access.log_unavailable": _(
        "The record of look-ups cannot be written at the moment, so no data is shown. Try"
        " again in a few minutes. A card can still be blocked."
    ),
    "access.no_such_head": _("There is no such seal of the record. Choose one from the list."),
    "access.outcome_not_expected": _INSIDE,
    "access.personal_table_not_tracked": _INSIDE,
    "access.purpose_not_allowed": _(
        "Your role may not open this data for this purpose. If you need it for your work,"
        " ask your controller."
    ),
    "access.refused": _(
        "This data does not open. Ask your controller if you need it for your work."
    ),
    "access.restriction_unchanged": _(
        "The restriction is already as you want it. Nothing is to be done."
    ),
    "access.sealing_busy": _("The record is being sealed just now. Try again in a minute."),
    "access.subject_restricted": _(
        "The processing of this person’s data is restricted (GDPR 18). Only requests "
        "about rights and claims open it; ask the data protection officer."
    ),
    "access.subjects_missing": _(
        "Say whose data you need: give a card ID, or surname and date of birth."
    ),
    "access.year_not_due": _(
        "The record of this year may not be deleted yet. Look at the date in the retention plan."
    ),
    "cards.application_incomplete": _(
        "Something is missing in the application, so the card cannot be issued. Call for "
        "the missing data, then complete the application."
    ),
    "cards.application_state": _(
        "This is not possible in the application’s present state. Load the page again; "
        "somebody may have been quicker."
    ),
    "cards.application_unknown": _("There is no such application. It may have been erased."),
    "cards.card_state": _(
        "This is not possible in the card’s present state. Load the page again; somebody "
        "may have been quicker."
    ),
    "cards.card_unknown": _("There is no such card. Check the number and type it again."),
    "cards.city_mismatch_unconfirmed": _(
        "The chosen city is not the one where the application was handed in. Ask the "
        "holder which one is meant, and confirm it."
    ),
    "cards.guardian_required": _(
        "The person is under 15: a parent or guardian has to apply for them. Nothing was stored."
    ),
    "cards.holder_id_invalid": _(
        "This is not a card ID: a digit is wrong. Read it from the card again."
    ),
    "cards.holder_ids_exhausted": _LATER,
    "cards.nothing_to_replace": _(
        "There is no earlier card to replace. Choose a first card, or block the lost one first."
    ),
    "cards.notice_missing": _(
        "A card is cancelled only after a written notice to the holder. Send it first and"
        " enter its date."
    ),
    "cards.pickup_open": _(
        "The holder may still come for the card. Wait until the deadline is over."
    ),
    "cards.received_in_future": _(
        "The day of receipt lies in the future. Enter the day on which the application "
        "first arrived anywhere."
    ),
    "cards.refused": _(
        "This cannot be done with the card or application. Load the page again and check its state."
    ),
    "cards.report_unknown": _("There is no such report. It may have been erased."),
    "cards.status_without_ground": _(
        "This status says something about health and is not taken yet. Leave it out; the "
        "card is issued without it."
    ),
    "cards.validity_fixed": _(
        "The validity of an issued card never changes. Issue a new card instead."
    ),
    "cards.validity_reason_missing": _(
        "A validity other than five years needs a reason. Enter it."
    ),
    "consent.already_accepted": _("This text was accepted before. Nothing is to be done."),
    "consent.does_not_stand": _(
        "This consent is not given at the moment, so it cannot be taken back. Load the page again."
    ),
    "consent.missing": _(
        "This needs consent, and it has not been given. Leave it, or ask for consent first."
    ),
    "consent.not_a_consent_purpose": _(
        "This purpose does not rest on consent, so it cannot be given or taken back."
    ),
    "consent.notice_changed": _("A published text was changed. Publish it as a new version."),
    "consent.notice_missing": _(
        "There is no text in force in this language. Ask the controller to publish it."
    ),
    "consent.notice_not_in_force": _("A newer text is in force. Read it and decide again."),
    "consent.notice_too_soon": _(
        "The change would bind people too soon. Let it take effect two months after the "
        "announcement at the earliest."
    ),
    "consent.notice_unannounced": _(
        "The change has not been announced. Announce it first and enter the day."
    ),
    "consent.stands_already": _("This consent is given already. Load the page again."),
    "contracts.already_handed_over": _(
        "The card has left the desk, so its chip is not written again. Block it and issue"
        " a new one."
    ),
    "contracts.busy": _(
        "Somebody is working on this card just now. Try again in a minute; what was begun"
        " is finished then."
    ),
    "contracts.delivery_unknown": _("There is no such way of delivery. Choose one from the list."),
    "contracts.form_differs": _(
        "This person holds the other form of the card. The two forms are never joined; "
        "make a new application."
    ),
    "contracts.issue_running": _(
        "The card of this application is being made. Wait for it, then cancel the card instead."
    ),
    "contracts.refused": _(
        "Card and wallet together do not allow this. Load the page again and check their state."
    ),
    "contracts.subject_given": _(
        "Give the details of a new person, or choose a known one – not both."
    ),
    "crypto.bad_signature": _INSIDE,
    "crypto.cannot_open": _INSIDE,
    "crypto.index_leaks": _INSIDE,
    "crypto.no_such_leaf": _INSIDE,
    "crypto.not_a_checkpoint": _INSIDE,
    "crypto.not_a_frontier": _INSIDE,
    "crypto.unusable_key": _INSIDE,
    "documents.not_readable": _INSIDE,
    "documents.not_rendered": _(
        "The document could not be made. It is tried again by itself; come back in a while."
    ),
    "documents.seal_failed": _(
        "The document could not be sealed. It is tried again by itself; come back in a while."
    ),
    "documents.seal_not_configured": _LATER,
    "documents.unknown_template": _INSIDE,
    "dsar.bad_receipt_date": _(
        "The day of receipt cannot be read or lies in the future. Enter the true day of receipt."
    ),
    "dsar.bad_reference": _(
        "No request has this reference: a letter or digit is wrong. Check it and type it again."
    ),
    "dsar.case_has_holes": _(
        "Part of the answer is still missing, so the request is not done. It is tried "
        "again by itself."
    ),
    "dsar.case_unknown": _(
        "There is no such request, or it is not yours. Look at your list of requests."
    ),
    "dsar.identity_not_proven": _(
        "This does not show that you are the holder. Answer from the enrolled phone or "
        "e-mail address, or show the card."
    ),
    "dsar.lease_lost": _("Another worker has taken this over. Load the page again."),
    "dsar.package_damaged": _(
        "The stored package is damaged. Ask for a new one; the deadline of your request stays."
    ),
    "dsar.package_ended": _(
        "The package can no longer be opened: its seven days are over, or it was "
        "disabled. Ask for a new one on the page of your request."
    ),
    "dsar.package_unknown": _(
        "There is no such package, or it is not yours. Look at your list of requests."
    ),
    "dsar.reason_missing": _("This step needs a reason that can be told to the person. Enter it."),
    "dsar.refused": _(
        "This cannot be done with the request. Load the page again and check its state."
    ),
    "dsar.request_pending": _(
        "This person waits for an answer to a request. What it asks for is not erased "
        "until it is answered."
    ),
    "dsar.scope_unknown": _(
        "The request names a kind of data that does not exist. Choose from the list, or "
        "ask for everything."
    ),
    "dsar.step_not_possible": _(
        "This step is not possible in the request’s present state. Load the page again."
    ),
    "dsar.step_not_yours": _(
        "This step is reserved for another role: a controller decides refusals and extensions."
    ),
    "dsar.too_late_to_extend": _(
        "An extension must be told within the first month, and only once. Answer the request now."
    ),
    "dsar.undeclared_data": _INSIDE,
    "identity.assurance_too_low": _(
        "What was shown is not enough for this. Ask for the proof that the page names."
    ),
    "identity.birth_date_invalid": _(
        "Check the date of birth: it lies in the future or more than 130 years ago."
    ),
    "identity.city_unknown": _("There is no such city in the register. Choose one from the list."),
    "identity.email_invalid": _("Enter an e-mail address such as name@example.org"),
    "identity.name_invalid": _("Enter the name as it is written on a document"),
    "identity.phone_invalid": _(
        "Enter a phone number such as 041 234 567; with a country code for numbers from abroad"
    ),
    "identity.phone_not_mobile": _("Enter a mobile number: a code cannot be sent to this one"),
    "identity.phone_taken": _(
        "This number already belongs to another virtual card. Use another number, or have"
        " it unlinked first."
    ),
    "identity.point_unknown": _("There is no such registration point. Choose one from the list."),
    "identity.refused": _(
        "This cannot be done with the person’s data. Go back and check what you typed."
    ),
    "identity.register_invalid": _LATER,
    "identity.residence_invalid": _("Enter an address with street, number, postcode and place"),
    "identity.subject_exists": _(
        "This person is registered already. Open them through the look-up."
    ),
    "identity.subject_unknown": _("There is no such person, or their data has been erased."),
    "keyring.destroyed": _LATER,
    "keyring.exposed": _LATER,
    "keyring.missing": _LATER,
    "keyring.not_writable": _LATER,
    "keyring.provider_differs": _LATER,
    "keyring.provider_unavailable": _LATER,
    "keyring.refused": _LATER,
    "keyring.root_missing": _LATER,
    "keyring.still_in_use": _INSIDE,
    "keyring.unknown_key": _LATER,
    "keyring.unreadable": _LATER,
    "keyring.wrong_root": _LATER,
    "keys.destroyed": _("This data has been erased for good. Nobody can read it any more."),
    "keys.index_forbidden": _INSIDE,
    "keys.index_incomplete": _INSIDE,
    "keys.lookup_refused": _INSIDE,
    "keys.not_sealed": _INSIDE,
    "keys.plaintext_refused": _INSIDE,
    "keys.refused": _INSIDE,
    "keys.roll_unfinished": _INSIDE,
    "keys.wrong_kind": _INSIDE,
    "portal.code_expired": _(
        "This code no longer works: it is too old, was used, or was typed wrongly five "
        "times. Ask for a new one."
    ),
    "portal.code_wrong": _("The code is not right. You have %(tries_left)s more tries."),
    "portal.look_up_too_wide": _("More than one person fits. Ask for the card ID."),
    "portal.not_delivered": _("The message could not be sent yet. It is tried again by itself."),
    "portal.other_city": _(
        "This person belongs to the other city. You may block the card; for everything "
        "else send them there."
    ),
    "portal.refused": _("This cannot be done. Go back and try again."),
    "portal.task_needed": _(
        "Choose a task and look the person up first. A person opens only for a task."
    ),
    "portal.too_many_requests": _(
        "Too many codes were asked for. Wait %(minutes)s minutes, then try again, or go "
        "to a registration point."
    ),
    "refused": _("This cannot be done. Go back, check what you typed, and try again."),
    "retention.already_approved": _(
        "You have approved this plan already. A second person has to approve it as well."
    ),
    "retention.clock_jumped": _(
        "The system’s date has jumped. Have the clock checked; then a controller’s "
        "officer confirms it."
    ),
    "retention.erasure_incomplete": _INSIDE,
    "retention.lease_lost": _("Another worker has taken this over. Load the page again."),
    "retention.no_such_hold": _("There is no such hold, or it was lifted before."),
    "retention.no_such_plan": _("There is no such plan. Choose one from the list."),
    "retention.not_a_controller": _("Only a controller’s officer may order this."),
    "retention.not_approved": _(
        "Two people of the controllers have to approve the plan before it runs."
    ),
    "retention.period_over": _(
        "The time for which this data may be used is over. It is only waiting to be erased."
    ),
    "retention.plan_changed": _(
        "The plan was changed after it was made. Withdraw it and make a new one."
    ),
    "retention.plan_not_open": _(
        "The plan is not in a state in which this is possible. Load the page again."
    ),
    "retention.run_elsewhere": _(
        "The plan is being carried out just now. Wait and load the page again."
    ),
    "retention.stores_behind": _LATER,
    "retention.too_many": _(
        "The plan would erase more people than is usual. Check why; if it is right, type "
        "in the number of people."
    ),
    "retention.too_soon": _(
        "A plan is carried out seven days after it was made at the earliest. Wait."
    ),
    "retention.unknown_ground": _("Choose a ground from the list and name where it is written."),
    "wallet.authorisation_unknown": _(
        "There is no such payment here. Check the reference on the slip."
    ),
    "wallet.cash_only": _("A physical card is loaded at a point of sale with cash only."),
    "wallet.claim_stands": _(
        "The holder may still claim the rest of the money. Wait until the 60 months are over."
    ),
    "wallet.claim_too_late": _(
        "The claim came more than 60 months after validity ended. It is handled as a complaint."
    ),
    "wallet.closed": _("The wallet is closed for good. Issue a new card."),
    "wallet.differs": _INSIDE,
    "wallet.forms_differ": _("Money does not move between the physical and the virtual card."),
    "wallet.frozen": _("The money is frozen by law or by an authority. Wait until that is lifted."),
    "wallet.instrument_differs": _("This chip already belongs to another card. Use a new chip."),
    "wallet.invalid_amount": _("Enter an amount such as 12,50"),
    "wallet.invalid_fees": _("The price list asks for something that must be free. Correct it."),
    "wallet.invalid_iban": _("This account number cannot exist. Check it and type it again."),
    "wallet.invalid_key": _INSIDE,
    "wallet.invalid_limits": _INSIDE,
    "wallet.key_reused": _INSIDE,
    "wallet.not_reversible": _(
        "Only an approved payment or top-up can be reversed, and only once."
    ),
    "wallet.not_settled": _(
        "The wallet still holds money, an open payout or a freeze. Settle that first."
    ),
    "wallet.nothing_to_pay_out": _("The wallet is empty; there is nothing to pay out."),
    "wallet.payout_unknown": _("There is no such payout."),
    "wallet.refused": _("The ledger does not do this. Nothing was booked."),
    "wallet.suspected": _("A suspicion of abuse stands; a person has to settle it first."),
    "wallet.system_disturbed": _(
        "The ledger cannot be reached; nothing was booked. Try again in a few minutes."
    ),
    "wallet.terminal_may_not": _("This terminal may not do this. Use another one."),
    "wallet.terminal_unknown": _("This terminal is not known here. Ask the operator."),
    "wallet.unknown": _("There is no wallet for this card yet. Try again in a minute."),
}
