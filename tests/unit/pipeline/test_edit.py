from server.model.ingestion import Ingestion, Operations
from server.pipeline.edit import editable, edited
from server.prep.patch import Patch
from tests.builders import an_event, an_xdm


def test_an_event_s_xdm_is_edited_and_the_event_itself_stays() -> None:
    event = an_event(xdm=an_xdm(count="7"))

    after, warnings = edited(event, Patch("count = to_integer(count)", None), is_of_events=True)

    assert (after.xdm["count"], event.xdm["count"], warnings) == (7, "7", [])
    assert (after.id, after.received_ms, after.client) == (event.id, event.received_ms, event.client)


def test_of_raw_data_that_is_edited_and_mapped_again() -> None:
    event = an_event(data={"n": "7"}, ingestion=Ingestion(is_raw=True))

    after, _ = edited(event, Patch("n = to_integer(n)\n_id = 'x'", None), is_of_events=True)

    assert editable(event) == {"n": "7"}
    assert (after.data, after.xdm, after.id) == ({"n": 7, "_id": "x"}, event.xdm, event.id)


def test_an_event_that_is_given_an_id_is_called_by_it() -> None:
    patch = Patch("_id = uuid()", None)
    partial = Ingestion(operations=Operations(data="merge"))

    whole, _ = edited(an_event(), patch, is_of_events=True)
    record, _ = edited(an_event(), patch, is_of_events=False)
    update, _ = edited(an_event(ingestion=partial), patch, is_of_events=True)

    assert whole.id == whole.xdm["_id"]
    assert record.id == update.id == "e-1"
