"""Signing in and out."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.core.api.throttling import ExactThrottle, SignInThrottle
from apps.portal.forms import SignInForm

TOO_MANY = 429


class PageAccountThrottle(ExactThrottle):
    """Guesses at one account: the same scope and the same digest as over the API, so that the two add up."""

    scope = "sign_in_account"

    def subject(self, request: Request) -> str:
        email = request._request.POST.get("username", "")
        return hashlib.sha256(email.strip().lower().encode()).hexdigest()


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "portal/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seconds = _seconds_to_wait(request)
        if not seconds:
            return super().post(request, *args, **kwargs)
        form = SignInForm(request, initial={"username": request.POST.get("username", "")})
        context = {"form": form, "wait_seconds": seconds, "next": self.get_redirect_url()}
        return TemplateResponse(
            request, self.template_name, context, status=TOO_MANY, headers={"Retry-After": str(seconds)}
        )


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        messages.success(request, _("You are signed out."))
        return response


def _seconds_to_wait(request: HttpRequest) -> int:
    """0 while the allowances of the address and of the account last; both are counted either way."""
    throttles = (SignInThrottle(), PageAccountThrottle())
    refused = [throttle for throttle in throttles if not throttle.allow_request(Request(request), APIView())]
    return max((int(throttle.wait()) or 1 for throttle in refused), default=0)
