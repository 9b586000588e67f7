"""Addresses of the portal."""

from django.urls import path

from apps.portal.views import (
    answers,
    capacity,
    claiming,
    evidence,
    home,
    imports,
    listing,
    mailbox,
    manifests,
    need,
    posting,
    sign_in,
)

app_name = "portal"
FACILITY = "facilities/<uuid:public_id>"
CERTIFICATE = f"{FACILITY}/certificates/<uuid:certificate_id>"

urlpatterns = [
    path("", home.home, name="home"),
    path("mail/", mailbox.mailbox, name="mailbox"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("needs/new/", posting.need_new, name="need-new"),
    path("needs/new/manifest/", manifests.need_manifest, name="need-manifest"),
    path("needs/new/step/", posting.need_step, name="need-step"),
    path("needs/<uuid:public_id>/", need.need, name="need"),
    path("needs/<uuid:public_id>/ranking/", need.need_ranking, name="need-ranking"),
    path("needs/<uuid:public_id>/submit/", need.need_submit, name="need-submit"),
    path("needs/<uuid:public_id>/rank-again/", need.need_rank_again, name="need-rank-again"),
    path("facilities/new/", claiming.register, name="facility-new"),
    path("facilities/claim/", claiming.claimable, name="facility-claimable"),
    path("facilities/invited/<str:invitation>/", claiming.invited, name="facility-invited"),
    path(f"{FACILITY}/", listing.facility, name="facility"),
    path(f"{FACILITY}/claim/", claiming.claim, name="facility-claim"),
    path(f"{FACILITY}/ask/", claiming.ask, name="facility-ask"),
    path(f"{FACILITY}/site/", listing.site, name="facility-site"),
    path(f"{FACILITY}/contact/", listing.contact, name="facility-contact"),
    path(f"{FACILITY}/state/", listing.state, name="facility-state"),
    path(f"{FACILITY}/add/<slug:what>/", listing.find, name="facility-find"),
    path(f"{FACILITY}/tick/", listing.tick, name="facility-tick"),
    path(f"{FACILITY}/no-gos/", listing.no_go, name="facility-no-go"),
    path(f"{FACILITY}/remove/<slug:kind>/<str:key>/", listing.remove, name="facility-remove"),
    path(f"{FACILITY}/lines/<uuid:line_id>/", listing.line, name="facility-line"),
    path(f"{FACILITY}/imports/", imports.imports, name="facility-imports"),
    path(f"{FACILITY}/imports/<uuid:import_id>/", imports.facility_import, name="facility-import"),
    path(f"{FACILITY}/imports/<uuid:import_id>/<slug:verb>/", imports.import_step, name="facility-import-step"),
    path("templates/<str:file_name>/", imports.template, name="template"),
    path(f"{FACILITY}/certificates/new/", evidence.certificate_new, name="certificate-new"),
    path(f"{CERTIFICATE}/", evidence.certificate, name="certificate"),
    path(f"{CERTIFICATE}/document/", evidence.document, name="certificate-document"),
    path(f"{CERTIFICATE}/document/new/", evidence.document_new, name="certificate-document-new"),
    path(f"{CERTIFICATE}/document/remove/", evidence.document_remove, name="certificate-document-remove"),
    path(f"{FACILITY}/capacity/", capacity.capacity, name="capacity"),
    path(f"{FACILITY}/capacity/still-true/", capacity.still_true, name="capacity-still-true"),
    path(f"{FACILITY}/capacity/exceptions/", capacity.exception_new, name="capacity-exceptions"),
    path(
        f"{FACILITY}/capacity/exceptions/<uuid:exception_id>/clear/",
        capacity.exception_clear,
        name="capacity-exception-clear",
    ),
    path(f"{FACILITY}/capacity/week/", capacity.week, name="capacity-week"),
    path(f"{FACILITY}/capacity/table/", capacity.table, name="capacity-table"),
    path(f"{FACILITY}/capacity/table.csv", capacity.table_file, name="capacity-table-file"),
    path(f"{FACILITY}/capacity/calendar/", capacity.calendar_link, name="capacity-calendar"),
    path("answers/thanks/", answers.done, name="answers-done"),
    path("answers/<str:token>/", answers.answers, name="answers"),
    path("catalogue/<slug:kind>/", posting.suggestions, name="suggestions"),
]
