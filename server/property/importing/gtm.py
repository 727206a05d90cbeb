"""Google Tag Manager's container export (JSON, format 2): a rule for each tag and each of its triggers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from server.model.json import Json, JsonObject
from server.property.edits import slug
from server.property.importing.draft import Draft, merged_conditions, object_of, objects_of, text_of
from server.property.importing.ga4 import ECOMMERCE, ITEM, NUMBERS, PARAMETERS, event_type
from server.property.importing.gtm_triggers import Trigger, translate_trigger, triggers_by_id
from server.property.importing.gtm_variables import Variables, is_set, parameters_of, rows_of, value_of
from server.property.importing.report import Imported, Impossible, NotAnExport
from server.property.modules import Modules

# Of both together; a container has a few hundred.
_MAX_PARTS = 5_000

_TABLE = "What was sent to Google Analytics is XDM now, by a table: look whether each field is where you want it."
_CONSENT = (
    "Nothing is collected before a visitor agrees to `collect`; which rules needed what in Google Tag Manager is not."
)

_DATASTREAM = "Events go to the datastream that the environments name: choose it in the property's settings."


def from_gtm(export: Json, modules: Modules, *, property_id: str = "") -> Imported:
    """``property_id``: empty for one made of the container's name. Raises NotAnExport."""
    version = object_of(object_of(export).get("containerVersion"))
    tags, triggers, variables = (objects_of(version.get(key)) for key in ("tag", "trigger", "variable"))
    if not version or not (tags or triggers or variables):
        raise NotAnExport(
            "This is no container export of Google Tag Manager: take the file of Admin, Export Container there."
        )
    if len(tags) + len(triggers) + len(variables) > _MAX_PARTS:
        raise NotAnExport(f"The container has more than {_MAX_PARTS:,} parts: export a part of them.")
    container = object_of(version.get("container"))
    name = text_of(container.get("name")) or text_of(container.get("publicId")) or "Imported"
    draft = Draft(name=name, property_id=property_id or slug(name) or "imported", layer={"type": "gtm"})
    draft.tell("container", name, _CONSENT, _DATASTREAM)
    found = Variables(variables, version.get("builtInVariable"), draft)
    found.add_all()
    _Tags(draft, found, triggers).add_all(tags)
    return draft.finish(modules)


