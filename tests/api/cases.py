"""Bad input: what is sent, and which refusal it earns. Read by test_bad_input."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.api.world import content, due, new_need, step
from tests.builders import today


@dataclass(frozen=True)
class Case:
    """`path` may name things of the scene in braces; `at` is the JSON pointer, parameter or header at fault."""

    name: str
    status: int
    code: str
    at: str = ""
    method: str = "POST"
    path: str = "needs/"
    body: Any = None
    raw: bytes | None = None
    who: str = "fay"
    headers: dict[str, str] = field(default_factory=dict)


def need(name: str, code: str, at: str, status: int = 400, **fields: Any) -> Case:
    return Case(name, status, code, at, body=new_need(**fields))


def one_step(name: str, code: str, at: str, **fields: Any) -> Case:
    return need(name, code, f"/steps/0/{at}", steps=[step(**fields)])


def without(name: str) -> Case:
    body = new_need()
    del body[name]
    return Case(f"no {name}", 400, "required", f"/{name}", body=body)


def raw(name: str, code: str, text: bytes | str, at: str = "", status: int = 400) -> Case:
    return Case(name, status, code, at, raw=text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)


def get(name: str, code: str, at: str, path: str, status: int = 400, who: str = "fay") -> Case:
    return Case(name, status, code, at, method="GET", path=path, who=who)


def place(name: str, code: str, at: str, **fields: Any) -> Case:
    sent = {"operator": "{heron_operator}", "name": "x", "kind": "jobshop", "networks": ["lakeside"], **fields}
    return Case(name, 400, code, at, path="facilities/", body=sent, who="hank")


def part(name: str, code: str, at: str, kind: str, body: Any, status: int = 400) -> Case:
    return Case(name, status, code, at, path=f"facilities/{{heron}}/{kind}/", body=body, who="hank")


def edit(name: str, status: int, code: str, at: str, **more: Any) -> Case:
    told = {"path": "needs/{draft}/", "method": "PATCH", "body": {"order_quantity": 9}, **more}
    return Case(name, status, code, at, **told)


MONDAY = today() - timedelta(days=today().weekday())
DEEP = '{"title":' + "[" * 40 + "]" * 40 + "}"
VERY_DEEP = "[" * 60_000 + "]" * 60_000
SENT = json.dumps(new_need())

QUANTITIES = [
    need("quantity zero", "min_value", "/order_quantity", order_quantity=0),
    need("quantity negative", "min_value", "/order_quantity", order_quantity=-5),
    need("quantity absurd", "max_value", "/order_quantity", order_quantity=10**9),
    need("quantity a fraction", "invalid", "/order_quantity", order_quantity=1.5),
    need("quantity a whole float", "invalid", "/order_quantity", order_quantity=5.0),
    need("quantity a text", "invalid", "/order_quantity", order_quantity="500"),
    need("quantity a truth", "invalid", "/order_quantity", order_quantity=True),
    need("quantity null", "null", "/order_quantity", order_quantity=None),
    need("quantity a list", "invalid", "/order_quantity", order_quantity=[5]),
    need("a year smaller than the order", "annual_below_order", "/annual_quantity", annual_quantity=5),
    one_step("no pieces in a unit", "min_value", "pieces_per_unit", pieces_per_unit=0),
    need("weight nothing", "min_value", "/weight_kg", weight_kg=0),
    need("weight a text with a unit", "invalid", "/weight_kg", weight_kg="3 lb"),
    need("workmanship class 4", "max_value", "/workmanship_class", workmanship_class=4),
]
DATES = [
    need("date past", "due_date_past", "/due_on", due_on=due(-1)),
    need("date today", "due_date_past", "/due_on", due_on=due(0)),
    need("date far away", "due_date_too_far", "/due_on", due_on="2999-01-01"),
    need("date impossible", "invalid", "/due_on", due_on="2030-02-30"),
    need("date in words", "invalid", "/due_on", due_on="next week"),
    need("date the American way", "invalid", "/due_on", due_on="12/31/2030"),
    need("date as a week", "invalid", "/due_on", due_on="2030-W01-1"),
    need("date with a time", "invalid", "/due_on", due_on="2030-01-01T00:00:00Z"),
    need("date a number", "invalid", "/due_on", due_on=20300101),
    need("date year zero", "invalid", "/due_on", due_on="0000-01-01"),
]
PLACES = [
    need("latitude 91", "max_value", "/ship_to_lat", ship_to_lat=91, ship_to_lon=0),
    need("longitude -181", "min_value", "/ship_to_lon", ship_to_lat=0, ship_to_lon=-181),
    need("latitude alone", "position_incomplete", "/ship_to_lon", ship_to_lat=41.5),
    need("longitude alone", "position_incomplete", "/ship_to_lat", ship_to_lon=8.5),
    need("latitude a text", "invalid", "/ship_to_lat", ship_to_lat="41.5", ship_to_lon=8),
    need("country unknown", "unknown_country", "/ship_to_country", ship_to_country="XX"),
    need("country in words", "unknown_country", "/ship_to_country", ship_to_country="Kenya"),
    need("state unknown", "invalid", "/ship_to_admin_area", ship_to_admin_area="Ohio"),
    need("state of another country", "other_country", "/ship_to_admin_area", ship_to_country="DE",
         ship_to_admin_area="US-OH"),
    need("region must without region", "region_missing", "/region", region_rule="must"),
    need("region without rule", "region_without_rule", "/region_rule", region="US"),
    need("region unknown", "does_not_exist", "/region", region_rule="must", region="Atlantis"),
]  # fmt: skip
STEPS = [
    one_step("process unknown", "does_not_exist", "process", process="injecton"),
    one_step("process a group", "process_is_category", "process", process="plastics"),
    one_step("process a number", "invalid", "process", process=7),
    one_step("material unknown", "does_not_exist", "materials/0", materials=["unobtainium"]),
    one_step("material twice", "repeated", "materials", materials=["abs", "abs"]),
    one_step("materials no list", "not_a_list", "materials", materials="abs"),
    one_step("role unknown", "invalid_choice", "role", role="boss"),
    one_step("tolerance in inches", "invalid", "tolerance_mm", tolerance_mm="0.1 inch"),
    one_step("tolerance in another field", "unknown_field", "tolerance_inch", tolerance_inch=0.1),
    one_step("tolerance without its unit", "unknown_field", "tolerance", tolerance="0.1 inch"),
    one_step("tolerance negative", "min_value", "tolerance_mm", tolerance_mm=-0.1),
    one_step("size of two sides", "three_sides", "envelope_mm", envelope_mm=[10, 10]),
    one_step("size of a side zero", "min_value", "envelope_mm/1", envelope_mm=[10, 0, 10]),
    need("steps empty", "empty", "/steps", steps=[]),
    need("steps an object", "not_a_list", "/steps", steps={"0": step()}),
    need("a step a text", "invalid", "/steps/0", steps=["moulding"]),
    need("no lead", "lead_missing", "/steps", steps=[step(role="required")]),
    need("two leads", "lead_twice", "/steps/1/role", steps=[step(), step(process="assembly")]),
    need("a sequence twice", "sequence_twice", "/steps/1/sequence",
         steps=[step(sequence=1), step(sequence=1, process="assembly", role="required")]),
    need("a sequence for one step only", "sequence_missing", "/steps/1/sequence",
         steps=[step(sequence=1), step(process="assembly", role="required")]),
    need("31 steps", "max_length", "/steps", steps=[step(), *[step(role="required")] * 30]),
]  # fmt: skip
WORDS_AND_MONEY = [
    *(without(name) for name in ("title", "due_on", "order_quantity", "steps", "home_network")),
    need("title blank", "blank", "/title", title="  "),
    need("title too long", "max_length", "/title", title="x" * 201),
    need("title a number", "invalid", "/title", title=5),
    need("description too long", "max_length", "/description", description="x" * 20_001),
    need("stage unknown", "does_not_exist", "/stage", stage="alpha"),
    need("industry unknown", "invalid_choice", "/industry", industry="gaming"),
    need("confidentiality unknown", "invalid_choice", "/confidentiality", confidentiality="secret"),
    need("truth as a text", "invalid", "/export_controlled", export_controlled="no"),
    need("truth as a number", "invalid", "/self_service", self_service=1),
    need("certificate unknown", "does_not_exist", "/required_certificates/0", required_certificates=["iso-1"]),
    need("certificate required and preferred", "certificate_required_and_preferred", "/preferred_certificates",
         required_certificates=["iso-9001"], preferred_certificates=["iso-9001"]),
    need("currency in lower case", "unknown_currency", "/currency", currency="usd"),
    need("currency that is none", "unknown_currency", "/currency", currency="ZZZ"),
    need("currency in words", "unknown_currency", "/currency", currency="Euro"),
    need("budget negative", "min_value", "/budget_amount", budget_amount="-1"),
    need("budget in words", "invalid", "/budget_amount", budget_amount="a lot"),
    need("budget not a number", "invalid", "/budget_amount", budget_amount="NaN"),
    need("budget of a tenth of a cent", "max_decimal_places", "/budget_amount", budget_amount="1.005"),
    need("budget absurd", "max_digits", "/budget_amount", budget_amount="1" * 14),
    need("ceiling without budget", "ceiling_without_budget", "/budget_amount", budget_is_ceiling=True),
    need("tooling above budget", "tooling_above_budget", "/tooling_budget_amount", budget_amount="10",
         tooling_budget_amount="11"),
    need("field unknown", "unknown_field", "/colour", colour="red"),
    need("field not one's own", "unknown_field", "/state", state="open"),
    need("network unknown", "does_not_exist", "/home_network", home_network="atlantis"),
    need("partner is home", "partner_is_home", "/partner_networks", partner_networks=["lakeside"]),
    need("organisation of another", "unknown_organisation", "/organisation", organisation="{rival_rocket}"),
    need("organisation no id", "invalid", "/organisation", organisation="mine"),
    need("organisation a number", "invalid", "/organisation", organisation=7),
    need("the same external id", "external_id_taken", "/external_id", status=409, external_id="taken"),
]  # fmt: skip
BODIES = [
    raw("not JSON", "not_json", "{'title': 1}"),
    raw("half a JSON", "not_json", SENT[:-1]),
    raw("two JSONs", "not_json", SENT + SENT),
    raw("not UTF-8", "not_utf8", b'{"title": "\xff"}'),
    raw("UTF-16", "not_utf8", SENT.encode("utf-16")),
    raw("a list", "invalid", "[]"),
    raw("a text", "invalid", '"need"'),
    raw("null", "invalid", "null"),
    raw("empty", "required", b"", "/title"),
    raw("a NUL in a text", "nul_character", '{"title": "a\\u0000b"}', "/title"),
    raw("a NUL in a name", "nul_character", '{"a\\u0000b": 1}'),
    raw("half a surrogate pair", "lone_surrogate", '{"title": "\\ud800"}', "/title"),
    raw("half a surrogate pair in a name", "lone_surrogate", '{"\\udfff": 1}'),
    raw("NaN", "not_a_number", '{"weight_kg": NaN}'),
    raw("Infinity", "not_a_number", '{"weight_kg": -Infinity}'),
    raw("1e999", "number_out_of_range", '{"weight_kg": 1e999}'),
    raw("a number of 5,000 digits", "number_out_of_range", '{"order_quantity": ' + "9" * 5_000 + "}"),
    raw("a name twice", "duplicate_name", '{"title": "a", "title": "b"}', "/title"),
    raw("40 levels", "too_deep", DEEP, "/title"),
    raw("60,000 levels", "too_deep", VERY_DEEP),
    raw("a body of 300 kB", "body_too_large", json.dumps({"title": "x" * 300_000}), status=413),
    Case("a form", 415, "unsupported_media_type", raw=b"title=x",
         headers={"content-type": "application/x-www-form-urlencoded"}),
    Case("XML", 415, "unsupported_media_type", raw=b"<need/>", headers={"content-type": "application/xml"}),
    Case("an answer in XML", 406, "not_acceptable", body=new_need(), headers={"accept": "application/xml"}),
]  # fmt: skip
QUERIES = [
    get("a cursor made up", "bad_cursor", "cursor", "needs/?cursor=cD1hYmM="),
    get("a cursor empty", "empty_parameter", "cursor", "needs/?cursor="),
    get("a page of 1,000", "bad_page_size", "page_size", "needs/?page_size=1000"),
    get("a page of none", "bad_page_size", "page_size", "needs/?page_size=0"),
    get("a page of digits that are none", "bad_page_size", "page_size", "needs/?page_size=%C2%B2"),
    get("ordered by a password", "bad_ordering", "ordering", "needs/?ordering=created_by__password"),
    get("a filter that is none", "unknown_parameter", "organisation__name", "needs/?organisation__name=x"),
    get("a filter with a typo", "unknown_parameter", "stat", "needs/?stat=open"),
    get("a filter twice", "repeated_parameter", "state", "needs/?state=open&state=draft"),
    get("a state that is none", "invalid_choice", "state", "needs/?state=lost"),
    get("an id that is none", "invalid", "organisation", "needs/?organisation=7"),
    get("a date that is none", "invalid", "due_before", "needs/?due_before=01/02/2030"),
    get("a NUL in the query", "invalid", "external_id", "needs/?external_id=a%00b"),
    get("neither true nor false", "invalid_choice", "tooling_needed", "catalogue/processes/?tooling_needed=perhaps"),
    get("a search for nothing", "required", "q", "catalogue/search/?kind=process"),
    get("a search in nothing", "invalid_choice", "kind", "catalogue/search/?q=x&kind=people"),
    get("a search for too many", "invalid", "limit", "catalogue/search/?q=x&limit=1000"),
    get("a parameter where none is read", "unknown_parameter", "fields", "needs/{draft}/?fields=title"),
    get("a tier that is none", "invalid_choice", "tier", "rankings/{ranking}/matches/?tier=5"),
    Case("a parameter on a post", 400, "unknown_parameter", "force", path="needs/?force=1", body=new_need()),
]
CALLERS = [
    Case("nobody", 401, "not_authenticated", body=new_need(), who="nobody"),
    Case("a token that is none", 401, "authentication_failed", body=new_need(), who="nobody",
         headers={"Authorization": "Token " + "0" * 64}),
    Case("a token with an accent", 401, "authentication_failed", body=new_need(), who="nobody",
         headers={"Authorization": "Token \u00e9"}),
    Case("half a token", 401, "authentication_failed", body=new_need(), who="nobody",
         headers={"Authorization": "Token"}),
    Case("a wrong password", 401, "bad_credentials", path="sign-in/", who="nobody",
         body={"email": "fay@example.org", "password": "wrong"}),
    Case("no password", 400, "required", "/password", path="sign-in/", who="nobody", body={"email": "a@example.org"}),
    Case("a need for a producer", 400, "organisation_missing", "/organisation", body=new_need(), who="hank"),
    Case("a viewer posting", 403, "not_a_writer", "/organisation", body=new_need(), who="vera"),
    Case("a method that is none", 405, "method_not_allowed", method="DELETE", path="needs/{draft}/"),
    Case("an address that is none", 404, "not_found", method="GET", path="haystack/"),
    Case("an id that is no id", 404, "not_found", method="GET", path="needs/7/"),
    *(
        Case(f"{method} another's {thing}", 404, "not_found", method=method, path=path, body=body,
             headers={"if-match": '"1-draft"'})
        for thing, path, method, body in (
            ("need", "needs/{rival_need}/", "GET", None),
            ("need", "needs/{rival_need}/", "PATCH", {"order_quantity": 1}),
            ("need", "needs/{rival_need}/", "PUT", content()),
            ("submission", "needs/{rival_need}/submit/", "POST", None),
            ("withdrawal", "needs/{rival_need}/withdraw/", "POST", {}),
            ("ranking request", "needs/{rival_need}/ranking-requests/", "POST", None),
            ("facility", "facilities/{heron}/", "PATCH", {"name": "mine"}),
            ("capabilities", "facilities/{heron}/capabilities/", "POST", {"process": "moulding"}),
            ("weeks", "resources/{resource}/weeks/", "PUT", {"weeks": []}),
            ("organisation", "organisations/{rival_rocket}/", "PATCH", {"name": "mine"}),
            ("colleagues", "organisations/{rival_rocket}/members/", "GET", None),
            ("nothing", "needs/{nothing}/", "GET", None),
        )
    ),
]  # fmt: skip
EDITS = [
    edit("no If-Match", 428, "precondition_required", "If-Match"),
    edit("an older version", 412, "precondition_failed", "If-Match", headers={"if-match": '"0-draft"'}),
    edit("a version that is none", 412, "precondition_failed", "If-Match", headers={"if-match": "latest"}),
    edit("nothing to change", 400, "nothing_to_change", body={}, headers={"if-match": '"1-draft"'}, at=""),
    edit("a change that breaks the rest", 400, "ceiling_without_budget", "/budget_amount",
         body={"budget_is_ceiling": True}, headers={"if-match": '"1-draft"'}),
    edit("a change of the network", 400, "unknown_field", "/home_network", body={"home_network": "harbour"},
         headers={"if-match": '"1-draft"'}),
    edit("a need that has ended", 409, "need_not_editable", "", path="needs/{ended}/",
         headers={"if-match": '"1-withdrawn"'}),
    Case("submitted again", 409, "transition_refused", path="needs/{submitted}/submit/"),
    Case("withdrawn again", 409, "transition_refused", path="needs/{ended}/withdraw/", body={}),
    Case("a draft ranked", 409, "need_not_ranked", path="needs/{draft}/ranking-requests/"),
    Case("a key too long", 400, "bad_idempotency_key", "Idempotency-Key", body=new_need(),
         headers={"idempotency-key": "k" * 129}),
    Case("a key with a blank", 400, "bad_idempotency_key", "Idempotency-Key", body=new_need(),
         headers={"idempotency-key": "a b"}),
    Case("a key used for something else", 422, "idempotency_key_reused", "Idempotency-Key",
         body=new_need(title="another"), headers={"idempotency-key": "used"}),
]  # fmt: skip
SUPPLY = [
    place("operator of another", "unknown_organisation", "/operator", operator="{finch_operator}"),
    place("kind unknown", "invalid_choice", "/kind", kind="factory"),
    place("no network", "min_length", "/networks", networks=[]),
    place("latitude of a facility alone", "rule_broken", "/lat", lat=41.5),
    place("runs upside down", "rule_broken", "/min_run", min_run=10, max_run=5),
    place("a claim of one's own", "unknown_field", "/claim_state", claim_state="claimed"),
    place("a stage that is none", "does_not_exist", "/wished_stages/0", wished_stages=["alpha"]),
    place("a pause without being paused", "rule_broken", "/paused_until", paused_until="2040-01-01"),
    part("a process that is none", "does_not_exist", "/process", "capabilities", {"process": "magic"}),
    part("a share above one", "max_value", "/yield_share", "capabilities", {"process": "moulding", "yield_share": 95}),
    part("lead days upside down", "rule_broken", "/lead_days_low", "capabilities",
         {"process": "moulding", "lead_days_low": 9, "lead_days_high": 3}),
    part("another's resource", "unknown_resource", "/resource", "capabilities",
         {"process": "moulding", "resource": "{finch_resource}"}),
    part("hours of a week above all", "max_value", "/gross_hours_per_week", "resources",
         {"kind": "press", "gross_hours_per_week": 10**6}),
    part("neither hours nor units", "rule_broken", "/gross_hours_per_week", "resources", {"kind": "press"}),
    part("booked by more than all", "max_value", "/booked_share", "resources",
         {"kind": "press", "gross_hours_per_week": 40, "booked_share": 1.5}),
    part("expired before it was issued", "rule_broken", "/issued_on", "certificates",
         {"certification": "iso-9001", "issued_on": "2030-01-01", "expires_on": "2029-01-01"}),
    part("evidence of one's own", "unknown_field", "/evidence_level", "certificates",
         {"certification": "iso-9001", "evidence_level": "registry_verified"}),
    part("a tolerance of no standard", "unknown_tolerance_class", "/tolerance_class", "capabilities",
         {"process": "moulding", "tolerance_class": "ISO 2768-x"}),
    part("a group of processes", "process_is_category", "/process", "capabilities", {"process": "plastics"}),
    part("no machines", "min_value", "/count", "machines", {"machine": "arburg", "count": 0}),
    part("a no-go that is none", "rule_broken", "/value", "no-gos", {"kind": "industry", "value": "fun"}),
    part("listed already", "already_listed", "/value", "no-gos", {"kind": "industry", "value": "defence"}, status=409),
    *(
        Case(name, 400, code, at, "PUT", "resources/{resource}/weeks/", {"weeks": weeks}, who="hank",
             headers={"if-match": "{resource_version}"})
        for name, code, at, weeks in (
            ("a Tuesday", "not_a_monday", "/weeks/0/monday",
             [{"monday": str(MONDAY + timedelta(days=8)), "free_hours": 1}]),
            ("a week past", "week_out_of_range", "/weeks/0/monday",
             [{"monday": str(MONDAY - timedelta(weeks=1)), "free_hours": 1}]),
            ("hours below nothing", "min_value", "/weeks/0/free_hours", [{"monday": str(MONDAY), "free_hours": -1}]),
            ("a week twice", "repeated", "/weeks", [{"monday": str(MONDAY), "free_hours": 1}] * 2),
        )
    ),
]  # fmt: skip
PEOPLE = [
    Case("an organisation without a name", 400, "blank", "/name", path="organisations/",
         body={"name": "", "kind": "startup"}),
    Case("a network of one's own", 400, "invalid_choice", "/kind", path="organisations/",
         body={"name": "x", "kind": "network"}),
    Case("an address that is no address", 400, "invalid", "/website", path="organisations/",
         body={"name": "x", "kind": "startup", "website": "javascript:alert(1)"}),
    Case("a colleague whom nobody knows", 400, "unknown_user", "/user", path="organisations/{bright_beetle}/members/",
         body={"user": "{nothing}", "role": "member"}),
    Case("a role that is none", 400, "invalid_choice", "/role", path="organisations/{bright_beetle}/members/",
         body={"user": "{nothing}", "role": "king"}),
    Case("a colleague by a member", 403, "not_an_owner", path="organisations/{bright_beetle}/members/",
         body={"user": "{sam}", "role": "member"}, who="mo"),
]  # fmt: skip
CASES = [
    *QUANTITIES, *DATES, *PLACES, *STEPS, *WORDS_AND_MONEY, *BODIES, *QUERIES, *CALLERS, *EDITS, *SUPPLY, *PEOPLE,
]  # fmt: skip
