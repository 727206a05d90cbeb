import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx2
import pytest
import trustme

from server.workers.webhook import MAX_ANSWER_BYTES, Answer, WebhookClient, WebhookRefused
from tests.unit.workers.receiver import Says, a_receiver

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def a_client(
    *, networks: Sequence[Any] = LOOPBACK, tls: Callable[[], ssl.SSLContext] = ssl.create_default_context, **given: Any
) -> WebhookClient:
    return WebhookClient(networks, tls=tls, **given)


def resolving(*answers: Sequence[str]) -> tuple[Callable[[str, int], Awaitable[Sequence[str]]], list[str]]:
    """A name server that answers so, one after the other; and what it was asked."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


def post(client: WebhookClient, url: str) -> Answer:
    return asyncio.run(client.send("POST", url, headers={"content-type": "application/json"}, body=b"{}"))


def test_an_answer_comes_back_with_its_status_body_and_what_it_asks_for() -> None:
    with a_receiver([Says(429, b"later", {"retry-after": "7"})]) as receiver:
        answer = post(a_client(), receiver.url)

    assert answer == Answer(429, b"later", "7")
    assert [(got.method, got.path, got.body) for got in receiver.got] == [("POST", "/hook", b"{}")]


def test_without_the_setting_nothing_is_sent_to_this_machine() -> None:
    with a_receiver() as receiver:
        answer = post(a_client(networks=()), receiver.url)

    assert (answer.status, receiver.got) == (0, [])
    assert b"Only https" in answer.body


def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    with a_receiver() as inner, a_receiver([Says(302, b"", {"location": inner.url})]) as receiver:
        answer = post(a_client(), receiver.url)

    assert answer.status == 302
    assert inner.got == []


def test_a_name_of_which_one_address_is_private_is_refused_whole() -> None:
    resolve, _ = resolving(["93.184.216.34", "10.0.0.1"])

    answer = post(a_client(resolve=resolve), "https://example.com/")

    assert b"10.0.0.1" in answer.body


def test_it_connects_to_the_address_that_was_checked_and_resolves_nothing_again() -> None:
    """DNS rebinding: the second answer is never asked for."""
    with a_receiver() as receiver:
        port = receiver.url.rpartition(":")[2].partition("/")[0]
        resolve, asked = resolving(["127.0.0.1"], ["169.254.169.254"])

        answer = post(a_client(resolve=resolve), f"http://receiver.example:{port}/hook")

    assert (answer.status, asked) == (200, ["receiver.example"])
    assert receiver.got[0].headers["host"] == f"receiver.example:{port}"


def test_checking_says_what_sending_would() -> None:
    for addresses, is_refused in ((["169.254.169.254"], True), (["93.184.216.34"], False), ([], True)):
        resolve, _ = resolving(addresses)
        check = a_client(resolve=resolve).check("https://example.com/")
        if is_refused:
            with pytest.raises(WebhookRefused):
                asyncio.run(check)
        else:
            asyncio.run(check)


def test_a_name_that_there_is_not_is_said_so() -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such host")

    assert b"There is no host 'example.com'" in post(a_client(resolve=resolve), "https://example.com/").body


def test_nobody_waits_for_a_receiver_that_hangs() -> None:
    hold = threading.Event()
    with a_receiver([Says(hold=hold)]) as receiver:
        answer = post(a_client(timeout_seconds=0.2), receiver.url)
        hold.set()

    assert answer == Answer(0, b"no answer within 0.2 seconds")


@pytest.mark.parametrize("raw", [b"garbage\r\n\r\n", b"", b"HTTP/1.1 999999 ?\r\n\r\n", b"\x16\x03\x01\x00"])
def test_what_is_no_http_is_no_answer(raw: bytes) -> None:
    with a_receiver([Says(raw=raw)]) as receiver:
        answer = post(a_client(), receiver.url)

    assert answer.status == 0
    assert answer.body


def test_of_a_long_answer_the_beginning_is_read() -> None:
    with a_receiver([Says(200, b"x" * (3 * MAX_ANSWER_BYTES))]) as receiver:
        answer = post(a_client(), receiver.url)

    assert answer == Answer(200, b"x" * MAX_ANSWER_BYTES)


def test_nobody_there_is_said_so() -> None:
    with a_receiver() as receiver:
        url = receiver.url

    assert b"ConnectError" in post(a_client(), url).body


def test_by_https_the_certificate_has_to_be_the_names_whatever_the_address() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async def work() -> list[Answer]:
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("receiver.example").configure_cert(serving)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving)
        async with server:
            port = server.sockets[0].getsockname()[1]
            resolve, _ = resolving(["127.0.0.1"])
            client = a_client(resolve=resolve, tls=lambda: trusting)
            return [
                await client.send("POST", f"https://{host}:{port}/", headers={}, body=b"{}")
                for host in ("receiver.example", "other.example")
            ]

    good, bad = asyncio.run(work())

    assert good.status == 204
    assert bad.status == 0
    assert b"certificate" in bad.body.lower()


def test_the_certificates_that_are_trusted_can_be_loaded() -> None:
    assert httpx2.create_ssl_context().verify_mode is ssl.CERT_REQUIRED
