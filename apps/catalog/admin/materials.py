"""Materials and certifications."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.catalog.admin.base import CatalogueAdmin, SearchedByPhrase, SynonymInline
from apps.catalog.models import Certification, Material
from apps.core.admin import linked


class MaterialSynonyms(SynonymInline):
    fk_name = "material"


class CertificationSynonyms(SynonymInline):
    fk_name = "certification"


@admin.register(Material)
class MaterialAdmin(SearchedByPhrase, CatalogueAdmin):
    phrase_path = "synonyms__text"
    list_display = ("name", "slug", "level", linked("parent", _("kind of")), "density_g_cm3")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("name", "slug", "parent__name")
    search_help_text = _("a name or any word that people use for it")
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "parent", "level", "density_g_cm3", "watch_out")}),
        (_("Where it comes from"), {"fields": ("basis", "edited_here", "created_at", "updated_at")}),
    )
    inlines = (MaterialSynonyms,)


@admin.register(Certification)
class CertificationAdmin(SearchedByPhrase, CatalogueAdmin):
    phrase_path = "synonyms__text"
    list_display = ("name", "slug", "scope", "expires", "typical_validity_months")
    list_filter = ("scope", "expires")
    search_fields = ("name", "slug", "demanded_by")
    search_help_text = _("a name, a standard's number or who demands it")
    autocomplete_fields = ("implies",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "scope", "demanded_by", "implies", "notes", "verify_how")}),
        (_("Validity"), {"fields": ("expires", "typical_validity_months")}),
        (_("Where it comes from"), {"fields": ("basis", "edited_here", "created_at", "updated_at")}),
    )
    inlines = (CertificationSynonyms,)
