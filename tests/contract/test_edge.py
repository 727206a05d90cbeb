"""Every edge endpoint answers as its table says (edge_cases.py).

Exactly: status, every header, and the body; of the answer's ``requestId`` the random end is cut.
"""

import asyncio
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import msgspec
import pytest
from httpx2 import Response

from server.web.collect import durable
from server.web.collect.pixel import GIF
from server.web.collect.region import parse_region
from server.wire import errors
from server.wire.errors import EdgeCode
from tests.builders import ORG_ID
from tests.contract.edge_cases import CASES, CORS, FAULTS, IMAGE, JSON, PIXELS, PROBLEM, Case, Fault, Pixel
from tests.unit.web.edge import ORIGIN, REQUEST_ID, Edge

ANY_ID = "any id"
IDENTIFIED = {"x-request-id": ANY_ID}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.action}: {case.name}" for case in CASES])
def test_a_request_has_exactly_this_answer(case: Case) -> None:
    edge = Edge(datastream=case.datastream, region=parse_region(case.region))

    answer = edge.post(_path(case.action), case.body, headers=case.sent)

    assert answer.headers.get_list("set-cookie") == list(case.cookies)
    if case.handle is None:
        assert (answer.status_code, answer.content) == (204, b"")
        assert _headers(answer) == {**case.headers, **IDENTIFIED}
    else:
        assert answer.status_code == 200
        assert _headers(answer) == {**case.headers, **IDENTIFIED, **JSON}
        assert _body(answer) == {"requestId": REQUEST_ID, "handle": case.handle} | _warnings(case.warning)
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in edge.events()] == list(case.stored)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.action}: {case.name}" for case in CASES])
@pytest.mark.parametrize("before", ["/ee/or2", "/ee/t35", "/data/c", "/data/c/any hint"])
def test_under_any_hint_and_base_path_the_answer_is_the_same(case: Case, before: str) -> None:
    plain, other = (Edge(datastream=case.datastream, region=parse_region(case.region)) for _ in range(2))

    answers = [
        plain.post(_path(case.action), case.body, headers=case.sent),
        other.post(_path(case.action).replace("/ee", before, 1), case.body, headers=case.sent),
    ]

    assert answers[0].status_code == answers[1].status_code
    assert _headers(answers[0]) == _headers(answers[1])
    assert answers[0].headers.get_list("set-cookie") == answers[1].headers.get_list("set-cookie")
    assert [answer.content and _body(answer) for answer in answers] == [answers[0].content and _body(answers[0])] * 2


def _path(action: str) -> str:
    return f"/ee/{action}" if action.startswith("va/") else f"/ee/v1/{action}"


