"""The mails that listings send, each once."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import ROLES_THAT_WRITE, User
from apps.facilities.models import Claim, ClaimDecision, Facility, HeldCertificate, ListingRequest, RequestState
from apps.notices.services import queue_mail


def address_of(path: str) -> str:
    site: str = settings.SITE_URL
    return site.rstrip("/") + path


def listing_address(facility: Facility) -> str:
    return address_of(f"/facilities/{facility.public_id}/")


def desk_address(facility: Facility) -> str:
    return address_of(reverse("admin:facilities_facility_change", args=[facility.pk]))


def tell_coordinators_of_claim(claim: Claim) -> None:
    subject = _("%(organisation)s claims %(facility)s") % _names(claim)
    text = _("%(organisation)s says that it runs %(facility)s. Approve or deny it at your desk:") % _names(claim)
    for user in coordinators_of(claim.facility):
        queue_mail(
            kind="claim-made",
            key=f"claim-made:{claim.public_id}:{user.public_id}",
            user=user,
            subject=subject,
            text=f"{text}\n\n{desk_address(claim.facility)}\n",
        )


def tell_claimer(claim: Claim) -> None:
    """What was decided, with the reason. Nobody is told where nobody knows who claimed."""
    if claim.claimed_by is None:
        return
    subject, first = {
        ClaimDecision.APPROVED: (
            _("%(facility)s is yours to keep up to date"),
            _("Your claim was approved: %(organisation)s runs %(facility)s."),
        ),
        ClaimDecision.DENIED: (
            _("Your claim of %(facility)s was denied"),
            _("Your claim of %(facility)s for %(organisation)s was denied. You may claim again."),
        ),
        ClaimDecision.REVOKED: (
            _("%(facility)s is no longer yours"),
            _("The claim of %(facility)s by %(organisation)s was revoked."),
        ),
    }[ClaimDecision(claim.state)]
    reason = claim.revoked_reason if claim.state == ClaimDecision.REVOKED else claim.reason
    parts = [first % _names(claim), _("Reason: %s") % reason if reason else "", listing_address(claim.facility)]
    queue_mail(
        kind=f"claim-{claim.state}",
        key=f"claim-{claim.state}:{claim.public_id}",
        user=claim.claimed_by,
        subject=subject % _names(claim),
        text="\n\n".join(part for part in parts if part) + "\n",
    )


def tell_coordinators_of_request(request: ListingRequest) -> None:
    words = {"kind": request.get_kind_display(), "facility": request.facility.name}
    for user in coordinators_of(request.facility):
        queue_mail(
            kind="listing-request",
            key=f"listing-request:{request.public_id}:{user.public_id}",
            user=user,
            subject=_("A %(kind)s of %(facility)s is asked for") % words,
            text=f"{request.words}\n\n{desk_address(request.facility)}\n",
        )


def tell_asker(request: ListingRequest) -> None:
    granted = request.state == RequestState.GRANTED
    words = {"kind": request.get_kind_display(), "facility": request.facility.name}
    sentence = (
        _("The %(kind)s of %(facility)s was made.") if granted else _("The %(kind)s of %(facility)s was refused.")
    )
    to = {"user": request.asked_by} if request.asked_by else {"address": request.email}
    if not any(to.values()):
        return
    queue_mail(
        kind="listing-answer",
        key=f"listing-answer:{request.public_id}",
        subject=sentence % words,
        text="\n\n".join(part for part in (sentence % words, request.reason) if part) + "\n",
        **to,
    )


def warn_of_expiry(certificate: HeldCertificate, expires: date, *, days: int, today: date) -> None:
    """To those who keep the listing, or to its coordinators where nobody does."""
    facility = certificate.facility
    words = {
        "certificate": certificate.certification.name,
        "facility": facility.name,
        "day": date_format(expires, "j F Y"),
        "left": (expires - today).days,
    }
    for user in writers_of(facility) or coordinators_of(facility):
        queue_mail(
            kind="certificate-expires",
            key=f"certificate-expires:{certificate.public_id}:{expires}:{days}:{user.public_id}",
            user=user,
            subject=_("%(certificate)s of %(facility)s expires on %(day)s") % words,
            text=_(
                "In %(left)s days %(certificate)s of %(facility)s stops counting: from then on it is not held. "
                "Hand in the new one:"
            )
            % words
            + f"\n\n{listing_address(facility)}\n",
        )


def writers_of(facility: Facility) -> list[User]:
    if facility.operator is None:
        return []
    members = facility.operator.memberships.filter(role__in=ROLES_THAT_WRITE, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("pk")]


def coordinators_of(facility: Facility) -> list[User]:
    serving = User.objects.filter(coordinated__network__facilities=facility, is_active=True)
    return list(serving.distinct().order_by("pk"))


def _names(claim: Claim) -> dict[str, str]:
    return {"organisation": claim.organisation.name, "facility": claim.facility.name}
