"""docs/reference/edge.md says what the edge does: its errors, a datastream's options, the example of an image."""

import re
from pathlib import Path

import msgspec

from server.model.consent import ADOBE_TCF_VENDOR
from server.model.datastream import DatasetId, Datastream, DatastreamId
from server.wire import errors
from server.wire.datastream import encode_datastream
from server.wire.errors import EdgeCode
from server.wire.pixel import decode_pixel

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "edge.md").read_text(encoding="utf-8")


def _rows(section: str) -> list[list[str]]:
    """The cells of the tables below a heading, without the tables' own heads."""
    part = TEXT.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return [row for row in rows if row[0].startswith("`")]


def test_every_code_is_there_with_its_status_and_title() -> None:
    rows = {(row[0].strip("`"), int(row[1]), row[2]) for row in _rows("Errors")}

    codes = [value for value in vars(errors).values() if isinstance(value, EdgeCode)]
    assert rows == {(f"EXEG-{code.number}", code.status, code.title) for code in codes}


def test_every_option_of_a_datastream_is_there() -> None:
    datastream = Datastream(id=DatastreamId("a"), name="A", org_id="O", dataset_id=DatasetId("b"))
    document = msgspec.json.decode(encode_datastream(datastream))
    names = {f"{name}.{part}" for name, value in document.items() if isinstance(value, dict) for part in value}
    names |= {name for name, value in document.items() if not isinstance(value, dict)}
    assert {row[0].strip("`") for row in _rows("Datastreams")} == names


def test_the_example_of_an_image_is_what_becomes_of_it() -> None:
    query = re.search(r"^/pixel/demo\.gif\?(\S+)$", TEXT, re.MULTILINE)
    shown = re.search(r"```json\n(\{\n  \"eventType\".*?)```", TEXT, re.DOTALL)

    assert query is not None
    assert shown is not None
    pixel = decode_pixel(query[1].encode(), page_url="", tcf_vendor=ADOBE_TCF_VENDOR)
    assert msgspec.json.decode(msgspec.json.encode(pixel.request.events[0].xdm)) == msgspec.json.decode(shown[1])


def test_every_parameter_of_the_table_has_an_effect() -> None:
    names = [name for row in _rows("Images") for name in re.findall(r"`([^`]+)`", row[0])]
    values = {"xdm": '{"a":1}', "data": '{"a":1}', "consent": "out", "gdpr": "0", "gdpr_consent": ""}

    def decoded(query: str) -> bytes:
        return msgspec.json.encode(decode_pixel(query.encode(), page_url="", tcf_vendor=ADOBE_TCF_VENDOR))

    for name in set(names) - {"gdpr_consent"}:
        query = f"{name.replace('{namespace}', 'Email')}={values.get(name, 'x')}"
        assert decoded(query) != decoded(""), name
