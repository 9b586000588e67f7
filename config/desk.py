"""What the admin looks like and how its pages are grouped."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

# Teal, a shade darker than usual, so that white words on it are easy to read.
PRIMARY = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(60% .118 184.704)",
    "600": "oklch(51.1% .096 186.391)",
    "700": "oklch(43.7% .078 188.216)",
    "800": "oklch(38.6% .063 188.416)",
    "900": "oklch(33% .055 190)",
    "950": "oklch(27.7% .046 192.524)",
}


def desk_css(request: HttpRequest) -> str:
    return static("core/desk.css")


def mark(request: HttpRequest) -> str:
    return static("portal/mark.svg")


def unfold_config(*, demo: bool) -> dict[str, Any]:
    return {
        "SITE_TITLE": "Matchmaker",
        "SITE_HEADER": "Matchmaker",
        "SITE_SUBHEADER": _("coordinator's desk"),
        "SITE_SYMBOL": "handshake",
        "SITE_URL": "/",
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": mark}],
        "SHOW_HISTORY": True,
        "SHOW_BACK_BUTTON": True,
        "ENVIRONMENT": [_("demo"), "warning"] if demo else None,
        "ENVIRONMENT_TITLE_PREFIX": "[demo]" if demo else None,
        "DASHBOARD_CALLBACK": "apps.matching.admin.dashboard.fill_dashboard",
        "STYLES": [desk_css],
        "COLORS": {"primary": PRIMARY},
        "SIDEBAR": {"show_search": True, "navigation": "config.navigation.groups"},
    }


Page = tuple[str, str]  # "app.Model" and the name of an icon
GROUPS: Iterable[tuple[Any, bool, tuple[Page, ...]]] = (
    (
        _("Matching"),
        False,
        (
            ("needs.Need", "lightbulb"),
            ("needs.NeedRevision", "history_edu"),
            ("matching.Ranking", "format_list_numbered"),
            ("matching.Match", "handshake"),
            ("matching.MatchJob", "pending_actions"),
            ("matching.Policy", "balance"),
            ("matching.PolicyComparison", "compare_arrows"),
            ("matching.ComparedNeed", "difference"),
        ),
    ),
    (
        _("Supply"),
        False,
        (
            ("facilities.Facility", "factory"),
            ("facilities.Capability", "precision_manufacturing"),
            ("facilities.Resource", "schedule"),
            ("facilities.CapacityException", "beach_access"),
            ("facilities.Hold", "event_busy"),
            ("facilities.Inquiry", "mark_email_unread"),
            ("facilities.CalendarLink", "calendar_month"),
            ("facilities.HeldCertificate", "verified"),
            ("facilities.HeldMachine", "construction"),
            ("facilities.Claim", "front_hand"),
            ("facilities.ListingRequest", "contact_support"),
            ("facilities.TwinPair", "content_copy"),
            ("facilities.Merge", "merge"),
        ),
    ),
    (
        _("Imports"),
        False,
        (
            ("exchange.ImportBatch", "upload_file"),
            ("exchange.ImportRow", "table_rows"),
            ("exchange.UnmappedTerm", "dictionary"),
            ("exchange.SourceListing", "link"),
        ),
    ),
    (
        _("History of supply"),
        True,
        (
            ("facilities.FacilityEvent", "history"),
            ("facilities.CapabilityEvent", "history"),
            ("facilities.HeldMachineEvent", "history"),
            ("facilities.HeldCertificateEvent", "history"),
            ("facilities.ResourceEvent", "history"),
            ("facilities.CapacityWeekEvent", "history"),
            ("facilities.CapacityExceptionEvent", "history"),
            ("facilities.HoldEvent", "history"),
            ("facilities.HoldWeekEvent", "history"),
        ),
    ),
    (
        _("People"),
        False,
        (
            ("networks.Network", "hub"),
            ("accounts.Organisation", "apartment"),
            ("accounts.User", "person"),
            ("knox.AuthToken", "key"),
        ),
    ),
    (
        _("Catalogue"),
        True,
        (
            ("catalog.Process", "account_tree"),
            ("catalog.ProcessRelation", "swap_horiz"),
            ("catalog.Material", "category"),
            ("catalog.Certification", "workspace_premium"),
            ("catalog.MachineModel", "settings"),
            ("catalog.ResourceKind", "hourglass_top"),
            ("catalog.WorkContent", "timer"),
            ("catalog.Stage", "stairs"),
            ("catalog.Skill", "school"),
            ("catalog.Region", "public"),
            ("catalog.TransportTime", "local_shipping"),
            ("catalog.Synonym", "translate"),
        ),
    ),
    (
        _("Service"),
        True,
        (
            ("core.AuditEntry", "receipt_long"),
            ("notices.Delivery", "outgoing_mail"),
            ("matching.SupplyChange", "sync_alt"),
            ("matching.SupplyVersion", "tag"),
            ("core.IdempotentResponse", "repeat"),
            ("core.Heartbeat", "monitor_heart"),
        ),
    ),
)
