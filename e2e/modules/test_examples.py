"""Every example of every module's description happens, in Chromium, with the built fragments."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from e2e.modules.stage import Stage, differences
from server.publish import Fragments

STATIC = Path(__file__).parents[2] / "static"
DOCUMENTS = [json.loads(path.read_bytes()) for path in sorted((STATIC / "snippet" / "modules").glob("*/*.json"))]
EXAMPLES = [
    pytest.param(document, example, id=f"{document['kind']}/{document['type']}: {example['name']}")
    for document in DOCUMENTS
    for example in document["examples"]
]


@pytest.mark.parametrize(("document", "example"), EXAMPLES)
def test_the_example_happens(
    context: BrowserContext, fragments: Fragments, document: dict[str, Any], example: dict[str, Any]
) -> None:
    stage = Stage(context, fragments)

    stage.play(document["kind"], document["type"], example)

    expected = example["expect"]
    assert stage.errors == []
    match document["kind"]:
        case "events":
            assert differences(expected["occurrences"], stage.occurrences) == [], stage.occurrences
        case "actions":
            assert differences(expected["sent"], stage.sent) == [], stage.sent
        case "dataElements":
            [event] = stage.sent
            assert differences(expected.get("value"), event.get("_example", {}).get("value")) == []


def test_every_module_has_an_example_that_happens_and_every_event_one_that_does_not() -> None:
    for document in DOCUMENTS:
        occurrences = [each["expect"].get("occurrences") for each in document["examples"]]
        assert document["examples"], document["type"]
        if document["kind"] == "events":
            assert any(occurrences), document["type"]
