"""Who has the ball, in words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from apps.needs.models import NeedState

WHO_HAS_THE_BALL: dict[str, Promise] = {
    NeedState.DRAFT: gettext_lazy("It is a draft: nobody else sees it until you hand it in."),
    NeedState.SUBMITTED: gettext_lazy("It is with the coordinator of %(network)s, who reads it next."),
    NeedState.IN_REVIEW: gettext_lazy("The coordinator of %(network)s is reading it."),
    NeedState.NEED_INFO: gettext_lazy("It is your turn: the coordinator of %(network)s needs to know more."),
    NeedState.OPEN: gettext_lazy("The coordinator of %(network)s is working on it."),
    NeedState.MATCHED: gettext_lazy("You have been introduced to a facility."),
    NeedState.AWARDED: gettext_lazy("It is awarded; the facility begins next."),
    NeedState.IN_PRODUCTION: gettext_lazy("The facility is making it."),
    NeedState.DELIVERED: gettext_lazy("It is delivered; the coordinator of %(network)s closes it."),
    NeedState.CLOSED: gettext_lazy("It is closed. Nobody has anything left to do."),
    NeedState.WITHDRAWN: gettext_lazy("It was withdrawn. Nobody has anything left to do."),
    NeedState.EXPIRED: gettext_lazy("It expired; the coordinator of %(network)s can open it again."),
    NeedState.UNMET: gettext_lazy("Nobody was found; the coordinator of %(network)s can open it again."),
}


def ball_in_words(state: str, network: Any) -> str:
    return str(WHO_HAS_THE_BALL[state]) % {"network": network}
