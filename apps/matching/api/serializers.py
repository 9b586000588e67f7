"""Rankings, the work on them, and the policies they are made by."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.matching import wording
from apps.matching.api import examples
from apps.matching.models import Policy, Ranking
from apps.matching.selectors import JobProgress, JobState
from apps.matching.wording import flag_words, in_words


class CodeSerializer(serializers.Serializer[Any]):
    """A code for programs and its words for people."""

    code = serializers.CharField()
    words = serializers.CharField()


def coded(table: Mapping[Any, Any], code: Any) -> dict[str, Any]:
    return {"code": code, "words": str(in_words(table, code))}


class JobSerializer(serializers.Serializer[JobProgress]):
    """Where the work on a ranking stands. There is no percentage: what is shown is known."""

    state = serializers.ChoiceField(
        choices=[(state.value, state.name) for state in JobState],
        help_text="clean: the ranking answers all that is known; due: waiting; leased: being made; dead: given up "
        "after failures; parked: a need in its state is not ranked.",
    )
    wanted = serializers.IntegerField(help_text="Counts what happened that asks for a ranking.")
    done = serializers.IntegerField(allow_null=True, help_text="Up to where the current ranking answers it.")
    since = serializers.DateTimeField(allow_null=True, help_text="Since when it is due.")
    place = serializers.IntegerField(allow_null=True, help_text="Place in the queue, from 1.")
    attempts = serializers.IntegerField()


class PolicyNameSerializer(serializers.ModelSerializer[Policy]):
    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Policy
        fields = ("id", "name", "version", "digest")


class PolicySerializer(PolicyNameSerializer):
    network = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)

    class Meta(PolicyNameSerializer.Meta):
        fields = (*PolicyNameSerializer.Meta.fields, "network", "state", "body", "created_at")  # type: ignore[assignment]


class TierCountSerializer(serializers.Serializer[Any]):
    tier = serializers.CharField()
    words = serializers.CharField()
    facilities = serializers.IntegerField()


class FunnelRowSerializer(serializers.Serializer[Any]):
    """Facilities that met their first failing gate here, and those left after it."""

    gate = serializers.CharField()
    words = serializers.CharField()
    failed = serializers.IntegerField()
    remaining = serializers.IntegerField()


class RankingBriefSerializer(serializers.ModelSerializer[Ranking]):
    """Which answer it is: need revision, supply, policy, engine and day name it for ever."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    need = serializers.UUIDField(source="need.public_id", read_only=True)
    revision = serializers.IntegerField(source="revision.number", read_only=True)
    run = serializers.IntegerField(source="rev", read_only=True)
    policy = PolicyNameSerializer()
    tiers = serializers.SerializerMethodField()

    class Meta:
        model = Ranking
        fields = (
            "id",
            "need",
            "revision",
            "run",
            "policy",
            "engine_version",
            "supply_digest",
            "as_of",
            "considered",
            "tiers",
            "created_at",
        )

    @extend_schema_field(TierCountSerializer(many=True))
    def get_tiers(self, ranking: Ranking) -> list[dict[str, Any]]:
        return [
            {"tier": name, "words": str(in_words(wording.TIERS, name)), "facilities": count}
            for name, count in ranking.document["tier_counts"]
        ]


@extend_schema_serializer(examples=[OpenApiExample("Ranking", value=examples.RANKING, response_only=True)])
class RankingSerializer(RankingBriefSerializer):
    funnel = serializers.SerializerMethodField()
    distance_mode = serializers.SerializerMethodField()
    flags = serializers.SerializerMethodField()

    class Meta(RankingBriefSerializer.Meta):
        fields = (*RankingBriefSerializer.Meta.fields, "funnel", "distance_mode", "flags")  # type: ignore[assignment]

    @extend_schema_field(FunnelRowSerializer(many=True))
    def get_funnel(self, ranking: Ranking) -> list[dict[str, Any]]:
        return [{**row, "words": str(in_words(wording.GATES, row["gate"]))} for row in ranking.document["funnel"]]

    @extend_schema_field(CodeSerializer)
    def get_distance_mode(self, ranking: Ranking) -> dict[str, Any]:
        return coded(wording.DISTANCE_MODES, ranking.document["distance_mode"])

    @extend_schema_field(CodeSerializer(many=True))
    def get_flags(self, ranking: Ranking) -> list[dict[str, Any]]:
        return [{"code": flag, "words": flag_words(flag)} for flag in ranking.document["flags"]]


@extend_schema_serializer(examples=[OpenApiExample("Done", value=examples.CURRENT, response_only=True)])
class CurrentRankingSerializer(serializers.Serializer[Any]):
    job = JobSerializer(allow_null=True, help_text="Null for a draft, which is not ranked.")
    ranking = RankingSerializer(allow_null=True, help_text="Null until the first one is there.")
    matches = serializers.CharField(allow_null=True, help_text="Where its matches are read.")


class ExcludedSerializer(serializers.Serializer[Any]):
    facility = serializers.DictField()
    gate = CodeSerializer()