class _Tags:
    def __init__(self, draft: Draft, variables: Variables, triggers: Sequence[JsonObject]) -> None:
        self._draft = draft
        self._variables = variables
        self._triggers = triggers_by_id(triggers)
        self._used: set[str] = set()

    def add_all(self, tags: Sequence[JsonObject]) -> None:
        for tag in tags:
            self._add(tag)
        for key, trigger in self._triggers.items():
            if key not in self._used and "triggerId" in trigger:
                name = text_of(trigger.get("name"))
                self._draft.refuse("trigger", name, "No tag that is taken over waits for it.")

    def _add(self, tag: JsonObject) -> None:
        name, firing = text_of(tag.get("name")), _texts(tag.get("firingTriggerId"))
        if not firing:
            self._draft.refuse("tag", name, "No trigger fires it.")
            return
        for key in firing:
            trigger = self._triggers.get(key)
            called = name
            if len(firing) > 1 and trigger is not None:
                called = f"{name} ({text_of(trigger.get('name'))})"
            try:
                if trigger is None:
                    raise Impossible("Its trigger is not in the export.")
                self._add_rule(tag, called, translate_trigger(trigger, self._variables))
                self._used.add(key)
            except Impossible as error:
                self._draft.refuse("tag", called, str(error))

    def _add_rule(self, tag: JsonObject, name: str, trigger: Trigger) -> None:
        told = list(trigger.told)
        action = self._action(tag, trigger, told)
        exceptions = self._exceptions(tag, trigger)
        conditions = [*trigger.conditions, *self._schedule(tag)]
        rule: JsonObject = {"events": list(trigger.events), **merged_conditions(conditions)}
        if exceptions:
            rule["exceptions"] = {"any": exceptions}
        if trigger.limit:
            rule["limit"] = trigger.limit
        if text_of(tag.get("tagFiringOption")) == "ONCE_PER_LOAD":
            rule["limit"] = {"times": 1, "per": "page"}
            if len(_texts(tag.get("firingTriggerId"))) > 1:
                told.append("Once a page load is now once for each of its triggers.")
        if tag.get("paused") is True:
            rule["enabled"] = False
        if "priority" in tag:
            told.append("Its priority is not taken over: rules run in the order of the list.")
        if tag.get("setupTag") or tag.get("teardownTag"):
            told.append("The tags before and after it are rules of their own, which it does not wait for.")
        rule["actions"] = [action]
        self._draft.add_rule(name, rule, told=told, kind="tag")

    def _action(self, tag: JsonObject, trigger: Trigger, told: list[str]) -> JsonObject:
        kind, given = text_of(tag.get("type")), parameters_of(tag)
        if kind == "gaawe":
            return self._event(value_of(given, "eventName"), given, trigger, told)
        if kind in ("googtag", "gaawc"):
            settings = {row.get("parameter", ""): row.get("parameterValue", "") for row in _settings(given)}
            is_off = settings.get("send_page_view") == "false" or value_of(given, "sendPageView") == "false"
            if is_off:
                raise Impossible("It only sets up Google's tag: where events go is the environment's datastream here.")
            told.append("Of Google's tag, only its page view is taken over.")
            return self._event("page_view", given, trigger, told)
        if kind in ("html", "img"):
            raise Impossible("Custom HTML and images are not taken over: no text becomes code here.")
        raise Impossible(
            f"A tag of the type `{kind[:60]}` belongs to another service: events go on from the server here."
        )

    def _event(self, wanted: str, given: Mapping[str, JsonObject], trigger: Trigger, told: list[str]) -> JsonObject:
        name = self._variables.template(wanted, event=trigger.event)
        if "%" in name or not name:
            raise Impossible("The name of its event is made of variables; a rule sends events of one type.")
        kind, xdm, is_known = event_type(name)
        told.append(_TABLE)
        if not is_known:
            told.append(f"`{name}` is no event of the standard: it is sent as `{kind}`.")
        for row in _settings(given):
            self._parameter(row.get("parameter", ""), row.get("parameterValue", ""), xdm, trigger, told)
        if is_set(given, "sendEcommerceData"):
            self._ecommerce(given, xdm, told)
        is_view = {"isPageView": True} if name == "page_view" else {}
        return {"type": "send-event", "eventType": kind, **is_view, **({"xdm": xdm} if xdm else {})}

    def _parameter(self, key: str, value: str, xdm: JsonObject, trigger: Trigger, told: list[str]) -> None:
        path = PARAMETERS.get(key)
        try:
            template = self._variables.template(value, event=trigger.event)
        except Impossible as error:
            told.append(f"The parameter `{key}` is left out. {error}")
            return
        if key == "items" and template.startswith("%"):
            xdm["productListItems[]"] = {"each": template, "as": dict(ITEM)}
        elif path is None:
            if key not in ("send_page_view", ""):
                told.append(f"The parameter `{key}` is left out: it has no place in the standard. Map it to a field.")
        else:
            xdm[path] = _as_number(template) if key in NUMBERS else template

    def _ecommerce(self, given: Mapping[str, JsonObject], xdm: JsonObject, told: list[str]) -> None:
        if value_of(given, "getEcommerceDataFrom") not in ("", "dataLayer"):
            told.append("Its e-commerce data come from a variable, and are left out.")
            return
        items = self._draft.add_element("ecommerce items", {"from": "dataLayer", "path": "ecommerce.items"})
        xdm.setdefault("productListItems[]", {"each": f"%{items}%", "as": dict(ITEM)})
        for key in ECOMMERCE:
            element = self._draft.add_element(f"ecommerce {key}", {"from": "dataLayer", "path": f"ecommerce.{key}"})
            xdm.setdefault(PARAMETERS[key], _as_number(f"%{element}%") if key in NUMBERS else f"%{element}%")

    def _exceptions(self, tag: JsonObject, trigger: Trigger) -> list[JsonObject]:
        found = []
        for key in _texts(tag.get("blockingTriggerId")):
            blocking = self._triggers.get(key)
            if blocking is None:
                raise Impossible("A trigger that blocks it is not in the export.")
            self._used.add(key)
            if text_of(blocking.get("type")) not in (trigger.kind, "CUSTOM_EVENT"):
                # It happens with other events, and so it never blocked.
                continue
            other = translate_trigger(blocking, self._variables)
            if other.blocks(trigger):
                if other.kind == "CLICK" and other.events[0].get("target") != "*":
                    raise Impossible("A click trigger that blocks it names elements, which is no condition here.")
                if not other.conditions:
                    raise Impossible("A trigger blocks it whenever it could fire.")
                found.append({"all": list(other.conditions)})
        return found

    def _schedule(self, tag: JsonObject) -> list[JsonObject]:
        times = {
            ours: datetime.fromtimestamp(int(text_of(tag.get(theirs))) / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            for theirs, ours in (("scheduleStartMs", "begins"), ("scheduleEndMs", "ends"))
            if text_of(tag.get(theirs)).isdecimal() and len(text_of(tag.get(theirs))) <= 14
        }
        if not times:
            return []
        element = self._draft.add_element(f"{text_of(tag.get('name'))} schedule", {"from": "schedule", **times})
        return [{"value": f"%{element}%", "is": "true"}]


def _settings(given: Mapping[str, JsonObject]) -> list[Mapping[str, str]]:
    """The rows of both tables that a tag for Google Analytics can have, in the form of the newer one."""
    newer = [row for key in ("eventSettingsTable", "configSettingsTable") for row in rows_of(given, key)]
    older = [
        {"parameter": row.get("name", ""), "parameterValue": row.get("value", "")}
        for key in ("eventParameters", "fieldsToSet")
        for row in rows_of(given, key)
    ]
    return [*newer, *older]


def _as_number(template: str) -> str:
    is_token = template.startswith("%") and template.endswith("%") and template.count("%") == 2
    return f"{template[:-1]} | number%" if is_token and "|" not in template else template


def _texts(value: Json) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
