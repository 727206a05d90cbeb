"""Matomo Tag Manager's version export (JSON): a rule for each tag and each of its triggers."""

from collections.abc import Mapping
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.property.edits import slug
from server.property.importing.draft import Draft, merged_conditions, object_of, objects_of, text_of
from server.property.importing.matomo_triggers import number_text, translate_trigger
from server.property.importing.matomo_variables import COMPARISONS, Variables, as_number
from server.property.importing.report import Imported, Impossible, NotAnExport
from server.property.modules import Modules

_MAX_PARTS = 5_000


_CONSENT = "Nothing is collected before a visitor agrees to `collect`."
_DATASTREAM = "Events go to the datastream that the environments name: choose it in the property's settings."


def from_matomo(export: Json, modules: Modules, *, property_id: str = "") -> Imported:
    """``property_id``: empty for one made of the version's name. Raises NotAnExport."""
    found = object_of(export)
    version = object_of(found.get("version")) or found
    tags, triggers, variables = (objects_of(version.get(key)) for key in ("tags", "triggers", "variables"))
    if not (tags or triggers or variables):
        raise NotAnExport(
            "This is no version of Matomo Tag Manager: take the file of Versions, Export there, which has tags, "
            "triggers and variables."
        )
    if len(tags) + len(triggers) + len(variables) > _MAX_PARTS:
        raise NotAnExport(f"The version has more than {_MAX_PARTS:,} parts: export a part of them.")
    name = text_of(version.get("name")) or "Imported"
    draft = Draft(name=name, property_id=property_id or slug(name) or "imported", layer={"type": "gtm", "name": "_mtm"})
    draft.tell("version", name, _CONSENT, _DATASTREAM)
    known = Variables(variables, draft)
    known.add_all()
    by_id = {number_text(each.get("idtrigger")): each for each in triggers}
    for tag in tags:
        _add_tag(tag, by_id, known, draft)
    return draft.finish(modules)


def _add_tag(tag: JsonObject, triggers: Mapping[str, JsonObject], variables: Variables, draft: Draft) -> None:
    name, firing = text_of(tag.get("name")), _ids(tag.get("fire_trigger_ids"))
    if not firing:
        draft.refuse("tag", name, "No trigger fires it.")
    for key in firing:
        trigger = triggers.get(key)
        called = f"{name} ({text_of(trigger.get('name'))})" if trigger and len(firing) > 1 else name
        try:
            if trigger is None:
                raise Impossible("Its trigger is not in the export.")
            told: list[str] = []
            rule = _rule(tag, trigger, triggers, variables, told)
            if len(firing) > 1 and "limit" in rule:
                told.append("How often it fires is now counted for each of its triggers.")
            draft.add_rule(called, rule, told=told, kind="tag")
        except Impossible as error:
            draft.refuse("tag", called, str(error))


def _rule(
    tag: JsonObject,
    trigger: JsonObject,
    triggers: Mapping[str, JsonObject],
    variables: Variables,
    told: list[str],
) -> JsonObject:
    event = translate_trigger(trigger, told)
    action = _action(tag, variables, told)
    rule: JsonObject = {"events": [event]}
    rule |= merged_conditions(_conditions(trigger, variables))
    blocking = [triggers.get(key, {}) for key in _ids(tag.get("block_trigger_ids"))]
    exceptions = []
    for each in blocking:
        if text_of(each.get("type")) != text_of(trigger.get("type")):
            raise Impossible("A trigger of another event blocks it until the page is left, which is no exception here.")
        tests = _conditions(each, variables)
        if not tests:
            raise Impossible("A trigger blocks it whenever it could fire.")
        told.append("What blocks it counts for the one event, and not until the page is left.")
        exceptions.append({"all": tests})
    if exceptions:
        rule["exceptions"] = {"any": exceptions}
    limit = _LIMITS.get(text_of(tag.get("fire_limit")))
    if limit:
        rule["limit"] = dict(limit)
    if tag.get("status") == "paused":
        rule["enabled"] = False
    if tag.get("fire_delay"):
        told.append("It does not wait before it fires.")
    if tag.get("start_date") or tag.get("end_date"):
        raise Impossible("It fires between two dates: make a data element of the type `schedule`, and a condition.")
    rule["actions"] = [action]
    return rule


