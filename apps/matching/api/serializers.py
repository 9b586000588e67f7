"""Rankings and their matches: in full for those who coordinate the need, in bands for its founders."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.matching import wording
from apps.matching.api import examples
from apps.matching.founder_view import FounderMatch
from apps.matching.models import Match, Policy, Ranking
from apps.matching.selectors import JobProgress, JobState
from apps.matching.wording import fact_words


class CodeSerializer(serializers.Serializer[Any]):
    """A code for programs and its words for people."""

    code = serializers.CharField()
    words = serializers.CharField()


def coded(table: Mapping[Any, Any], code: Any) -> dict[str, Any]:
    return {"code": code, "words": str(table.get(code, code))}


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
    network = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta(PolicyNameSerializer.Meta):
        fields = (*PolicyNameSerializer.Meta.fields, "network", "state", "body", "created_at")  # type: ignore[assignment]


class TierCountSerializer(serializers.Serializer[Any]):
    tier = serializers.IntegerField()
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
            {"tier": tier, "words": str(wording.TIERS[tier]), "facilities": count}
            for tier, count in ranking.document["tier_counts"]
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
        return [{**row, "words": str(wording.GATES[row["gate"]])} for row in ranking.document["funnel"]]

    @extend_schema_field(CodeSerializer)
    def get_distance_mode(self, ranking: Ranking) -> dict[str, Any]:
        return coded(wording.DISTANCE_MODES, ranking.document["distance_mode"])

    @extend_schema_field(CodeSerializer(many=True))
    def get_flags(self, ranking: Ranking) -> list[dict[str, Any]]:
        return [coded(wording.FLAGS, flag) for flag in ranking.document["flags"]]


@extend_schema_serializer(examples=[OpenApiExample("Done", value=examples.CURRENT, response_only=True)])
class CurrentRankingSerializer(serializers.Serializer[Any]):
    job = JobSerializer(allow_null=True, help_text="Null for a draft, which is not ranked.")
    ranking = RankingSerializer(allow_null=True, help_text="Null until the first one is there.")
    matches = serializers.CharField(allow_null=True, help_text="Where its matches are read.")


class ExcludedSerializer(serializers.Serializer[Any]):
    facility = serializers.DictField()
    gate = CodeSerializer()


# --- what a founder reads -------------------------------------------------------------------------------------------


class FounderGateSerializer(serializers.Serializer[Any]):
    gate = serializers.CharField()
    gate_words = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    verdict = serializers.IntegerField(help_text="1 passes, 0 is to be asked, -1 fails.")
    code = serializers.CharField()
    words = serializers.CharField()
    near_miss = serializers.BooleanField()
    facts = serializers.DictField(help_text="Figures of a facility are bands or classes here.")


class FounderCriterionSerializer(serializers.Serializer[Any]):
    criterion = serializers.CharField()
    words = serializers.CharField()
    low = serializers.CharField(help_text="weak, fair or strong")
    high = serializers.CharField(help_text="weak, fair or strong")
    code = serializers.CharField()
    facts = serializers.DictField()


class QuestionSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Why it is asked: what the engine found.")
    field = serializers.CharField(help_text="What is asked for.")
    words = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    gate = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)


class FounderStepSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    process = serializers.CharField()
    role = serializers.CharField()
    option = serializers.CharField()
    provided_process = serializers.CharField(allow_null=True)


class MatchCommonSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    rank_label = serializers.CharField(help_text='Equal ranks share one, such as "2=".')
    tier = serializers.IntegerField()
    tier_words = serializers.CharField()
    score = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    confirmed = serializers.IntegerField(help_text="Points confirmed ...")
    asked = serializers.IntegerField(help_text="... of so many.")
    adjustments = CodeSerializer(many=True)
    questions = QuestionSerializer(many=True)
    flags = CodeSerializer(many=True)


class FounderFacilitySerializer(serializers.Serializer[Any]):
    label = serializers.CharField(  # type: ignore[assignment]  # Field has an attribute of this name
        help_text="Stands for the facility in every ranking of this need."
    )
    name = serializers.CharField(allow_null=True, help_text="Null while its profile is not public.")
    kind = serializers.CharField()
    country = serializers.CharField()
    size = serializers.CharField(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("Founder", value=examples.FOUNDER_MATCH, response_only=True)])
class FounderMatchSerializer(MatchCommonSerializer):
    view = serializers.ChoiceField(choices=[("founder", "founder")])
    facility = FounderFacilitySerializer()
    steps = FounderStepSerializer(many=True)
    gates = FounderGateSerializer(many=True)
    criteria = FounderCriterionSerializer(many=True)

    def to_representation(self, match: FounderMatch) -> dict[str, Any]:
        own = {name: getattr(match, name) for name in ("position", "rank_label", "tier", "confirmed", "asked")}
        return {
            "view": "founder",
            **own,
            "tier_words": str(wording.TIERS[match.tier]),
            "score": match.score,
            "low": match.low,
            "high": match.high,
            "facility": {name: getattr(match, name) for name in ("label", "name", "kind", "country", "size")},
            "steps": [vars_of(row) for row in match.steps],
            "gates": [_gate_words(vars_of(row)) for row in match.gates],
            "criteria": [_criterion_words(vars_of(row)) for row in match.criteria],
            "adjustments": [coded(wording.ADJUSTMENTS, code) for code in match.adjustments],
            "questions": [_question_words(vars_of(row)) for row in match.questions],
            "flags": [coded(wording.FLAGS, flag) for flag in match.flags],
        }


def vars_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _gate_words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "gate_words": str(wording.GATES[row["gate"]]),
        "words": str(wording.GATE_CODES[row["code"]]),
    }


def _criterion_words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "words": str(wording.CRITERIA[row["criterion"]])}


def _question_words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "words": str(wording.QUESTIONS.get(row["field"], row["field"]))}


# --- what a coordinator reads: every fact that the score was made of --------------------------------------------------


class FactSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    unit = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # Field has an attribute of this name
    as_of = serializers.DateField(allow_null=True)
    evidence = serializers.CharField(allow_null=True)
    words = serializers.CharField()


class GateSerializer(FounderGateSerializer):
    facts = FactSerializer(many=True)  # type: ignore[assignment]


class CriterionSerializer(serializers.Serializer[Any]):
    """contribution = max(value, floor) ^ weight; the score is coverage x all contributions x all adjustments."""

    criterion = serializers.CharField()
    words = serializers.CharField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    value = serializers.FloatField()
    weight = serializers.FloatField()
    contribution = serializers.FloatField()
    code = serializers.CharField()
    facts = FactSerializer(many=True)


class AdjustmentSerializer(CodeSerializer):
    factor = serializers.FloatField()
    facts = FactSerializer(many=True)


class MatchStepSerializer(FounderStepSerializer):
    capability = serializers.UUIDField(allow_null=True)
    quality_low = serializers.FloatField()
    quality_high = serializers.FloatField()
    facts = FactSerializer(many=True)


class MatchFacilitySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()


@extend_schema_serializer(component_name="CoordinatorMatch")
class FullMatchSerializer(MatchCommonSerializer):
    """`context["capabilities"]` maps the engine's ids of lines to those of the API."""

    view = serializers.ChoiceField(choices=[("coordinator", "coordinator")])
    facility = MatchFacilitySerializer()
    coverage = serializers.FloatField()
    coverage_low = serializers.FloatField()
    coverage_high = serializers.FloatField()
    slack_days = serializers.FloatField(allow_null=True)
    steps = MatchStepSerializer(many=True)
    gates = GateSerializer(many=True)
    criteria = CriterionSerializer(many=True)
    adjustments = AdjustmentSerializer(many=True)

    def to_representation(self, match: Match) -> dict[str, Any]:
        document, facility = match.document, match.facility
        own = ("position", "rank_label", "tier", "score", "low", "high", "coverage", "confirmed", "asked")
        told = ("coverage_low", "coverage_high", "slack_days")
        return {
            "view": "coordinator",
            **{name: getattr(match, name) for name in own},
            "tier_words": str(wording.TIERS[match.tier]),
            "facility": {
                "id": str(facility.public_id),
                "name": facility.name,
                "kind": facility.kind,
                "city": facility.city,
                "country": str(facility.country),
            },
            **{name: document[name] for name in told},
            "steps": [self._step(row) for row in document["steps"]],
            "gates": [_gate_words(_with_facts(row)) for row in document["gates"]],
            "criteria": [_criterion_words(_with_facts(row)) for row in document["criteria"]],
            "adjustments": [
                {**_with_facts(row), **coded(wording.ADJUSTMENTS, row["code"])} for row in document["adjustments"]
            ],
            "questions": [_question_words(_public_question(row)) for row in document["questions"]],
            "flags": [coded(wording.FLAGS, flag) for flag in document["flags"]],
        }

    def _step(self, row: Mapping[str, Any]) -> dict[str, Any]:
        shown = _with_facts(row)
        shown["capability"] = self.context["capabilities"].get(shown.pop("capability_id"))
        return shown


def _public_question(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("code", "field", "step", "gate", "subject")}


def _with_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "facts": [{**fact, "words": fact_words(fact)} for fact in row["facts"]]}
