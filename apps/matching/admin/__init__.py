"""Jobs, policies and their comparisons, rankings and matches; the ranking on the page of a need; the dashboard."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.matching.admin.comparisons import ComparedNeedAdmin, PolicyComparisonAdmin
from apps.matching.admin.jobs import MatchJobAdmin, SupplyChangeAdmin, SupplyVersionAdmin
from apps.matching.admin.needs import NeedWithRankingAdmin
from apps.matching.admin.policies import PolicyAdmin
from apps.matching.admin.rankings import MatchAdmin, RankingAdmin

admin.site.index_title = _("Overview")
admin.site.index_template = "matching/admin/dashboard.html"

__all__ = [
    "ComparedNeedAdmin",
    "MatchAdmin",
    "MatchJobAdmin",
    "NeedWithRankingAdmin",
    "PolicyAdmin",
    "PolicyComparisonAdmin",
    "RankingAdmin",
    "SupplyChangeAdmin",
    "SupplyVersionAdmin",
]
