"""Matches as the API shows them: in bands and classes to founders, with every fact to those who coordinate the need.

Rankings are read for ever: a code that has gone from the engine since is shown as it stands.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from apps.facilities.models import Facility
from apps.matching import wording
from apps.matching.api import examples
from apps.matching.api.serializers import CodeSerializer, coded
from apps.matching.founder_view import VERDICTS, FounderMatch
from apps.matching.models import Match
from apps.matching.wording import fact_words, flag_words, in_words, question_words

FOUNDER_FACILITY = ("label", "name", "kind", "country", "size", "merged_into")


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
    code = serializers.CharField()
    field = serializers.CharField(help_text="What is asked for.")
    words = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    gate = serializers.CharField(allow_null=True, help_text="Null where the answer would only sharpen the score.")
    subject = serializers.CharField(allow_null=True)


class FounderStepSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    process = serializers.CharField()
    role = serializers.CharField()
    option = serializers.CharField()
    option_words = serializers.CharField()
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


class FounderMergeSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # Field has an attribute of this name
    name = serializers.CharField(allow_null=True)


class FounderFacilitySerializer(serializers.Serializer[Any]):
    label = serializers.CharField(  # type: ignore[assignment]  # Field has an attribute of this name
        help_text="Stands for the facility in every ranking of this need."
    )
    name = serializers.CharField(allow_null=True, help_text="Null while its profile is not public.")
    kind = serializers.CharField()
    country = serializers.CharField()
    size = serializers.CharField(allow_null=True)
    merged_into = FounderMergeSerializer(
        allow_null=True, help_text="The listing of the same place that stands for this one since they were merged."
    )


@extend_schema_serializer(examples=[OpenApiExample("Founder", value=examples.FOUNDER_MATCH, response_only=True)])
class FounderMatchSerializer(MatchCommonSerializer):
    view = serializers.ChoiceField(choices=[("founder", "founder")])
    facility = FounderFacilitySerializer()
    steps = FounderStepSerializer(many=True)
    gates = FounderGateSerializer(many=True)
    criteria = FounderCriterionSerializer(many=True)

    def to_representation(self, match: FounderMatch) -> dict[str, Any]:
        shown = asdict(match)
        facility = {name: shown.pop(name) for name in FOUNDER_FACILITY}
        return {
            "view": "founder",
            **shown,
            "facility": facility,
            "tier_words": str(in_words(wording.TIERS, match.tier)),
            "steps": [_step(row) for row in shown["steps"]],
            "gates": [_gate(row) for row in shown["gates"]],
            "criteria": [_criterion(row) for row in shown["criteria"]],
            "adjustments": [coded(wording.ADJUSTMENTS, code) for code in shown["adjustments"]],
            "questions": [_question(row) for row in shown["questions"]],
            "flags": [_flag(flag) for flag in shown["flags"]],
        }


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
    """The ends of the score are coverage x all contributions x all adjustments at that end."""

    criterion = serializers.CharField()
    words = serializers.CharField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    value = serializers.FloatField()
    weight = serializers.FloatField()
    contribution_low = serializers.FloatField(help_text="max(low, floor) ^ weight")
    contribution_high = serializers.FloatField(help_text="max(high, floor) ^ weight")
    code = serializers.CharField()
    facts = FactSerializer(many=True)


class AdjustmentSerializer(CodeSerializer):
    factor_low = serializers.FloatField()
    factor_high = serializers.FloatField()
    facts = FactSerializer(many=True)


class MatchStepSerializer(FounderStepSerializer):
    capability = serializers.UUIDField(allow_null=True)
    quality_low = serializers.FloatField()
    quality_high = serializers.FloatField()
    facts = FactSerializer(many=True)


class MatchMergeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class MatchFacilitySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    kind = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()
    merged_into = MatchMergeSerializer(
        allow_null=True, help_text="The listing of the same place that stands for this one since they were merged."
    )

    def to_representation(self, facility: Facility) -> dict[str, Any]:
        survivor = self.context["survivors"].get(facility.pk)
        names = ("kind", "city", "country")
        return {
            "id": str(facility.public_id),
            "name": facility.name,
            **{name: str(getattr(facility, name)) for name in names},
            "merged_into": None if survivor is None else MatchMergeSerializer(survivor).data,
        }


@extend_schema_serializer(component_name="CoordinatorMatch")
class FullMatchSerializer(MatchCommonSerializer):
    """`context["ids"]` maps the engine's ids of lines and resources to those of the API, `context["survivors"]` keys of
    facilities that were merged to the ones that stand for them."""

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
        document = match.document
        told = {name: value for name, value in document.items() if name != "facility_id"}
        return {
            "view": "coordinator",
            **told,
            "tier": match.tier,
            "tier_words": str(in_words(wording.TIERS, match.tier)),
            "facility": MatchFacilitySerializer(match.facility, context=self.context).data,
            "steps": [self._step(row) for row in document["steps"]],
            "gates": [
                _gate({**self._with_facts(row), "verdict": VERDICTS[row["verdict"]]}) for row in document["gates"]
            ],
            "criteria": [_criterion(self._with_facts(row)) for row in document["criteria"]],
            "adjustments": [
                {**self._with_facts(row), **coded(wording.ADJUSTMENTS, row["code"])} for row in document["adjustments"]
            ],
            "questions": [_question(row) for row in document["questions"]],
            "flags": [_flag(flag) for flag in document["flags"]],
        }

    def _step(self, row: Mapping[str, Any]) -> dict[str, Any]:
        shown = _step(self._with_facts(row))
        shown["capability"] = self._ids["capability"].get(shown.pop("capability_id"))
        return shown

    def _with_facts(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, "facts": [self._fact(fact) for fact in row["facts"]]}

    def _fact(self, fact: Mapping[str, Any]) -> dict[str, Any]:
        if fact["name"] != "resource":
            return {**fact, "words": fact_words(fact)}
        resource = self._ids["resource"].get(fact["value"])
        return {**fact, "value": resource, "words": fact_words(fact, self._ids["resource_names"])}

    @property
    def _ids(self) -> Mapping[str, Mapping[str, str]]:
        ids: Mapping[str, Mapping[str, str]] = self.context["ids"]
        return ids


def _step(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "option_words": str(in_words(wording.GATE_CODES, row["option"]))}


def _gate(row: Mapping[str, Any]) -> dict[str, Any]:
    words = str(in_words(wording.GATE_CODES, row["code"]))
    return {**row, "gate_words": str(in_words(wording.GATES, row["gate"])), "words": words}


def _criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "words": str(in_words(wording.CRITERIA, row["criterion"]))}


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "words": question_words(row)}


def _flag(flag: str) -> dict[str, str]:
    return {"code": flag, "words": flag_words(flag)}
