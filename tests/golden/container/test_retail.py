"""The retail site: a whole property, and what it compiles to, byte by byte.

To take over a change that is meant: `HELIOGRAPH_UPDATE_GOLDEN=1 pytest tests/golden/container`, then read the diff.
"""

import json
import os
from pathlib import Path

from server.container.compile import compile_container
from server.container.fragments import used_fragments
from server.model.container import Container, as_json
from server.property.check import check_property
from server.property.compile import compile_property
from tests.unit.property.factories import fixture_modules, retail

HERE = Path(__file__).parent
RUNTIME = "$h.start=function(container){$h.container=container};"


def the_container() -> Container:
    return compile_property(
        retail(), environment="production", org_id="SHOP@AdobeOrg", datastream="ds-given", modules=fixture_modules()
    )


def the_build() -> bytes:
    container = the_container()
    modules = {name: f'$h["{name}"]=function(){{}};' for name in used_fragments(container)}
    return compile_container(container, runtime=RUNTIME, modules=modules)


def expect(name: str, text: str) -> None:
    path = HERE / name
    if os.environ.get("HELIOGRAPH_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_property_can_be_published() -> None:
    assert check_property(retail(), fixture_modules()) == []


def test_the_container_is_the_one_kept() -> None:
    expect("retail.container.json", json.dumps(as_json(the_container()), indent=2, ensure_ascii=False) + "\n")


def test_the_build_is_the_one_kept() -> None:
    expect("retail.build.js", the_build().decode("ascii"))