_LIMITS: Mapping[str, JsonObject] = MappingProxyType(
    {
        "once_page": {"times": 1, "per": "page"},
        "once_24hours": {"times": 1, "per": "visitor", "within": "24h"},
        "once_lifetime": {"times": 1, "per": "visitor"},
    }
)


def _action(tag: JsonObject, variables: Variables, told: list[str]) -> JsonObject:
    kind, given = text_of(tag.get("type")), object_of(tag.get("parameters"))
    if kind in ("CustomHtml", "CustomImage"):
        raise Impossible("Custom HTML and images are not taken over: no text becomes code here.")
    if kind != "Matomo":
        raise Impossible(
            f"A tag of the type `{kind[:60]}` belongs to another service: events go on from the server here."
        )
    tracking = text_of(given.get("trackingType")) or "pageview"
    told.append("What was sent to Matomo is XDM now: look whether each field is where you want it.")
    xdm: JsonObject = {}
    if tracking == "pageview":
        _put(xdm, "web.webPageDetails.name", given.get("documentTitle"), variables, told)
        _put(xdm, "web.webPageDetails.URL", given.get("customUrl"), variables, told)
        xdm["web.webPageDetails.pageViews.value"] = 1
        return {"type": "send-event", "eventType": "web.webpagedetails.pageViews", "isPageView": True, "xdm": xdm}
    if tracking == "event":
        action = text_of(given.get("eventAction"))
        if "{{" in action or not slug(action):
            raise Impossible("The action of its event is made of variables; a rule sends events of one type.")
        _put(xdm, "web.webInteraction.name", given.get("eventName"), variables, told)
        told.append("Its category and value are left out: they have no place in the standard. Map them to fields.")
        return {"type": "send-event", "eventType": f"web.{slug(action)}", **({"xdm": xdm} if xdm else {})}
    raise Impossible(f"What it sends, `{tracking[:60]}`, is not taken over: a goal is what a query counts here.")


def _put(xdm: JsonObject, path: str, value: Json, variables: Variables, told: list[str]) -> None:
    if not isinstance(value, str) or not value:
        return
    try:
        xdm[path] = variables.template(value)
    except Impossible as error:
        told.append(f"The field `{path}` is left out. {error}")


def _conditions(trigger: JsonObject, variables: Variables) -> list[JsonObject]:
    return [_condition(each, variables) for each in objects_of(trigger.get("conditions"))]


def _condition(each: JsonObject, variables: Variables) -> JsonObject:
    actual, comparison, expected = (text_of(each.get(key)) for key in ("actual", "comparison", "expected"))
    is_negated = comparison.startswith("not_")
    wanted = comparison.removeprefix("not_")
    if "{{" in expected:
        raise Impossible("A condition compares with another variable; it compares with a text here.")
    if wanted == "match_css_selector" and actual == "ClickElement":
        quote = '"' if "'" in expected else "'"
        made: JsonObject = {"value": f"%this | matches({quote}{expected}{quote})%", "is": "true"}
    elif wanted in COMPARISONS:
        operator, is_folded = COMPARISONS[wanted]
        value = variables.template(f"{{{{{actual}}}}}")
        if operator == "eq" and value.count("%") == 2 and "|" not in value:
            value = f"{value[:-1]} | string%"
        made = {"value": value, "op": operator, "than": expected}
        if operator in ("lt", "lte", "gt", "gte"):
            made["than"] = as_number(expected)
        elif is_folded:
            made["ignoreCase"] = True
    else:
        raise Impossible(f"The comparison `{comparison[:60]}` is not taken over.")
    return {"none": [made]} if is_negated else made


def _ids(value: Json) -> list[str]:
    return [number_text(each) for each in value] if isinstance(value, list) else []
