"""Policies and comparisons of two of them, as the API takes and shows them."""

from collections.abc import Mapping
from typing import Any, cast

from django.core.validators import validate_slug
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from apps.core.api.serializers import (
    CatalogueReference,
    StrictChar,
    StrictInteger,
    StrictSerializer,
    StrictUUID,
    UniqueList,
)
from apps.matching import wording
from apps.matching.api import examples
from apps.matching.api.serializers import PolicyNameSerializer, TierCountSerializer
from apps.matching.models import ComparedNeed, PolicyComparison
from apps.matching.models.comparison import MOST_FIRST
from apps.matching.selectors import ComparisonState, summary_of
from apps.matching.services import PolicyFault, policy_faults
from apps.matching.services.comparisons import LAST_NEEDS, MOST_NEEDS
from apps.matching.services.policies import BESIDE
from apps.matching.wording import in_words
from apps.networks.models import Network

BODY_HELP = "Entries of a policy; see docs/engine.md. What is left out gets the engine's default."


@extend_schema_field({"type": "object", "additionalProperties": True})
class PolicyBodyField(serializers.JSONField):
    """A policy document; whatever the engine would refuse in it is named by its entry."""

    default_error_messages = {"not_an_object": "An object: entries and their values."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("not_an_object")
        body = dict(cast("Mapping[str, Any]", data))
        faults = [PolicyFault(name, "is set beside the body") for name in BESIDE if name in body]
        if faults := faults or policy_faults(body):
            raise ValidationError(_nested(faults))
        return body


def _nested(faults: list[PolicyFault]) -> dict[str, Any]:
    """Faults by dotted path as nested details, so that each gets its own pointer into the body."""
    details: dict[str, Any] = {}
    for fault in faults:
        *outer, last = fault.field.split(".", 1)
        inner = details.setdefault(outer[0], {}) if outer else details
        if isinstance(inner, dict):
            inner[last] = [ErrorDetail(f"{fault.field} {fault.rule}.", "policy_invalid")]
    return details


@extend_schema_serializer(examples=[OpenApiExample("A draft", value=examples.NEW_POLICY, request_only=True)])
class NewPolicySerializer(StrictSerializer[Any]):
    name = StrictChar(
        max_length=60, validators=[validate_slug], help_text="Its versions are counted; this is the next of the name."
    )
    network = CatalogueReference(
        Network, allow_null=True, help_text="Whose needs it is for; null: holds where a network has none of its own."
    )
    copy_of = StrictUUID(required=False, help_text="A policy whose entries hold where `body` says nothing.")
    body = PolicyBodyField(required=False, help_text=BODY_HELP)


class PolicyBodySerializer(StrictSerializer[Any]):
    body = PolicyBodyField(help_text=BODY_HELP)


class WholePolicySerializer(serializers.Serializer[Any]):
    body = serializers.DictField(help_text="Every entry, the defaults too.")
    digest = serializers.CharField(help_text="Of these entries under the name and version of the engine's default.")


@extend_schema_serializer(examples=[OpenApiExample("A draft", value=examples.NEW_COMPARISON, request_only=True)])
class NewComparisonSerializer(StrictSerializer[Any]):
    network = CatalogueReference(
        Network, allow_null=True, help_text="Whose needs; null: those of all networks, for administrators."
    )
    after = StrictUUID(help_text="The policy that may come.")
    before = StrictUUID(required=False, help_text="Left out: the one in force for the network.")
    needs = UniqueList(
        child=StrictUUID(),
        required=False,
        min_length=1,
        max_length=MOST_NEEDS,
        help_text="Needs of the network that were ranked. Left out: the `last` ones.",
    )
    last = StrictInteger(required=False, min_value=1, max_value=MOST_NEEDS, help_text=f"{LAST_NEEDS} if left out.")
    first_k = StrictInteger(
        required=False,
        min_value=1,
        max_value=MOST_FIRST,
        help_text="Who comes into or drops out of so many first places is shown; 10 if left out.",
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "needs" in values and "last" in values:
            raise ValidationError({"last": [ErrorDetail("Either these needs or the last ones.", "needs_and_last")]})
        return values


class ComparisonSumsSerializer(serializers.Serializer[Any]):
    """Over the needs that are done."""

    first_changed = serializers.IntegerField(help_text="Needs with another first place: others have the rank 1.")
    first_three_changed = serializers.IntegerField(help_text="Needs where others have a rank of 1 to 3.")
    tier_changes = serializers.IntegerField(help_text="Facilities in another tier, over all needs.")
    moved = serializers.IntegerField(help_text="Facilities with another rank or tier, over all needs.")
    tau = serializers.FloatField(
        allow_null=True,
        help_text="Mean of the needs' Kendall's tau-b: (C - D) / sqrt((n0 - n1) (n0 - n2)) over the facilities that "
        "both policies list, C pairs in the same order, D in the opposite one, n0 pairs in all, n1 and n2 of equal "
        "rank before and after. 1: the same order; -1: the reverse; null: no need has two to compare.",
    )


class ComparisonSerializer(serializers.ModelSerializer[PolicyComparison]):
    id = serializers.UUIDField(source="public_id", read_only=True)
    network = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    before = PolicyNameSerializer()
    after = PolicyNameSerializer()
    state = serializers.ChoiceField(choices=[(state.value, state.name) for state in ComparisonState])
    needs = serializers.IntegerField(help_text="Asked for ...")
    done = serializers.IntegerField(help_text="... answered ...")
    given_up = serializers.IntegerField(help_text="... and given up after errors.")
    sums = ComparisonSumsSerializer()

    class Meta:
        model = PolicyComparison
        fields = (
            "id",
            "network",
            "before",
            "after",
            "first_k",
            "state",
            "needs",
            "done",
            "given_up",
            "sums",
            "created_at",
        )

    def to_representation(self, comparison: PolicyComparison) -> dict[str, Any]:
        summary = summary_of(comparison)
        names = PolicyNameSerializer(comparison.before).data, PolicyNameSerializer(comparison.after).data
        return {
            "id": str(comparison.public_id),
            "network": comparison.network.slug if comparison.network else None,
            "before": names[0],
            "after": names[1],
            "first_k": comparison.first_k,
            "state": summary.state.value,
            "needs": summary.needs,
            "done": summary.done,
            "given_up": summary.given_up,
            "sums": ComparisonSumsSerializer(summary).data,
            "created_at": serializers.DateTimeField().to_representation(comparison.created_at),
        }


class ComparedNeedBriefSerializer(serializers.ModelSerializer[ComparedNeed]):
    """Everything but `need`, `title` and `state` is null until it is done."""

    need = serializers.UUIDField(source="need.public_id", read_only=True)
    title = serializers.CharField(source="need.current.title", read_only=True)
    state = serializers.SerializerMethodField()
    revision = serializers.IntegerField(source="revision.number", default=None, read_only=True, allow_null=True)

    class Meta:
        model = ComparedNeed
        fields = (
            "need",
            "title",
            "state",
            "revision",
            "as_of",
            "supply_digest",
            "engine_version",
            "first_changed",
            "first_three_changed",
            "tier_changes",
            "moved",
            "tau",
        )

    @extend_schema_field({"type": "string", "description": "waiting, done or given_up"})
    def get_state(self, row: ComparedNeed) -> str:
        return "done" if row.done_at else "given_up" if row.given_up else "waiting"


class StandingSerializer(serializers.Serializer[Any]):
    """Where a facility stands under one policy. All null: beyond the first hundred."""

    rank = serializers.IntegerField(allow_null=True, help_text="The printed one, shared by equals.")
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # Field has an attribute of this name
    tier = serializers.CharField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    gate = serializers.CharField(allow_null=True, help_text="Where it was left out, if it was.")


class ChangeReasonSerializer(serializers.Serializer[Any]):
    """Something that differs between the two answers for this facility."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in wording.REASON_KINDS])
    name = serializers.CharField(help_text="Which gate, criterion or adjustment.")
    words = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    before = serializers.DictField(allow_null=True, help_text="What the match says under the policy before.")
    after = serializers.DictField(allow_null=True)
    effect = serializers.FloatField(
        allow_null=True,
        help_text="Its part in the change of the score; all parts add up to it. Null for gates: they decide the tier.",
    )


class MovedFacilitySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="Null if it is gone.")
    name = serializers.CharField(allow_null=True)


class MoveSerializer(serializers.Serializer[Any]):
    facility = MovedFacilitySerializer()
    before = StandingSerializer()
    after = StandingSerializer()
    places = serializers.IntegerField(allow_null=True, help_text="Up the list as above zero.")
    moved = serializers.BooleanField()
    tier_changed = serializers.BooleanField()
    first = serializers.ChoiceField(
        choices=[("in", "in"), ("out", "out")], allow_null=True, help_text="Into or out of the first places."
    )
    reasons = ChangeReasonSerializer(many=True)


class ComparedSideSerializer(serializers.Serializer[Any]):
    considered = serializers.IntegerField()
    tiers = TierCountSerializer(many=True)


class ComparedAnswerSerializer(serializers.Serializer[Any]):
    before = ComparedSideSerializer()
    after = ComparedSideSerializer()
    compared = serializers.IntegerField(help_text="Facilities that both list, over which tau is taken.")
    moves = MoveSerializer(many=True, help_text="Those of the first places, and whoever moved; the highest first.")
    more_moved = serializers.IntegerField(help_text="Further down, and not listed.")


class ComparedNeedSerializer(ComparedNeedBriefSerializer):
    """`context["facilities"]` maps the engine's ids to facilities."""

    answer = serializers.SerializerMethodField()

    class Meta(ComparedNeedBriefSerializer.Meta):
        fields = (*ComparedNeedBriefSerializer.Meta.fields, "answer")  # type: ignore[assignment]

    @extend_schema_field(ComparedAnswerSerializer(allow_null=True))
    def get_answer(self, row: ComparedNeed) -> dict[str, Any] | None:
        document = row.document
        if document is None:
            return None
        return {
            "before": _side(document["before"]),
            "after": _side(document["after"]),
            "compared": document["compared"],
            "moves": [self._move(move) for move in document["moves"]],
            "more_moved": document["more_moved"],
        }

    def _move(self, move: Mapping[str, Any]) -> dict[str, Any]:
        facility = self.context["facilities"].get(move["facility"])
        known = {"id": str(facility.public_id), "name": facility.name} if facility else {"id": None, "name": None}
        reasons = [{**row, "words": str(wording.reason_words(row))} for row in move.get("reasons", ())]
        return {**move, "facility": known, "reasons": reasons}


def _side(side: Mapping[str, Any]) -> dict[str, Any]:
    tiers = [
        {"tier": name, "words": str(in_words(wording.TIERS, name)), "facilities": count}
        for name, count in side["tiers"].items()
    ]
    return {"considered": side["considered"], "tiers": tiers}
