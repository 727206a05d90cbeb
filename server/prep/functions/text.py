"""Functions of texts, addresses and hashes."""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from server.model.json import Json
from server.prep.errors import EvaluationError
from server.prep.functions.function import MANY, MAX_ITEMS, Facts, Function, bounded, items, plain, text, whole


def _concat(_facts: Facts, *values: Json) -> str:
    return bounded("".join(text(value) for value in values if value is not None))


def _explode(value: Json, separator: Json = " ") -> list[Json]:
    if not text(separator):
        raise EvaluationError("the separator is empty")
    parts = text(value).split(text(separator), MAX_ITEMS)
    if len(parts) > MAX_ITEMS:
        raise EvaluationError(f"more than {MAX_ITEMS} parts")
    return list(parts)


def _join(separator: Json, values: Json) -> str:
    return bounded(text(separator).join(text(value) for value in items(values) if value is not None))


def _substr(value: Json, start: Json, length: Json = None) -> str:
    first = max(0, whole(start))
    end = None if length is None else first + max(0, whole(length))
    return text(value)[first:end]


def _replace(value: Json, old: Json, new: Json) -> str:
    if not text(old):
        raise EvaluationError("there is nothing to look for")
    return bounded(text(value).replace(text(old), text(new)))


def _padded(pad: Callable[[str, int, str], str]) -> Callable[..., str]:
    def run(value: Json, length: Json, sign: Json = " ") -> str:
        if len(text(sign)) != 1:
            raise EvaluationError("one character is needed to fill with")
        return pad(text(value), min(whole(length), 1_024), text(sign))

    return run


def _hashed(name: str) -> Callable[..., Json]:
    return plain(lambda value: hashlib.new(name, text(value).encode("utf-8", "replace")).hexdigest())


def _url_part(value: Json, part: str) -> Json:
    try:
        split = urlsplit(text(value))
        found = {"scheme": split.scheme, "host": split.hostname, "port": split.port}.get(part)
        return found if part in ("scheme", "host", "port") else getattr(split, part) or None
    except ValueError:
        raise EvaluationError("this is no address") from None


def _url(part: str) -> Callable[..., Json]:
    return plain(lambda value: _url_part(value, part))


TEXT_FUNCTIONS: Final[Mapping[str, Function]] = {
    "concat": Function(_concat, 1, MANY, "The values as one text; absent ones are left out."),
    "explode": Function(plain(_explode), 1, 2, "The parts of a text between separators (default: a space)."),
    "split": Function(plain(_explode), 1, 2, "As explode."),
    "join": Function(plain(_join), 2, 2, "The items of a list as one text: the separator first, then the list."),
    "lower": Function(plain(lambda value: text(value).lower()), 1, 1, "In lower case."),
    "lcase": Function(plain(lambda value: text(value).lower()), 1, 1, "As lower."),
    "upper": Function(plain(lambda value: bounded(text(value).upper())), 1, 1, "In upper case."),
    "ucase": Function(plain(lambda value: bounded(text(value).upper())), 1, 1, "As upper."),
    "trim": Function(plain(lambda value: text(value).strip()), 1, 1, "Without white space around it."),
    "ltrim": Function(plain(lambda value: text(value).lstrip()), 1, 1, "Without white space before it."),
    "rtrim": Function(plain(lambda value: text(value).rstrip()), 1, 1, "Without white space after it."),
    "left": Function(
        plain(lambda value, count: text(value)[: max(0, whole(count))]), 2, 2, "Its first so many characters."
    ),
    "right": Function(
        plain(lambda value, count: text(value)[len(text(value)) - min(len(text(value)), max(0, whole(count))) :]),
        2,
        2,
        "Its last so many characters.",
    ),
    "substr": Function(plain(_substr), 2, 3, "From a position on, counted from 0; a length, if given."),
    "replacestr": Function(plain(_replace), 3, 3, "With every occurrence of the second text replaced by the third."),
    "lpad": Function(
        plain(_padded(lambda value, length, sign: value.rjust(length, sign))), 2, 3, "Filled up to a length, before it."
    ),
    "rpad": Function(
        plain(_padded(lambda value, length, sign: value.ljust(length, sign))), 2, 3, "Filled up to a length, after it."
    ),
    "instr": Function(
        plain(lambda value, part: text(value).find(text(part))), 2, 2, "Where the part begins, counted from 0; -1: not."
    ),
    "contains": Function(plain(lambda value, part: text(part) in text(value)), 2, 2, "Whether the part is in it."),
    "starts_with": Function(
        plain(lambda value, part: text(value).startswith(text(part))), 2, 2, "Whether it begins with the part."
    ),
    "ends_with": Function(
        plain(lambda value, part: text(value).endswith(text(part))), 2, 2, "Whether it ends with the part."
    ),
    "equals": Function(plain(lambda value, other: value == other), 2, 2, "Whether both are the same."),
    "equals_ignore_case": Function(
        plain(lambda value, other: text(value).casefold() == text(other).casefold()),
        2,
        2,
        "Whether both are the same, upper and lower case being one.",
    ),
    "md5": Function(_hashed("md5"), 1, 1, "Its MD5, in hexadecimal; for keys that exist already, not for secrets."),
    "sha1": Function(_hashed("sha1"), 1, 1, "Its SHA-1, in hexadecimal; for keys that exist already."),
    "sha256": Function(_hashed("sha256"), 1, 1, "Its SHA-256, in hexadecimal."),
    "sha512": Function(_hashed("sha512"), 1, 1, "Its SHA-512, in hexadecimal."),
    "crc32": Function(
        plain(lambda value: f"{zlib.crc32(text(value).encode('utf-8', 'replace')):08x}"), 1, 1, "Its CRC-32."
    ),
    "get_url_protocol": Function(_url("scheme"), 1, 1, "`https` of an address."),
    "get_url_host": Function(_url("host"), 1, 1, "The host of an address."),
    "get_url_port": Function(_url("port"), 1, 1, "The port of an address, if it names one."),
    "get_url_path": Function(_url("path"), 1, 1, "The path of an address."),
    "get_url_query_str": Function(_url("query"), 1, 1, "The query of an address."),
    "get_url_encoded": Function(
        plain(lambda value: bounded(quote(text(value), safe="", errors="replace"))), 1, 1, "Percent-encoded."
    ),
    "get_url_decoded": Function(plain(lambda value: unquote(text(value))), 1, 1, "Percent-decoded."),
}
