"""Addresses of the portal."""

from django.urls import path

from apps.portal.views import home, mailbox, need, posting, sign_in

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("mail/", mailbox.mailbox, name="mailbox"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("needs/new/", posting.need_new, name="need-new"),
    path("needs/new/step/", posting.need_step, name="need-step"),
    path("needs/<uuid:public_id>/", need.need, name="need"),
    path("needs/<uuid:public_id>/ranking/", need.need_ranking, name="need-ranking"),
    path("needs/<uuid:public_id>/submit/", need.need_submit, name="need-submit"),
    path("needs/<uuid:public_id>/rank-again/", need.need_rank_again, name="need-rank-again"),
    path("catalogue/<slug:kind>/", posting.suggestions, name="suggestions"),
]
