"""The pages of one property, in every state that they can be in."""

import json
from collections.abc import Iterator, Mapping

from tests.unit.property.importing.exports import a_container, a_tag, a_trigger, a_variable, parameter
from tests.unit.web.console import HTML, Console
from tests.unit.web.pages.markup import Element, parse

RETAIL = "/properties/retail-web"


def fields_of(form: Element) -> list[tuple[str, str]]:
    """What a browser sends of a form that nobody has touched, but for its buttons."""
    sent = []
    for field in form.every():
        name, kind = field.attributes.get("name", ""), field.attributes.get("type", "")
        if not name or field.tag not in ("input", "select", "textarea"):
            continue
        if field.tag == "select":
            chosen = [each for each in field.all("option") if "selected" in each.attributes] or field.all("option")[:1]
            sent += [(name, each.attributes.get("value", each.text)) for each in chosen]
        elif field.tag == "textarea":
            sent.append((name, field.text))
        elif kind not in ("checkbox", "radio") or "checked" in field.attributes:
            sent.append((name, field.attributes.get("value", "on")))
    return sent


def editor_form(html: str) -> list[tuple[str, str]]:
    """The fields of the rule's, or data element's, editor."""
    return fields_of(parse(html).all("form", id="rule-form")[0])


def changed(form: list[tuple[str, str]], **values: str) -> list[tuple[str, str]]:
    """With other values; ``__`` in a name stands for ``/``."""
    wanted = {name.replace("__", "/"): value for name, value in values.items()}
    kept = [(name, wanted.pop(name, value)) for name, value in form]
    return kept + list(wanted.items())


def post(console: Console, path: str, form: list[tuple[str, str]] | Mapping[str, str]) -> tuple[int, str]:
    """(status, HTML), redirects not followed."""
    pairs = list(form.items()) if isinstance(form, Mapping) else form
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    fields.setdefault("csrf", [console.csrf_token()])
    answer = console.client.post(path, data=fields, headers=HTML, follow_redirects=False)
    return answer.status_code, answer.text


def get(console: Console, path: str) -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def imported(console: Console) -> str:
    """The report of an import with all three kinds of findings."""
    tags = [a_tag("One"), a_tag("Two", type="html")]
    variables = [a_variable("V", "c", parameter("value", "1"))]
    export = json.dumps(a_container(tags=tags, triggers=[a_trigger("1", "PAGEVIEW")], variables=variables))
    answer = console.client.post(
        "/import-property",
        data={"csrf": console.csrf_token(), "source": "gtm", "id": "from-gtm"},
        files={"file": ("export.json", export)},
        headers=HTML,
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def every_workspace_page(console: Console) -> Iterator[tuple[str, str]]:
    """(what it is, its HTML); retail-web, broken and least are there."""
    for path in ("rules", "rules?q=nothing-is-like-this", "new-rule", "new-rule?event=click", "new-rule?like=purchase"):
        yield path, get(console, f"{RETAIL}/{path}")
    yield "rules, none", get(console, "/properties/least/rules")
    yield "rules, with faults", get(console, "/properties/broken/rules")
    for rule in ("add-to-cart", "purchase", "page-view"):
        yield rule, get(console, f"{RETAIL}/rules/{rule}")
    form = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))
    yield "rule, refused", post(console, f"{RETAIL}/rules/add-to-cart", changed(form, name="", id="x y"))[1]
    grown = changed(form, do="group:conditions/members", find="name")
    yield "rule, with a group", post(console, f"{RETAIL}/rules/add-to-cart", grown)[1]
    post(console, f"{RETAIL}/rules", {"do": "disable:add-to-cart"})
    yield "rule, changed by another", post(console, f"{RETAIL}/rules/add-to-cart", changed(form, name="Other"))[1]
    yield "rules, done", get(console, f"{RETAIL}/rules?done=2")
    yield "rule, saved", get(console, f"{RETAIL}/rules/add-to-cart?saved=1")
    yield "elements", get(console, f"{RETAIL}/elements")
    yield "elements, none like this", get(console, f"{RETAIL}/elements?q=nothing-is-like-this")
    yield "elements, none", get(console, "/properties/least/elements")
    yield "elements, refused", post(console, f"{RETAIL}/elements", {"do": "delete:pageName"})[1]
    element = editor_form(get(console, f"{RETAIL}/elements/pageName"))
    yield "element, refused", post(console, f"{RETAIL}/elements/pageName", changed(element, name="a b"))[1]
    yield "element, new", get(console, f"{RETAIL}/new-element")
    for topic in ("privacy", "data-layer", "links", "about", "every-event"):
        yield topic, get(console, f"{RETAIL}/{topic}")
        yield f"{topic}, of the least", get(console, f"/properties/least/{topic}")
    settings = editor_form(get(console, f"{RETAIL}/privacy"))
    wrong = changed(settings, consent__purposes="not a purpose", consent__whilePending__ttl="x")
    yield "privacy, refused", post(console, f"{RETAIL}/privacy", wrong)[1]
    yield "privacy, checked", post(console, f"{RETAIL}/privacy", changed(settings, do="check", privacy__mask=".x"))[1]
    post(console, f"{RETAIL}/privacy", changed(settings, privacy__mask=".mine"))
    yield "privacy, changed by another", post(console, f"{RETAIL}/privacy", changed(settings, privacy__mask=".o"))[1]
    yield "privacy, done", get(console, f"{RETAIL}/privacy?done=3")
    base = editor_form(get(console, f"{RETAIL}/every-event"))
    yield "base, grown", post(console, f"{RETAIL}/every-event", changed(base, do="add:base"))[1]
    yield "base, refused", post(console, f"{RETAIL}/every-event", changed(base, base__0__path=""))[1]
    yield "publish", get(console, f"{RETAIL}/publish")
    yield "publish, refused", post(console, f"{RETAIL}/publish", {"environment": "staging", "version": "2"})[1]
    post(console, f"{RETAIL}/publish/review", {"environment": "production", "version": "2", "note": "Look"})
    yield "publish, put to review", get(console, f"{RETAIL}/publish")
    yield "publish, with faults", get(console, "/properties/broken/publish")
    yield "code", get(console, f"{RETAIL}/code")
    module = {"version": "2", "name": "points", "code": "export default () => 1;", "description": "Points"}
    yield "code, refused", post(console, f"{RETAIL}/code", {**module, "code": "eval(1)"})[1]
    post(console, f"{RETAIL}/code", module)
    yield "code, written", get(console, f"{RETAIL}/code?done=saved")
    yield "sizes", get(console, f"{RETAIL}/sizes")
    yield "sizes, with faults", get(console, "/properties/broken/sizes")
    yield "sizes, none", get(console, "/properties/least/sizes")
    yield "history", get(console, f"{RETAIL}/history")
    yield "property, import", get(console, "/import-property")
    yield "property, imported", imported(console)
    yield "property, new", get(console, "/new-property")
    yield "property, refused", post(console, "/new-property", {"name": ""})[1]
    yield "property, just made", get(console, f"{RETAIL}?made=1")
