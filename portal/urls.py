"""All addresses of the service."""

from allauth.account.views import account_inactive, logout, reauthenticate
from allauth.mfa.base.views import index as factors
from allauth.mfa.base.views import reauthenticate as reauthenticate_factor
from allauth.mfa.totp.views import activate_totp, deactivate_totp
from allauth.mfa.webauthn.views import add_webauthn, reauthenticate_webauthn
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from portal.views import (
    clerk,
    clerk_applications,
    correction_work,
    demo,
    desk_requests,
    erasing,
    following,
    health,
    holder,
    holder_requests,
    holder_steps,
    intake,
    letters,
    mail_desk,
    office,
    portability,
    public,
    queue,
    recipients,
    rectification,
    remaining_log,
    representatives,
    rights_steps,
    sign_in,
    staff_account,
    staff_data,
    transmission,
    work,
)

_PUBLIC = [
    path("", public.home, name="home"),
    path("start/", public.start, name="start"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/", public.privacy, name="privacy"),
    path("privacy/texts/<slug:kind>/", public.notice, name="notice"),
    path("paper/", public.paper, name="paper"),
    path("language/", set_language, name="set_language"),
    path("schemas/<slug:name>.json", portability.schema, name="schema"),
    path("demo/", demo.sign_ins, name="demo"),
    path("demo/messages/", demo.messages, name="demo_messages"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("recipients/key", recipients.public_key, name="recipient_key"),
    path("recipients/<slug:code>/answers", recipients.answer, name="recipient_answers"),
    path("peers/key", transmission.public_key, name="peer_key"),
    path("peers/<slug:code>/portable", transmission.receive, name="peer_portable"),
    path("follow/", following.follow, name="follow"),
    path("remaining-log/", remaining_log.remaining_log, name="remaining_log"),
]

_SIGN_IN = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("lost/", sign_in.lost, name="lost"),
    path("unlock/", staff_account.unlock, name="unlock"),
    path("unlock/code/", sign_in.unlock_code, name="unlock_code"),
    path("staff/sign-in/", staff_account.StaffLoginView.as_view(), name="account_login"),
    path("staff/sign-out/", logout, name="account_logout"),
    path("staff/closed/", account_inactive, name="account_inactive"),
    path("staff/confirm/", reauthenticate, name="account_reauthenticate"),
    path(
        "staff/second-factor/",
        staff_account.SecondFactorView.as_view(),
        name="mfa_authenticate",
    ),
    path("staff/second-factor/confirm/", reauthenticate_factor, name="mfa_reauthenticate"),
    path(
        "staff/second-factor/confirm-key/",
        reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("staff/factors/", factors, name="mfa_index"),
    path("staff/factors/needed/", staff_account.factor_needed, name="factor_needed"),
    path("staff/factors/app/", activate_totp, name="mfa_activate_totp"),
    path("staff/factors/app/remove/", deactivate_totp, name="mfa_deactivate_totp"),
    path("staff/factors/key/", add_webauthn, name="mfa_add_webauthn"),
]

_HOLDER = [
    path("me/", holder.overview, name="holder_home"),
    path("me/data/", holder.data, name="holder_data"),
    path("me/card/", holder.card, name="holder_card"),
    path("me/card/block/", holder.block, name="holder_block"),
    path("me/card/blocked/", holder.blocked, name="holder_blocked"),
    path("me/who-looked/", holder.who_looked, name="holder_log"),
    path("me/consents/", holder.consents, name="holder_consents"),
    path("me/requests/", holder_requests.requests, name="holder_requests"),
    path("me/requests/rights/", holder_requests.rights, name="rights"),
    path("me/requests/new/", holder_requests.new_request, name="new_request"),
    path("me/requests/new/<slug:step>/", holder_requests.new_request_step, name="new_request_step"),
    path("me/requests/<uuid:case_id>/", holder_requests.case, name="holder_case"),
    path("me/rights/portability/", portability.portability, name="portability"),
    path("me/letters/<uuid:letter_id>/", letters.own_letter, name="own_letter"),
    path("me/requests/<uuid:case_id>/sent/", holder_requests.sent, name="request_sent"),
    path("me/requests/<uuid:case_id>/code/", holder_requests.download_code, name="download_code"),
    path("me/requests/<uuid:case_id>/download/", holder_requests.download, name="download"),
    path("me/requests/<uuid:case_id>/transmit/", transmission.transmit, name="transmit"),
    path(
        "me/requests/<uuid:case_id>/transmit/code/",
        transmission.transmit_code,
        name="transmit_code",
    ),
    path(
        "me/requests/<uuid:case_id>/status-code/",
        following.own_status_code,
        name="own_status_code",
    ),
    path("me/requests/<uuid:case_id>/answer/", holder_steps.answer, name="answer_question"),
    path("me/requests/<uuid:case_id>/review/", holder_steps.review, name="ask_review"),
    path("me/rights/rectification/", rectification.fields, name="rectification"),
    path("me/rights/rectification/<str:step>/", rectification.field, name="rectification_step"),
    path("me/rights/statements/<uuid:item_id>/", rectification.statement, name="own_statement"),
    path("me/rights/sent/<uuid:case_id>/", rights_steps.sent, name="right_sent"),
    path("me/rights/objections/end/", rights_steps.take_back, name="take_back_objection"),
    *(
        pattern
        for slug in rights_steps.FLOWS
        for pattern in (
            path(f"me/rights/{slug}/", rights_steps.begin, {"slug": slug}, name=slug),
            path(
                f"me/rights/{slug}/<slug:step>/",
                rights_steps.step,
                {"slug": slug},
                name=f"{slug}_step",
            ),
        )
    ),
    path("me/rights/erasure/", erasing.erasure, name="erasure"),
    path("me/rights/erasure/check/", erasing.erasure_check, name="erasure_check"),
    path("me/rights/erasure/<uuid:case_id>/sent/", erasing.erasure_sent, name="erasure_sent"),
    path("me/rights/erasure/<uuid:case_id>/cancel/", erasing.erasure_cancel, name="erasure_cancel"),
]

_DESK = [
    path("desk/", clerk.desk_page, name="desk"),
    path("desk/find/", clerk.look_up, name="look_up"),
    path("desk/people/<uuid:subject_id>/", clerk.person, name="desk_person"),
    path(
        "desk/requests/<uuid:case_id>/authority/",
        representatives.authority,
        name="desk_authority",
    ),
    path(
        "desk/people/<uuid:subject_id>/representatives/",
        representatives.representatives_page,
        name="representatives",
    ),
    path(
        "desk/people/<uuid:subject_id>/representatives/<uuid:representation_id>/<slug:action>/",
        representatives.representative_act,
        name="representative_act",
    ),
    path("desk/block/", clerk.block, name="desk_block"),
    path("desk/blocked/", clerk.blocked, name="desk_blocked"),
    path("desk/applications/new/", clerk_applications.new_application, name="new_application"),
    path(
        "desk/applications/new/<slug:step>/",
        clerk_applications.application_step,
        name="application_step",
    ),
    path(
        "desk/applications/<uuid:application_id>/",
        clerk_applications.application,
        name="desk_application",
    ),
    path(
        "desk/applications/<uuid:application_id>/<slug:action>/",
        clerk_applications.application_act,
        name="application_act",
    ),
    path("desk/cards/<uuid:card_id>/<slug:action>/", clerk.card_act, name="card_act"),
    path("desk/work/", work.desk_cases, name="desk_cases"),
]

_INTAKE = [
    path("desk/requests/", desk_requests.requests, name="desk_requests"),
    path("desk/requests/new/", intake.new, name="register_request"),
    path("desk/requests/new/<slug:step>/", intake.step, name="register_step"),
    path("desk/requests/<uuid:case_id>/", desk_requests.case, name="desk_case"),
    path(
        "desk/requests/<uuid:case_id>/registered/",
        desk_requests.registered,
        name="request_registered",
    ),
    path("desk/requests/<uuid:case_id>/receipt/", desk_requests.receipt, name="desk_receipt"),
    path("desk/requests/<uuid:case_id>/package/", desk_requests.package, name="desk_package"),
    path("desk/requests/<uuid:case_id>/written/", desk_requests.written, name="desk_written"),
    path("desk/requests/<uuid:case_id>/act/", desk_requests.act, name="desk_act"),
    path("desk/requests/<uuid:case_id>/identity/", desk_requests.identity, name="desk_identity"),
    path(
        "desk/requests/<uuid:case_id>/identity/code/",
        desk_requests.identity_code,
        name="desk_identity_code",
    ),
    path(
        "desk/requests/<uuid:case_id>/files/<uuid:upload_id>/",
        desk_requests.file,
        name="desk_file",
    ),
    path("desk/mail/", mail_desk.mails, name="desk_mail"),
    path("desk/mail/<uuid:draft_id>/", mail_desk.draft, name="desk_draft"),
    path(
        "desk/mail/<uuid:draft_id>/files/<uuid:upload_id>/",
        mail_desk.file,
        name="desk_draft_file",
    ),
]

_OFFICE = [
    path("office/requests/", queue.queue_page, name="queue"),
    path("office/requests/<uuid:case_id>/retry/", queue.retry, name="retry_case"),
    path("office/figures/", queue.figures_page, name="figures"),
    path("office/figures/<slug:kind>/", queue.figures_file, name="figures_file"),
    path("office/requests/<uuid:case_id>/", office.case, name="office_case"),
    path("office/letters/<uuid:letter_id>/", letters.printed, name="office_letter"),
    path("office/letters/<uuid:letter_id>/delivered/", letters.delivered, name="letter_delivered"),
    path("office/requests/<uuid:case_id>/work/", correction_work.work, name="office_work"),
    path(
        "office/requests/<uuid:case_id>/told/<uuid:instruction_id>/",
        recipients.keep_answer,
        name="recipient_answer",
    ),
    path("office/log/", office.log_search, name="log_search"),
    path("office/integrity/", office.integrity, name="integrity"),
    path("office/retention/", office.retention_plans, name="retention_plans"),
    path("office/retention/<uuid:plan_id>/", office.retention_plan, name="retention_plan"),
    path("office/retention/<uuid:plan_id>/approve/", office.approve_plan, name="approve_plan"),
    path("work/<uuid:case_id>/", work.case, name="case_work"),
    path("work/<uuid:case_id>/question/", work.question, name="case_question"),
    path("work/<uuid:case_id>/decision/", work.decision, name="case_decision"),
    path("work/<uuid:case_id>/advice/", work.advice, name="case_advice"),
    path("work/<uuid:case_id>/extension/", work.extension, name="case_extension"),
    path("work/<uuid:case_id>/procedure/", work.procedure, name="case_procedure"),
    path(
        "work/<uuid:case_id>/procedure/answered/",
        work.procedure_answered,
        name="procedure_answered",
    ),
    path("work/<uuid:case_id>/procedure/result/", work.procedure_result, name="procedure_result"),
    path("work/<uuid:case_id>/confirm/<uuid:decision_id>/", work.confirm, name="confirm_decision"),
    path("work/<uuid:case_id>/return/<uuid:decision_id>/", work.give_back, name="return_decision"),
    path("work/<uuid:case_id>/evidence/", work.evidence, name="case_evidence"),
    path("staff/my-data/", staff_data.my_data, name="staff_data"),
    path("office/erasures/", erasing.orders, name="office_erasures"),
    path("office/erasures/release/", erasing.release, name="erasure_release"),
    path("office/erasures/<uuid:order_id>/", erasing.order, name="office_erasure"),
    path("office/erasures/<uuid:order_id>/approve/", erasing.approve, name="erasure_approve"),
    path("office/erasures/<uuid:order_id>/replan/", erasing.replan, name="erasure_replan"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_PUBLIC, *_SIGN_IN, *_HOLDER, *_DESK, *_OFFICE]
urlpatterns += _INTAKE
urlpatterns += [path("api/v1/", include("portal.api.urls"))]
