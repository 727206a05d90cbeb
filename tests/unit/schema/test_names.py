import pytest

from server.schema.names import run_time_document, run_time_name, run_time_path


@pytest.mark.parametrize(
    ("published", "path"),
    [
        ("xdm:web", ("web",)),
        ("@id", ("_id",)),
        ("@type", ("_type",)),
        ("dc:language", ("_dc", "language")),
        ("web", ("web",)),
        ("https://ns.adobe.com/xdm/channels/email", ("https://ns.adobe.com/xdm/channels/email",)),
        ("@", ("@",)),
        (":a", (":a",)),
        ("a:", ("a:",)),
    ],
)
def test_a_name_becomes_what_events_call_it(published: str, path: tuple[str, ...]) -> None:
    assert run_time_name(published) == path


def test_a_path_becomes_what_events_call_it() -> None:
    assert run_time_path("/xdm:person/xdm:name/xdm:firstName") == "/person/name/firstName"
    assert run_time_path("/repo:createDate") == "/_repo/createDate"


def test_a_document_is_written_as_an_event_and_the_original_is_left_alone() -> None:
    published = {"@id": "1", "xdm:web": [{"dc:title": "t", "dc:language": "de"}], "schema:latitude": 1}

    at_run_time = run_time_document(published)

    assert at_run_time == {"_id": "1", "web": [{"_dc": {"title": "t", "language": "de"}}], "_schema": {"latitude": 1}}
    assert published["xdm:web"] == [{"dc:title": "t", "dc:language": "de"}]