def _headers(answer: Response) -> dict[str, str]:
    """All that say something of their own: cookies are compared in their order, and an id is any."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "set-cookie")}
    if re.fullmatch(r"[0-9a-f-]{36}(-[0-9a-f]{16})?", headers.get("x-request-id", "")):
        headers["x-request-id"] = ANY_ID
    return headers


def _body(answer: Response) -> Any:
    body = answer.json()
    given = body["requestId"]
    assert re.fullmatch(f"{REQUEST_ID}-[0-9a-f]{{16}}", given)
    return msgspec.json.decode(answer.content.replace(given.encode(), REQUEST_ID.encode()))


def _warnings(detail: str) -> dict[str, Any]:
    if not detail:
        return {}
    warning = {
        "type": "https://ns.adobe.com/aep/errors/EXEG-0301-200",
        "status": 200,
        "title": "Event dropped: the visitor did not consent",
        "detail": detail,
        "report": {"requestId": REQUEST_ID, "orgId": ORG_ID},
    }
    return {"warnings": [warning]}


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.code.number} {fault.detail[:30]}" for fault in FAULTS])
def test_a_fault_has_exactly_this_answer(fault: Fault) -> None:
    edge = Edge()

    answer = edge.post(fault.path, fault.body, query=fault.query, headers=fault.sent)

    _assert_problem(answer, fault.code, fault.detail, fault.report)
    assert _headers(answer) == CORS | IDENTIFIED | PROBLEM | _closing(fault.code)
    assert edge.events() == []


def test_what_is_wrong_with_us_is_told_without_details(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    full, mistaken = Edge(), Edge(new_ecid=broken)
    full.log.refuse("no space left on /dev/sda1")

    for answer, code in ((full.post(), errors.UNAVAILABLE), (mistaken.post(), errors.UNEXPECTED)):
        _assert_problem(answer, code, "try again shortly", {"orgId": ORG_ID})
        assert _headers(answer) == CORS | IDENTIFIED | PROBLEM | {"retry-after": "2"}
    assert "ZeroDivisionError" in caplog.text


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "BODY_SECONDS", 0.0)
    edge, never, sent = Edge(), asyncio.Event(), []

    async def receive() -> dict[str, Any]:
        await never.wait()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/ee/v1/interact",
        "query_string": f"configId=test&requestId={REQUEST_ID}".encode(),
        "headers": [(b"origin", ORIGIN.encode()), (b"content-type", b"text/plain")],
        "client": ("203.0.113.77", 5),
    }
    asyncio.run(edge.app(scope, receive, send))

    start, body = sent
    answer = Response(start["status"], headers=start["headers"], content=body["body"])
    _assert_problem(answer, errors.TOO_SLOW, "the body did not come in time", {"orgId": ORG_ID})
    assert _headers(answer) == CORS | IDENTIFIED | PROBLEM | {"connection": "close"}


def test_another_method_is_told_which_there_are() -> None:
    answer = Edge().client.get(f"/ee/v1/interact?configId=test&requestId={REQUEST_ID}", headers={"origin": ORIGIN})

    _assert_problem(answer, errors.METHOD_NOT_ALLOWED, "GET is not used here: send POST", {"orgId": ORG_ID})
    assert _headers(answer) == CORS | IDENTIFIED | PROBLEM | {"allow": "POST, OPTIONS"}


def test_a_preflight_has_exactly_this_answer() -> None:
    answer = Edge().client.options("/ee/v1/interact?configId=test", headers={"origin": ORIGIN})

    assert (answer.status_code, answer.content) == (204, b"")
    assert _headers(answer) == CORS | {
        "access-control-allow-methods": "POST, OPTIONS",
        "access-control-allow-headers": "content-type, x-request-id",
        "access-control-max-age": "7200",
    }


def test_every_code_has_its_case() -> None:
    codes = {value.number for value in vars(errors).values() if isinstance(value, EdgeCode)}
    below = {errors.UNAVAILABLE, errors.UNEXPECTED, errors.TOO_SLOW, errors.METHOD_NOT_ALLOWED, errors.NO_CONSENT}
    elsewhere = below | {errors.RATE_LIMITED}  # test_limits.py

    assert codes == {fault.code.number for fault in FAULTS} | {code.number for code in elsewhere}


@pytest.mark.parametrize("pixel", PIXELS, ids=[pixel.name for pixel in PIXELS])
def test_an_image_has_exactly_this_answer(pixel: Pixel) -> None:
    edge = Edge(datastream=pixel.datastream)

    answer = edge.get_pixel(pixel.query, headers=pixel.sent)

    assert (answer.status_code, answer.content) == (200, GIF)
    assert _headers(answer) == IMAGE | IDENTIFIED | {"vary": "Origin"}
    assert answer.headers.get_list("set-cookie") == list(pixel.cookies)
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in edge.events()] == list(pixel.stored)


def _assert_problem(answer: Response, code: EdgeCode, detail: str, report: Mapping[str, Any]) -> None:
    problem = answer.json()
    given = problem["report"].pop("requestId")
    assert re.fullmatch(f"{REQUEST_ID}-[0-9a-f]{{16}}", given)
    assert answer.status_code == code.status
    assert problem == {
        "type": f"https://ns.adobe.com/aep/errors/EXEG-{code.number}",
        "status": code.status,
        "title": code.title,
        "detail": detail,
        "report": report,
    }


def _closing(code: EdgeCode) -> dict[str, str]:
    return {"connection": "close"} if code in (errors.TOO_LARGE, errors.TOO_SLOW) else {}
