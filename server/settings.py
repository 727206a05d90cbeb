"""Every setting: its default, its environment variable, and how its text is read.

From weakest to strongest: the default, ``heliograph.toml`` in the working directory, ``HELIOGRAPH_*``, an option of the
command line.
All faults are reported at once, each with the name, the value and what was expected.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "HELIOGRAPH_"
FILE_NAME = "heliograph.toml"


class SettingsError(Exception):
    """One or more settings cannot be used. ``faults``: a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def _text(value: str) -> str:
    return value


def _switch(value: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.lower() not in words:
        raise ValueError("on or off")
    return words[value.lower()]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        expected = f"a whole number from {least} to {most}"
        try:
            number = int(value)
        except ValueError:
            raise ValueError(expected) from None
        if not least <= number <= most:
            raise ValueError(expected)
        return number

    return read


def _seconds(least: float, most: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        expected = f"seconds from {least:g} to {most:g}"
        try:
            number = float(value)
        except ValueError:
            raise ValueError(expected) from None
        if not least <= number <= most:
            raise ValueError(expected)
        return number

    return read


def _per_second(value: str) -> float:
    expected = "a number from 0 to 1000000"
    try:
        number = float(value)
    except ValueError:
        raise ValueError(expected) from None
    if not 0 <= number <= 1_000_000:
        raise ValueError(expected)
    return number


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise ValueError("one of " + ", ".join(words))
        return value

    return read


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("/") for part in value.split(",") if part.strip().strip("/"))


def _url(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("an address that starts with http:// or https://")
    return value.rstrip("/")


def _keys(value: str) -> str:
    if value.startswith("http://") and not value.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
        raise ValueError("an https address (http on this machine only), or a file")
    return value


def _networks(value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in parts)
    except ValueError:
        raise ValueError("addresses and networks such as 10.0.0.0/8, separated by commas") from None


def _region(value: str) -> str:
    if value and not re.fullmatch(r"[a-z][a-z0-9]{0,15}(;[0-9]{1,4})?", value):
        raise ValueError("a short name, or name;number, such as zrh1 or zrh1;6")
    return value


def _setting(default: Any, help_: str, read: Callable[[str], Any], *, is_secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_, "read": read, "is_secret": is_secret}, repr=not is_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of them, checked. :func:`load_settings` makes one."""

    host: str = _setting("127.0.0.1", "Address to listen on. 0.0.0.0 listens on all.", _text)
    port: int = _setting(8000, "TCP port to listen on; 0 takes a free one.", _whole(0, 65535))
    data_dir: Path = _setting(Path("var"), "Directory of all state: event log, lake, profiles, control plane.", Path)
    workers: int = _setting(
        0,
        "Number of collector processes, each with its own partition of the event log; 0: one fewer than cores.",
        _whole(0, 64),
    )
    core_niceness: int = _setting(
        5,
        "How far the core stands back where collectors want the same processors: they come first, it catches up.",
        _whole(0, 19),
    )
    demo: bool = _setting(False, "Seed the demo on first start and serve its shop at /demo/.", _switch)
    base_url: str = _setting("", "Public address, as browsers see it; empty: the address listened on.", _url)
    database_url: str = _setting("", "Control plane as an SQLAlchemy URL; empty: SQLite in the data directory.", _text)
    lake_url: str = _setting("", "Where the lake's tables are; empty: lake/ in the data directory.", _text)
    edge_base_paths: tuple[str, ...] = _setting(
        ("ee",),
        "First path segments of the edge protocol, separated by commas; the first one is what pages use.",
        _list,
    )
    edge_region: str = _setting(
        "",
        "Where this server is, as edge clients are told it: a name that they put into the path of their next requests, "
        "by which a load balancer can keep them in one place. Empty: they are told nothing.",
        _region,
    )
    edge_body_bytes: int = _setting(262_144, "Largest body of one edge request, in bytes.", _whole(1_024, 16_777_216))
    collection_body_bytes: int = _setting(
        1_048_576,
        "Largest body of one streaming ingestion request, in bytes, encoded or not.",
        _whole(1_024, 16_777_216),
    )
    sync_validations_per_minute: int = _setting(
        60, "Requests with syncValidation that one inlet takes in a minute.", _whole(0, 60_000)
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (),
        "Addresses and networks of the proxies before this server, separated by commas. What they say of a client's "
        "address and scheme is believed; what anybody else says is not.",
        _networks,
    )
    forwarded_header: str = _setting(
        "x-forwarded-for",
        "The header in which the trusted proxies say it; the other one is not read, because they pass it on unseen.",
        _one_of(("x-forwarded-for", "forwarded")),
    )
    requests_in_flight: int = _setting(
        2_048,
        "Beacons that one collector answers at a time; more are told to come again in a moment.",
        _whole(1, 1_000_000),
    )
    body_bytes_in_flight: int = _setting(
        16_777_216,
        "Bytes of their bodies that it holds at a time; decoded, each takes about ten times its size.",
        _whole(65_536, 1_073_741_824),
    )
    connections: int = _setting(8_192, "Connections that one collector holds open at a time.", _whole(1, 1_000_000))
    address_requests_per_second: float = _setting(
        1_000.0,
        "Beacons a second from one address (of IPv6: one /64), in each collector, after a burst of ten seconds' worth; "
        "0: any number. This machine's own addresses are exempt.",
        _per_second,
    )
    origin_requests_per_second: float = _setting(
        0.0, "The same from the pages of one origin; 0: any number.", _per_second
    )
    inlet_requests_per_second: float = _setting(
        0.0, "The same to one datastream or streaming connection; 0: any number.", _per_second
    )
    head_bytes: int = _setting(32_768, "Largest head of one request, in bytes.", _whole(1_024, 262_144))
    head_seconds: float = _setting(10.0, "How long a request's head may take to come.", _seconds(0.1, 3_600))
    body_seconds: float = _setting(30.0, "How long a request's body may take to come.", _seconds(0.1, 30))
    body_bytes_per_second: int = _setting(
        1_000, "Least rate at which a beacon's body must come once it took five seconds.", _whole(1, 1_000_000)
    )
    reader_seconds: float = _setting(
        30.0, "How long a client may leave an answer unread before it is cut.", _seconds(0.1, 3_600)
    )
    keep_alive_seconds: float = _setting(
        15.0, "How long an idle connection is kept for the next request.", _seconds(0.1, 3_600)
    )
    drain_seconds: float = _setting(
        5.0,
        "After SIGTERM: how long collectors go on serving while /health/ready says 503, so that balancers turn away "
        "first. Ctrl-C does not wait for that.",
        _seconds(0, 300),
    )
    metrics_token: str = _setting(
        "",
        "Bearer token for /metrics. Empty: only this machine may read it; with a token, whoever has it.",
        _text,
        is_secret=True,
    )
    event_log_bytes: int = _setting(
        17_179_869_184,
        "The most that the event log takes on the disk, all topics together. When it is full of what sinks have not "
        "taken yet, collectors answer 503.",
        _whole(67_108_864, 2**60),
    )
    event_log_days: int = _setting(
        7, "How long the event log keeps what every sink has taken, in days; what one has not stays.", _whole(1, 3_650)
    )
    failed_days: int = _setting(
        7,
        "How long failed events are kept, and can be replayed, in days. Ids of events are remembered at least as long, "
        "so that what was sent again meanwhile is recognised.",
        _whole(1, 400),
    )
    event_log_reserve_bytes: int = _setting(
        268_435_456,
        "So much is left free on the event log's disk for the way out: with less, collectors answer 503.",
        _whole(0, 2**60),
    )
    event_log_segment_bytes: int = _setting(
        67_108_864,
        "Size of one file of the event log. Files go whole: smaller ones go sooner, and make more files.",
        _whole(65_536, 2**30),
    )
    token_issuer: str = _setting(
        "",
        "Issuer whose JSON Web Tokens authenticated streaming connections take besides our own: its `iss`. Give "
        "token_audience and token_issuer_keys with it.",
        _text,
    )
    token_audience: str = _setting("", "What the `aud` of that issuer's tokens must hold.", _text)
    token_issuer_keys: str = _setting(
        "", "Where that issuer's public keys are, as a JSON Web Key Set: an https address, or a file.", _keys
    )
    lake_commit_seconds: float = _setting(
        5.0, "Least time between two commits to one table: longer makes fewer, larger files.", _seconds(0.1, 3600)
    )
    dedupe_days: int = _setting(
        7, "How long an event's id is remembered to recognise duplicates, in days.", _whole(0, 400)
    )
    dataset_grace_days: int = _setting(
        30,
        "How long a deleted dataset, with what it holds, or datastream stays and can be brought back, in days.",
        _whole(0, 3_650),
    )
    webhook_networks: tuple[str, ...] = _setting(
        (),
        "Networks that notifications may be sent to besides the public internet, separated by commas, such as "
        "10.0.0.0/8; this machine's own (127.0.0.0/8) by http, too.",
        _networks,
    )
    console_allow_http: bool = _setting(
        False,
        "Serve the console without TLS to others than this machine. Sessions can then be stolen on the way.",
        _switch,
    )
    tls_certificate: str = _setting("", "PEM file with the certificate chain; with it, HTTPS is served.", _text)
    tls_key: str = _setting("", "PEM file with the private key of the certificate.", _text)
    log_level: str = _setting(
        "warning", "Least severe log line that is written.", _one_of(("debug", "info", "warning", "error"))
    )

    @property
    def collector_processes(self) -> int:
        """How many collectors run. The core and the console take one core's worth between them."""
        return self.workers or max(1, (os.cpu_count() or 2) - 1)

    @property
    def seen_days(self) -> int:
        """How long ids are remembered: until nothing can be replayed any more, unless nobody wants duplicates known.

        A failed event outlives its days by an eighth of them (eventlog/retention.py).
        """
        return max(self.dedupe_days, self.failed_days + self.failed_days // 8 + 1) if self.dedupe_days else 0

    @property
    def control_plane_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'control.db'}"

    @property
    def lake_location(self) -> str:
        return self.lake_url or str(self.data_dir.absolute() / "lake")

    def as_environ(self) -> dict[str, str]:
        """All of them as variables: reading those gives these settings again."""
        return {PREFIX + item.name.upper(): _shown(getattr(self, item.name)) for item in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One row of ``heliograph settings``. ``origin``: ``default``, the file, the variable, or ``option``."""

    name: str
    variable: str
    value: str
    origin: str
    help: str


def load_settings(
    environ: Mapping[str, str], *, options: Mapping[str, str] | None = None, directory: Path | None = None
) -> tuple[Settings, Sequence[SettingLine]]:
    """Read, check and explain all settings. Raises SettingsError with every fault found.

    ``options``: what the command line gave, by field name, as text. ``directory``: where heliograph.toml may be.
    """
    sources = [
        ("option", options or {}),
        (
            "environment",
            {name[len(PREFIX) :].lower(): value for name, value in environ.items() if name.startswith(PREFIX)},
        ),
        (FILE_NAME, _read_file(directory or Path())),
    ]
    known = {item.name: item for item in fields(Settings)}
    # Variables of a child process, set by the supervisor (server/supervise.py), are no settings.
    faults = [
        f"{PREFIX + name.upper() if origin == 'environment' else name} ({origin}): there is no such setting"
        for origin, values in sources
        for name in values
        if name not in known and not name.startswith("internal_")
    ]
    values: dict[str, Any] = {}
    lines: list[SettingLine] = []
    for name, item in known.items():
        origin, text = next(((origin, given[name]) for origin, given in sources if name in given), ("default", None))
        value = item.default
        if text is not None:
            try:
                value = item.metadata["read"](text)
            except ValueError as error:
                faults.append(f"{PREFIX}{name.upper()} ({origin}) is {text!r}: expected {error}")
        values[name] = value
        given = {"name": name, "variable": PREFIX + name.upper(), "help": item.metadata["help"]}
        shown = "(secret)" if value and item.metadata["is_secret"] else _shown(value)
        lines.append(SettingLine(**given, value=shown, origin=origin))
    if bool(values["tls_certificate"]) != bool(values["tls_key"]):
        faults.append(f"{PREFIX}TLS_CERTIFICATE and {PREFIX}TLS_KEY: give both or neither")
    if len({bool(values[name]) for name in ("token_issuer", "token_audience", "token_issuer_keys")}) == 2:
        faults.append(f"{PREFIX}TOKEN_ISSUER, {PREFIX}TOKEN_AUDIENCE and {PREFIX}TOKEN_ISSUER_KEYS: give all or none")
    if not values["edge_base_paths"]:
        faults.append(f"{PREFIX}EDGE_BASE_PATHS: expected at least one path segment")
    if faults:
        raise SettingsError(faults)
    return Settings(**values), lines


def _read_file(directory: Path) -> Mapping[str, str]:
    path = directory / FILE_NAME
    if not path.is_file():
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path} is no TOML: {error}"]) from None
    return {name: _as_text(value) for name, value in document.items()}


def _as_text(value: object) -> str:
    return _shown(tuple(map(str, value)) if isinstance(value, list) else value)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(value) if isinstance(value, tuple) else str(value)
