import pytest
from starlette.datastructures import Headers

from server.web.forms.signed_form import comes_from_here


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        # With some referrer policies browsers hide the origin of a page's own forms; the other header still says it.
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://console.example"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": ""}, False),
        ({"origin": "http://console.example"}, True),
        ({"origin": "https://console.example"}, True),
        ({"origin": "http://console.example:81"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
    ],
)
def test_where_a_request_comes_from(headers: dict[str, str], is_ours: bool) -> None:
    assert comes_from_here(Headers({"host": "console.example"} | headers)) is is_ours
