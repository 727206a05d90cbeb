import json
from typing import Any

import pytest

from server.container.compile import compile_container
from server.container.fragments import used_fragments
from server.model.container import Container, as_json
from server.property.compile import compile_property
from tests.unit.property.factories import a_property, fixture_modules, retail

FRAGMENTS = {
    f"{kind}/{name}": f'$h["{kind}/{name}"]=1;'
    for kind, modules in fixture_modules().by_kind.items()
    for name in modules
}


def a_container(**sections: Any) -> Container:
    return compile_property(
        a_property(consent={"default": "granted"}, **sections),
        environment="production",
        org_id="O",
        datastream="d",
        modules=fixture_modules(),
    )


def test_the_build_is_the_runtime_the_used_modules_in_order_and_the_container() -> None:
    container = a_container()

    text = compile_container(container, runtime="$h.start=function(){};", modules=FRAGMENTS).decode()

    assert text.startswith(
        '!function(){"use strict";var $h={};$h.start=function(){};'
        '$h["actions/send-event"]=1;$h["dataElements/page"]=1;$h["events/click"]=1;$h.start({'
    )
    assert text.endswith("})}();\n")
    assert json.loads(text[text.index("$h.start({") + len("$h.start(") : -len(")}();\n")]) == as_json(container)


def test_the_same_property_gives_the_same_bytes() -> None:
    document = retail()
    turned = json.loads(json.dumps({key: document[key] for key in reversed(document)}))
    given: dict[str, Any] = {"environment": "staging", "org_id": "O", "datastream": "d", "modules": fixture_modules()}

    containers = [compile_property(each, **given) for each in (document, turned)]
    modules = dict.fromkeys(used_fragments(containers[0]), "")

    first, second = (compile_container(each, runtime="", modules=modules) for each in containers)

    assert first == second


def test_a_fragment_brings_what_it_needs() -> None:
    modules = {**FRAGMENTS, "parts/link": "LINK;"}

    text = compile_container(a_container(), runtime="", modules=modules, needs={"events/click": ["parts/link"]})

    assert b'$h["events/click"]=1;LINK;' in text


def test_a_fragment_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="no fragment for dataElements/page, events/click; are the files"):
        compile_container(a_container(), runtime="", modules={"actions/send-event": ""})


def test_what_a_property_holds_never_becomes_code() -> None:
    evil = '"));alert(1);//</script><script>alert(2)</script><!--]]>\u2028'
    container = a_container(
        property={"id": "a", "name": evil}, dataElements={"pageName": {"from": "const", "value": {evil: evil}}}
    )

    text = compile_container(container, runtime="", modules=FRAGMENTS)

    assert text.isascii()
    assert [sign for sign in (b"<", b">", b"&", b"]]>") if sign in text] == []
