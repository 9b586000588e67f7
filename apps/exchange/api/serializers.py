"""Imports as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.serializers import StrictChar, StrictSerializer
from apps.exchange.models import BatchState, ImportBatch, ImportRow, Outcome, RowState, Target, TermState, UnmappedTerm
from apps.exchange.selectors import counts_of


class CountsSerializer(serializers.Serializer[Any]):
    """Each figure is the length of the list of rows that the filter of its name gives."""

    total = serializers.IntegerField(help_text="Facilities that the file speaks of.")
    rows_in_file = serializers.IntegerField()
    new = serializers.IntegerField()
    change = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    repaired = serializers.IntegerField()
    with_refusals = serializers.IntegerField()
    kept = serializers.IntegerField()
    unmapped = serializers.IntegerField()
    left = serializers.IntegerField()
    applied = serializers.IntegerField(help_text="So far.")
    undone = serializers.IntegerField(help_text="So far.")


class ImportSerializer(serializers.Serializer[ImportBatch]):
    id = serializers.UUIDField(source="public_id")
    network = serializers.CharField(source="network.slug", allow_null=True)
    facility = serializers.UUIDField(source="facility.public_id", allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # Field has one of this name
    format = serializers.CharField()
    file_name = serializers.CharField()
    file_bytes = serializers.IntegerField()
    file_digest = serializers.CharField()
    state = serializers.ChoiceField(choices=BatchState.choices)
    failure = serializers.CharField(help_text="Why it failed; blank if it did not.")
    failure_detail = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_failure_detail(self, batch: ImportBatch) -> str:
        return batch.failure_in_words


class ImportDetailSerializer(ImportSerializer):
    counts = serializers.SerializerMethodField()

    @extend_schema_field(CountsSerializer)
    def get_counts(self, batch: ImportBatch) -> dict[str, int]:
        return counts_of(batch)


class RepairSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Row of the file, the header counted.")
    column = serializers.CharField()
    found = serializers.CharField()
    used = serializers.CharField(help_text="Blank: left out.")
    reason = serializers.CharField()
    detail = serializers.CharField()


class RefusalSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Row of the file, the header counted.")
    column = serializers.CharField(help_text="Blank: the whole row.")
    value = serializers.CharField()
    reason = serializers.CharField()
    detail = serializers.CharField()


class UnmappedSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    column = serializers.CharField()
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=Target.choices)
    suggestions = serializers.ListField(child=serializers.CharField())


class PartFieldSerializer(serializers.Serializer[Any]):
    part = serializers.CharField(help_text="Blank: the facility itself; else such as `capability:turning:core`.")
    field = serializers.CharField(help_text="Blank: the part as a whole.")


class ChangeSerializer(PartFieldSerializer):
    before = serializers.JSONField()
    after = serializers.JSONField()


class KeptSerializer(PartFieldSerializer):
    here = serializers.JSONField()
    file = serializers.JSONField()


class LeftSerializer(PartFieldSerializer):
    here = serializers.JSONField()
    reason = serializers.CharField()


class RowSerializer(serializers.Serializer[ImportRow]):
    position = serializers.IntegerField()
    number = serializers.IntegerField(help_text="Row of the file where it begins.")
    rows = serializers.IntegerField(help_text="Rows of the file that speak of it.")
    external_id = serializers.CharField()
    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    state = serializers.ChoiceField(choices=RowState.choices)
    facility = serializers.UUIDField(source="facility.public_id", allow_null=True)
    repairs = RepairSerializer(many=True)
    refusals = RefusalSerializer(many=True)
    changes = ChangeSerializer(many=True)
    kept = KeptSerializer(many=True, help_text="Others have stated it, so what the file says gives way.")
    left = LeftSerializer(many=True, help_text="Not undone: changed since.")
    unmapped = UnmappedSerializer(many=True)
    remarks = serializers.ListField(child=serializers.CharField())


class FormatSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field has one of this name
    makes = serializers.CharField()


class UndoSerializer(StrictSerializer[Any]):
    reason = StrictChar(max_length=2_000, required=False, allow_blank=True)


class EmptySerializer(StrictSerializer[Any]):
    pass


class TermSerializer(serializers.Serializer[UnmappedTerm]):
    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(choices=Target.choices)
    text = serializers.CharField()
    count = serializers.IntegerField()
    suggestions = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=TermState.choices)
    meaning = serializers.CharField(help_text="Short name of the catalogue; blank until somebody says.")
    facility = serializers.UUIDField(source="facility.public_id", allow_null=True)
    import_id = serializers.UUIDField(source="batch.public_id")


class TermDecisionSerializer(serializers.Serializer[Any]):
    facilities = serializers.IntegerField(help_text="At how many facilities these words stood.")


class MeaningSerializer(StrictSerializer[Any]):
    meaning = StrictChar(max_length=60, help_text="Short name of the process, material, machine or certification.")
