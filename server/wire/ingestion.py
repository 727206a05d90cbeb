"""Streaming ingestion's JSON: messages in (streaming-ingestion.md, 1.2 to 1.6).

A message's ``xdmEntity`` is not decoded: its bytes go to the event log as they came. What they have to be for that is
checked here: JSON, UTF-8, nothing dangerous in it, within limits, no number that no double can hold.

Messages of one request are independent: each is a message, or the reason why it is none.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

import msgspec

from server.wire.ingestion_envelope import UNREADABLE, decode_any, open_header, unreadable
from server.wire.ingestion_errors import NOT_AN_OBJECT, IngestionError, Refusal, malformed
from server.wire.ingestion_limits import all_keepable, unkeepable
from server.wire.ingestion_messages import ABSENT, Message, RawMessage, entity_bytes
from server.wire.json import clean, needs_cleaning

# The platform gives no number, only 1 MB for all of them together (reliability-security I1).
MAX_MESSAGES = 1_000

M = TypeVar("M")
Item: TypeAlias = M | Refusal


class _Batch(msgspec.Struct, frozen=True, gc=False):
    messages: list[Message]


class _RawBatch(msgspec.Struct, frozen=True, gc=False):
    messages: list[msgspec.Raw]


class _Parts(msgspec.Struct, frozen=True, gc=False):
    header: msgspec.Raw = ABSENT
    body: msgspec.Raw = ABSENT


_decode_message = msgspec.json.Decoder(Message).decode
_decode_batch = msgspec.json.Decoder(_Batch).decode
_decode_raw_batch = msgspec.json.Decoder(_RawBatch).decode
_decode_parts = msgspec.json.Decoder(_Parts).decode


def decode_message(body: bytes) -> Item[Message]:
    """The one message of a request. Raises IngestionError when the body is no JSON."""
    document = _checked(body)
    try:
        return _keepable([_message(document)], _entity)[0]
    except UNREADABLE as error:
        raise _broken(error) from None


def decode_batch(body: bytes) -> Sequence[Item[Message]]:
    """The messages of a batch, in order. Raises IngestionError when it is none."""
    document = _checked(body)
    try:
        messages = _decode_batch(document).messages
    except msgspec.ValidationError:
        return _keepable([_each(message, _message) for message in _split(document)], _entity)
    except UNREADABLE as error:
        raise _broken(error) from None
    return _keepable(_counted(messages), _entity)


def decode_raw_message(body: bytes) -> Item[RawMessage]:
    """As :func:`decode_message`, of an inlet that takes raw data."""
    document = _checked(body)
    try:
        return _keepable([_raw(document)], _data)[0]
    except UNREADABLE as error:
        raise _broken(error) from None


def decode_raw_batch(body: bytes) -> Sequence[Item[RawMessage]]:
    """As :func:`decode_batch`, of an inlet that takes raw data."""
    document = _checked(body)
    return _keepable([_each(message, _raw) for message in _split(document)], _data)


def _checked(body: bytes) -> bytes:
    """The body as it may be kept: UTF-8, and without dangerous keys and NUL characters."""
    if not body:
        raise IngestionError(malformed("The body is empty: send a JSON object"))
    try:
        # The decoder does not look into what it leaves undecoded.
        if not body.isascii():
            body.decode()
        if needs_cleaning(body):
            return msgspec.json.encode(clean(decode_any(body)))
    except UNREADABLE as error:
        raise _broken(error) from None
    return body


def _split(document: bytes) -> list[msgspec.Raw]:
    try:
        messages = _decode_raw_batch(document).messages
    except msgspec.ValidationError as error:
        raise IngestionError(malformed(f'A batch is {{"messages": [...]}}: {error}')) from None
    except UNREADABLE as error:
        raise _broken(error) from None
    return _counted(messages)


def _counted(messages: list[M]) -> list[M]:
    if len(messages) > MAX_MESSAGES:
        raise IngestionError(
            malformed(f"The batch has {len(messages)} messages: send at most {MAX_MESSAGES} in one request")
        )
    return messages


def _each(message: msgspec.Raw, decode: Callable[[bytes], Item[M]]) -> Item[M]:
    try:
        return decode(bytes(message))
    except UNREADABLE as error:
        return unreadable(error)


def _keepable(messages: Sequence[M], kept_of: Callable[[M], bytes]) -> Sequence[Item[M]]:
    """The messages, without those whose bytes cannot be kept. ``kept_of``: what goes to the log of one."""
    kept = list(map(kept_of, messages))
    if all_keepable(kept):
        return messages
    return [unkeepable(text) or message for message, text in zip(messages, kept, strict=True)]


def _entity(message: Item[Message]) -> bytes:
    return b"" if isinstance(message, Refusal) else entity_bytes(message.body)


def _data(message: Item[RawMessage]) -> bytes:
    return b"" if isinstance(message, Refusal) else bytes(message.data)


def _message(document: bytes) -> Item[Message]:
    try:
        return _decode_message(document)
    except msgspec.ValidationError:
        # It is no object, or its body is none.
        return Message(header=_decode_parts(document).header) if _is_object(document) else NOT_AN_OBJECT


def _raw(document: bytes) -> Item[RawMessage]:
    if not _is_object(document):
        return NOT_AN_OBJECT
    parts = _decode_parts(document)
    if not (_is_object(bytes(parts.header)) and _is_object(bytes(parts.body))):
        return RawMessage(data=msgspec.Raw(document))
    header = open_header(parts.header)
    return header if isinstance(header, Refusal) else RawMessage(data=parts.body, header=header)


def _is_object(text: bytes) -> bool:
    return text.lstrip().startswith(b"{")


def _broken(error: Exception) -> IngestionError:
    return IngestionError(malformed(f"The body cannot be read: {error}"))
