from functools import partial
from pathlib import Path

from server.store.idempotency import KEPT_MS, claim
from tests.unit.property.factories import retail
from tests.unit.web.api.callers import an_api

PROPERTIES = "/api/v1/properties"
KEY = {"idempotency-key": "k-1"}


def test_the_same_again_gets_the_first_answer_and_is_not_done_again(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        first = client.post(PROPERTIES, json=retail(), headers=KEY)
        again = client.post(PROPERTIES, json=retail(), headers=KEY)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


def test_a_key_of_another_request_is_refused(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        client.post(PROPERTIES, json=retail(), headers=KEY)

        other = client.post(PROPERTIES, json={}, headers=KEY)

    assert other.status_code == 422


def test_a_request_that_was_refused_may_be_mended_and_sent_with_its_key(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        refused = client.post(PROPERTIES, json={}, headers=KEY)
        mended = client.post(PROPERTIES, json=retail(), headers=KEY)

    assert (refused.status_code, mended.status_code) == (400, 201)


def test_a_key_is_good_for_a_day(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        client.post(PROPERTIES, json=retail(), headers=KEY)
        console.clock.now_ms += KEPT_MS + 1

        again = client.post(PROPERTIES, json=retail(), headers=KEY)

    assert again.status_code == 409


def test_two_at_once_are_one_that_is_done_and_one_that_is_told_to_wait(tmp_path: Path) -> None:
    with an_api(tmp_path) as (_, console):
        begin = partial(claim, key_hash="k", request_hash="r")

        first = console.services.database.write_sync(partial(begin, now_ms=0))
        second = console.services.database.write_sync(partial(begin, now_ms=59_000))
        after_a_crash = console.services.database.write_sync(partial(begin, now_ms=61_000))

    assert first is None
    assert second is not None
    assert second.status == 0
    assert after_a_crash is None


def test_a_key_is_a_text_of_some_length(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.post(PROPERTIES, json=retail(), headers={"idempotency-key": "x" * 256})

    assert answer.status_code == 400
