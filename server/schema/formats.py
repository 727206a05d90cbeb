"""What ``format`` means here, in words and where it is stricter than JSON Schema."""

from collections.abc import Mapping

# The years that every consumer can hold: Python has no year 0, and nothing collected happened before 1000.
_DATE = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"

STRICT_FORMATS: Mapping[str, str] = {
    # streaming-ingestion 1.8: capital T and Z, a zone, at most nanoseconds. RFC 3339 also has leap seconds, which no
    # column type and no standard library of a consumer can hold.
    "date-time": rf"^{_DATE}T[0-9]{{2}}:[0-9]{{2}}:[0-5][0-9](\.[0-9]{{1,9}})?(Z|[+-][0-9]{{2}}:[0-9]{{2}})$",
    "date": f"^{_DATE}$",
}
"""A pattern that a value must match besides being of the format."""

FORMAT_RULES: Mapping[str, str] = {
    "date-time": "write it like 2026-01-31T09:30:00Z or 2026-01-31T09:30:00.250+01:00, with its time zone",
    "date": "write it like 2026-01-31",
    "time": "write it like 09:30:00Z",
    "email": "write it like kim@example.com",
    "uri": "write the whole address, like https://example.com/page, with spaces and special characters percent-encoded",
    "uri-reference": "percent-encode spaces and special characters",
    "ipv4": "write it like 192.0.2.1",
    "ipv6": "write it like 2001:db8::1",
    "uuid": "write it like 123e4567-e89b-42d3-a456-426614174000",
    "hostname": "write it like www.example.com",
}
"""How to write a value of a format."""

FORMAT_NAMES: Mapping[str, str] = {
    "date-time": "a date and time",
    "date": "a date",
    "time": "a time",
    "email": "an e-mail address",
    "uri": "a URI",
    "uri-reference": "a URI reference",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uuid": "a UUID",
    "hostname": "a host name",
}
