import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import brotli
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.model.datastream import Configuration
from server.model.rollout import Rollout
from server.web.collect.tags import Pointers, Tags

BUILD = b"run();" * 500
POINTERS = Pointers(
    plain="load(__BUILD_PATH__);", picker="__PICK__=pick(__BUILD_PATH__,__NEXT_PATH__,__SHARE__,__COOKIE__);"
)
AT = ("shop", "production")


def a_configuration(**given: Any) -> Configuration:
    usual: dict[str, Any] = {
        "revision": 1,
        "org_id": "A@AdobeOrg",
        "sandbox": "prod",
        "datastreams": {},
        "datasets": {},
        "schemas": {},
        "builds": {AT: "old"},
    }
    return Configuration(**usual | given)


@contextmanager
def a_client(configuration: Configuration | None = None) -> Iterator[TestClient]:
    async def find_build(name: str) -> bytes | None:
        return BUILD if name == "old" else None

    tags = Tags(configuration=lambda: configuration or a_configuration(), find_build=find_build, pointers=POINTERS)
    with TestClient(Starlette(routes=tags.routes())) as client:
        yield client


def body_of(client: TestClient, path: str, accepted: str) -> tuple[bytes, Any]:
    """As it came over the wire."""
    with client.stream("GET", path, headers={"accept-encoding": accepted}) as answer:
        return b"".join(answer.iter_raw()), answer.headers


def test_a_build_comes_in_the_coding_that_the_browser_likes_best() -> None:
    with a_client() as client:
        small, br = body_of(client, "/tags/builds/old.js", "gzip, deflate, br")
        packed, gz = body_of(client, "/tags/builds/old.js", "gzip;q=1, br;q=0.5")
        plain, none = body_of(client, "/tags/builds/old.js", "identity")

    assert (brotli.decompress(small), gzip.decompress(packed), plain) == (BUILD, BUILD, BUILD)
    assert (br["content-encoding"], gz["content-encoding"]) == ("br", "gzip")
    assert "content-encoding" not in none
    assert {each["vary"] for each in (br, gz, none)} == {"Accept-Encoding"}
    assert len({each["etag"] for each in (br, gz, none)}) == 3
    assert br["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_what_the_browser_has_in_this_coding_is_not_sent_again(coding: str) -> None:
    with a_client() as client:
        _, headers = body_of(client, "/tags/shop/production.js", coding)
        etag = headers["etag"]
        again = client.get(
            "/tags/shop/production.js", headers={"accept-encoding": coding, "if-none-match": f'"x", W/{etag}'}
        )
        other = client.get("/tags/shop/production.js", headers={"accept-encoding": coding, "if-none-match": '"x"'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert again.headers["cache-control"] == "no-cache"
    assert other.status_code == 200


def test_the_pointer_picks_while_a_build_is_rolled_out_and_is_another_text_then() -> None:
    rolled = a_configuration(rollouts={AT: Rollout(build_hash="new", percent=50)})
    with a_client() as client, a_client(rolled) as other:
        plain, picking = (each.get("/tags/shop/production.js") for each in (client, other))

    assert plain.text == 'load("/tags/builds/old.js");'
    assert picking.text == (
        'load(pick("/tags/builds/old.js","/tags/builds/new.js",2147483648,"kndctr_A_AdobeOrg_identity"));'
    )
    assert plain.headers["etag"] != picking.headers["etag"]


@pytest.mark.parametrize("path", ["/tags/shop/staging.js", "/tags/nobody/production.js", "/tags/builds/no.js"])
def test_what_is_not_there_is_a_script_that_says_so(path: str) -> None:
    with a_client() as client:
        answer = client.get(path)

    assert answer.status_code == 404
    assert answer.text.startswith("/* Heliograph: ")
    assert answer.headers["content-type"].startswith("text/javascript")
