"""The catalogue as the API shows it. Rows name each other by short name."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.catalog.models import (
    Certification,
    MachineModel,
    Material,
    Process,
    ProcessRelation,
    Region,
    ResourceKind,
    Skill,
    Stage,
    WorkContent,
)


class Slugs(serializers.SlugRelatedField[Any]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="slug", read_only=True, **kwargs)


class EnvelopeReadField(serializers.ListField):
    child = serializers.FloatField()

    def __init__(self) -> None:
        super().__init__(
            read_only=True, allow_null=True, min_length=3, max_length=3, help_text="Length, width, height in mm."
        )


class ProcessSerializer(serializers.ModelSerializer[Process]):
    parent = Slugs(allow_null=True)  # type: ignore[assignment]  # Field has an attribute of this name
    common_materials = Slugs(many=True)
    envelope_mm = EnvelopeReadField()

    class Meta:
        model = Process
        fields = (
            "slug",
            "name",
            "kind",
            "parent",
            "typical_min_run",
            "economic_run_low",
            "economic_run_high",
            "lead_days_low",
            "lead_days_high",
            "tooling_needed",
            "tooling_lead_days",
            "typical_tolerance_mm",
            "envelope_mm",
            "common_materials",
            "found_in",
            "din8580_group",
            "iso52900_family",
            "wikidata_id",
            "basis",
        )


class RelationSerializer(serializers.ModelSerializer[ProcessRelation]):
    provided = Slugs()
    needed = Slugs()

    class Meta:
        model = ProcessRelation
        fields = ("provided", "relation", "needed", "quality", "quantity_low", "quantity_high", "condition")


class ProcessDetailSerializer(ProcessSerializer):
    children = Slugs(many=True)
    relations = serializers.SerializerMethodField(help_text="What it can stand in for, and what can stand in for it.")

    class Meta(ProcessSerializer.Meta):
        fields = (*ProcessSerializer.Meta.fields, "children", "relations")  # type: ignore[assignment]

    @extend_schema_field(RelationSerializer(many=True))
    def get_relations(self, process: Process) -> Any:
        rows = sorted(
            {*process.relations_out.all(), *process.relations_in.all()},
            key=lambda row: (row.relation, row.provided.slug, row.needed.slug),
        )
        return RelationSerializer(rows, many=True).data


class MaterialSerializer(serializers.ModelSerializer[Material]):
    parent = Slugs(allow_null=True)  # type: ignore[assignment]  # Field has an attribute of this name

    class Meta:
        model = Material
        fields = ("slug", "name", "level", "parent", "density_g_cm3", "watch_out", "basis")


class CertificationSerializer(serializers.ModelSerializer[Certification]):
    implies = Slugs(many=True)

    class Meta:
        model = Certification
        fields = (
            "slug",
            "name",
            "scope",
            "demanded_by",
            "expires",
            "typical_validity_months",
            "implies",
            "notes",
            "verify_how",
            "basis",
        )


class MachineSerializer(serializers.ModelSerializer[MachineModel]):
    processes = Slugs(many=True)
    envelope_mm = EnvelopeReadField()

    class Meta:
        model = MachineModel
        fields = ("slug", "maker", "model", "machine_type", "processes", "envelope_mm", "found_in", "notes", "basis")


class ResourceKindSerializer(serializers.ModelSerializer[ResourceKind]):
    processes = Slugs(many=True)
    members = Slugs(many=True)

    class Meta:
        model = ResourceKind
        fields = (
            "slug",
            "name",
            "row_kind",
            "gross_hours_one_shift",
            "availability",
            "machine_types",
            "processes",
            "scopes",
            "members",
            "notes",
            "basis",
        )


class RegionSerializer(serializers.ModelSerializer[Region]):
    applies_to = Slugs(many=True)

    class Meta:
        model = Region
        fields = (
            "code",
            "name",
            "kind",
            "countries",
            "bloc",
            "transport_region",
            "words",
            "admin_areas",
            "centre_lat",
            "centre_lon",
            "radius_km",
            "every_process",
            "applies_to",
            "notes",
            "basis",
        )


class StageSerializer(serializers.ModelSerializer[Stage]):
    class Meta:
        model = Stage
        fields = (
            "slug",
            "name",
            "order",
            "quantity_low",
            "quantity_high",
            "what_is_proved",
            "exit_criteria",
            "facility_kinds",
            "tooling_state",
            "weeks_low",
            "weeks_high",
            "relative_cost_of_a_design_change",
            "basis",
        )


class SkillSerializer(serializers.ModelSerializer[Skill]):
    processes = Slugs(many=True)

    class Meta:
        model = Skill
        fields = (
            "slug",
            "name",
            "level",
            "processes",
            "usual_training_route",
            "months_to_competence",
            "soc_onet_code",
            "soc_title",
            "basis",
        )


class WorkContentSerializer(serializers.ModelSerializer[WorkContent]):
    process = Slugs()
    resource_kind = Slugs()

    class Meta:
        model = WorkContent
        fields = (
            "process",
            "resource_kind",
            "setup_hours_low",
            "setup_hours_high",
            "cycle_seconds_low",
            "cycle_seconds_typical",
            "cycle_seconds_high",
            "parts_per_cycle",
            "yield_share",
            "notes",
            "basis",
        )


class HitSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    phrase = serializers.CharField(help_text="The words of the catalogue that matched.")
    score = serializers.FloatField(help_text="0 to 1.")


class HitsSerializer(serializers.Serializer[Any]):
    results = HitSerializer(many=True)
