"""The command line's grammar: which commands there are, and what each takes. What they do is not here.

Every command sets ``run``, its name in server/cli.py.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from server import __version__
from server.model.outcome import FailureReason

# A hundred years: "never" is said by 0.
MAX_TOKEN_DAYS = 36_500
MAX_NAME_CHARACTERS = 100

# A terminal shows no more; for more there is `export`.
MAX_LISTED = 10_000

_DATA_DIR_HELP = "directory of all state (default: var)"

MONITOR_RANGES = ("hour", "6-hours", "day", "week", "month")
MONITOR_ROWS = ("way", "connection", "flow", "dataset")
EXPORT_FORMATS = ("jsonl", "csv", "parquet", "ids")
# As Role (server/store/users.py) has them: a test compares; importing it takes longer than most commands.
ROLES = ("viewer", "editor", "developer", "approver", "admin")
SCHEMA_KINDS = ("schemas", "classes", "fieldgroups", "datatypes", "behaviors", "all")


class _Command(argparse.ArgumentParser):
    """One of a group's commands: the data directory may be said before it or behind it."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.add_argument("--data-dir", metavar="DIR", default=argparse.SUPPRESS, help=_DATA_DIR_HELP)


IMPORT_SOURCES = ("adobe", "gtm", "matomo")
"""As server/property/importing has them; not imported from there, so that `--help` is at once."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="heliograph",
        description="Open, self-hosted collection of web behaviour as XDM.",
        epilog="Settings come from HELIOGRAPH_* and heliograph.toml as well: see `heliograph settings`.",
    )
    made.add_argument("--version", action="version", version=f"heliograph {__version__}")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, run: str | None, help_: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help_, description=help_)
        one.set_defaults(run=run)
        one.add_argument("--data-dir", metavar="DIR", help=_DATA_DIR_HELP)
        return one

    serve = command("serve", "serve", "Run the server until SIGTERM or Ctrl-C.")
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="TCP port; 0 takes a free one (default: 8000)")
    serve.add_argument("--workers", type=int, metavar="N", help="collector processes (default: one fewer than cores)")
    serve.add_argument("--base-url", metavar="URL", help="public address, as browsers see it")
    serve.add_argument("--demo", action="store_true", help="seed the demo on first start and serve its shop")

    info = command("info", "info", "Show ids, addresses and how far every sink is.")
    info.add_argument("--json", action="store_true", help="as JSON, for scripts")

    wait = command("wait", "wait", "Wait until every acknowledged event has its outcome and every sink has caught up.")
    wait.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="give up after (default: 60)")

    monitor = command("monitor", "monitor", "Show how much came by which way, what became of it, and how fast.")
    monitor.add_argument("--range", choices=MONITOR_RANGES, default="hour", help="up to now (default: hour)")
    monitor.add_argument("--by", choices=MONITOR_ROWS, default="way", help="what is one row (default: way)")
    monitor.add_argument("--json", action="store_true", help="as JSON, for scripts")

    export = command("export", "export", "Read a dataset out of the lake.")
    export.add_argument("dataset", metavar="DATASET", help="name or id")
    export.add_argument("--format", choices=EXPORT_FORMATS, default="jsonl", help="(default: jsonl)")
    export.add_argument("--since", type=_time, metavar="T", help="from this timestamp on, such as 2026-01-31T12:00:00Z")
    export.add_argument("--until", type=_time, metavar="T", help="before this timestamp")
    export.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")

    _schema_commands(command("schema", None, "List, show and import schemas, and validate documents."))
    _dataset_commands(command("dataset", None, "Look at datasets, delete them, and bring deleted ones back."))
    _datastream_commands(command("datastream", None, "Where beacons are sent, and what becomes of them."))
    _property_commands(command("property", None, "List, export, import, publish and roll back properties."))
    _failed_commands(command("failed", None, "Failed events: look at them, and have them decided again after a fix."))
    _profile_commands(command("profile", None, "Look at one profile."))
    forget = command(
        "forget", "forget", "Erase one person from profiles, identity graph and lake, and from what is still to come."
    )
    forget.add_argument("--namespace", required=True, metavar="NS", help="such as ECID or CustomerId")
    forget.add_argument("--id", required=True, metavar="ID", help="one of the person's identities")
    forget.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS", help="wait so long (default: 600)")
    forget.add_argument("--json", action="store_true", help="the report as JSON")
    _user_commands(command("user", None, "Accounts of the console."))
    _api_token_commands(command("api-token", None, "Tokens by which programs call the APIs, as an account."))
    _inlet_token_commands(
        command("inlet-token", None, "Tokens by which servers send to streaming connections that ask for one.")
    )

    _audit_commands(command("audit", None, "The audit log: who did what, when and from where."))

    command("settings", "settings", "Show every setting, its value and where it comes from.")
    return made


def _schema_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="schema_command", metavar="COMMAND", required=True, parser_class=_Command)
    list_ = commands.add_parser("list", help="schemas, and with --kind what they are made of")
    list_.add_argument("--kind", choices=SCHEMA_KINDS, default="schemas", help="(default: schemas)")
    list_.set_defaults(run="schema_list")
    show = commands.add_parser("show", help="a schema or component with all its fields")
    show.add_argument("name", metavar="SCHEMA", help="id, its short form (`_xdm.context.profile`), or title")
    show.add_argument("--json", action="store_true", help="the resolved JSON Schema, for programs")
    show.set_defaults(run="schema_show")
    history = commands.add_parser("history", help="who changed which fields of a schema or component, and when")
    history.add_argument("name", metavar="SCHEMA", help="id, its short form, or title")
    history.set_defaults(run="schema_history")
    import_ = commands.add_parser("import", help="check XDM JSON Schemas and keep them: all, or none")
    import_.add_argument("path", metavar="PATH", help="a file, or a folder: its *.schema.json, at any depth")
    import_.set_defaults(run="schema_import")
    validate = commands.add_parser("validate", help="say what is wrong with documents, and where")
    validate.add_argument("name", metavar="SCHEMA", help="id, its short form, or title")
    validate.add_argument("file", metavar="FILE", help="one JSON document, or one a line; - for standard input")
    validate.set_defaults(run="schema_validate")


def _dataset_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="dataset_command", metavar="COMMAND", required=True, parser_class=_Command)
    commands.add_parser("list", help="ids, states, when what they hold is purged, names").set_defaults(
        run="dataset_list"
    )
    for name, words in (
        ("delete", "take one out of use; what it holds stays for a time"),
        ("restore", "bring a deleted one back, as it was"),
        ("purge", "remove what a deleted one holds for good, now"),
    ):
        one = commands.add_parser(name, help=words)
        one.add_argument("name", metavar="DATASET", help="name or id")
        one.set_defaults(run=f"dataset_{name}")


def _datastream_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="datastream_command", metavar="COMMAND", required=True, parser_class=_Command)
    commands.add_parser("list", help="ids, names and datasets").set_defaults(run="datastream_list")
    show = commands.add_parser("show", help="one as JSON, with every option: what `save` takes")
    show.add_argument("id", metavar="DATASTREAM", help="its id")
    show.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    show.set_defaults(run="datastream_show")
    save = commands.add_parser(
        "save", help="add one, or replace the one with its id; collectors follow within a second"
    )
    save.add_argument("file", metavar="FILE", help="a JSON document; - for standard input")
    save.set_defaults(run="datastream_save")
    for name, words in (
        ("delete", "take one out of use; it can be brought back for a time"),
        ("restore", "bring a deleted one back, as it was"),
    ):
        one = commands.add_parser(name, help=words)
        one.add_argument("id", metavar="DATASTREAM", help="its id")
        one.set_defaults(run=f"datastream_{name}")


def _property_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="property_command", metavar="COMMAND", required=True, parser_class=_Command)
    commands.add_parser("list", help="ids, names and published builds").set_defaults(run="property_list")
    export = commands.add_parser("export", help="print a property as one file")
    export.add_argument("id", metavar="ID")
    export.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    export.set_defaults(run="property_export")
    import_ = commands.add_parser("import", help="check a property file and make it the present state")
    import_.add_argument("file", metavar="FILE", help="- for standard input")
    import_.add_argument(
        "--from", dest="source", choices=IMPORT_SOURCES, help="the file is an export of another tag manager"
    )
    import_.add_argument("--id", metavar="ID", default="", help="of the property it becomes (default: by its name)")
    import_.add_argument("--preview", action="store_true", help="tell what would become of it, and keep nothing")
    import_.set_defaults(run="property_import")
    diff = commands.add_parser("diff", help="what would change: of a file, or of what is published, in sentences")
    diff.add_argument("id", metavar="ID")
    against = diff.add_mutually_exclusive_group(required=True)
    against.add_argument("--environment", metavar="E", help="from what is published there to the present state")
    against.add_argument("--file", metavar="FILE", help="from the present state to this file; - for standard input")
    diff.set_defaults(run="property_diff")
    test = commands.add_parser("test", help="play the property's test cases in a browser (needs Playwright)")
    test.add_argument("id", metavar="ID")
    test.add_argument("--file", metavar="FILE", help="play those of this file; - for standard input")
    test.add_argument("--junit", metavar="FILE", help="also write a report that continuous integration reads")
    test.set_defaults(run="property_test")
    publish = commands.add_parser("publish", help="build the present state and point an environment to it")
    publish.add_argument("id", metavar="ID")
    publish.add_argument("--environment", required=True, metavar="E", help="development, staging or production")
    publish.add_argument("--out", metavar="DIR", help="also write the files that another web server can deliver")
    publish.add_argument(
        "--prefix", metavar="PATH", default="", help="folder of that server, such as /assets (default: its root)"
    )
    publish.add_argument("--reason", metavar="TEXT", default="", help="why, for whoever looks for a cause later")
    publish.set_defaults(run="property_publish")
    publish.add_argument("--share", type=_share, default=100, metavar="PERCENT", help="of the visitors (default: 100)")
    publish.add_argument("--at", type=_time, metavar="T", help="at this timestamp, such as 2026-12-24T09:00:00Z")
    rollout = commands.add_parser("rollout", help="what is rolled out or planned; changes the share, or takes it back")
    rollout.add_argument("id", metavar="ID")
    rollout.add_argument("--environment", required=True, metavar="E", help="development, staging or production")
    step = rollout.add_mutually_exclusive_group()
    step.add_argument("--share", type=_share, metavar="PERCENT", help="of the visitors; 100 publishes it for everyone")
    step.add_argument("--stop", action="store_true", help="everyone gets the present build again")
    step.add_argument("--withdraw", action="store_true", help="do not publish what is planned")
    rollout.add_argument("--reason", metavar="TEXT", default="", help="why, for whoever looks for a cause later")
    rollout.set_defaults(run="property_rollout")
    gates = commands.add_parser("gates", help="what publishing needs, and whether it is so; switches gates on and off")
    gates.add_argument("id", metavar="ID")
    gates.add_argument("--environment", required=True, metavar="E", help="development, staging or production")
    gates.add_argument("--on", action="append", default=[], metavar="GATE", help="let it count; can be repeated")
    gates.add_argument("--off", action="append", default=[], metavar="GATE", help="do without it; can be repeated")
    gates.set_defaults(run="property_gates")
    approve = commands.add_parser("approve", help="approve a module of custom code, as another person than its author")
    approve.add_argument("id", metavar="ID")
    approve.add_argument("module", metavar="MODULE", help="its name in the property")
    approve.set_defaults(run="property_approve")
    sizes = commands.add_parser("sizes", help="what the build weighs, packed, and how much of it is each rule's")
    sizes.add_argument("id", metavar="ID")
    sizes.set_defaults(run="property_sizes")
    rollback = commands.add_parser("rollback", help="point an environment to an earlier build")
    rollback.add_argument("id", metavar="ID")
    rollback.add_argument("--environment", required=True, metavar="E")
    rollback.add_argument("--to", metavar="HASH", help="beginning of the build's hash (default: the one before)")
    rollback.add_argument("--reason", metavar="TEXT", default="", help="why, for whoever looks for a cause later")
    rollback.set_defaults(run="property_rollback")


def _failed_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="failed_command", metavar="COMMAND", required=True, parser_class=_Command)
    groups = commands.add_parser("groups", help="what they have in common, the most frequent first")
    _failed_filter(groups)
    groups.add_argument("--limit", type=_count, default=50, metavar="N", help="at most so many (default: 50)")
    groups.add_argument("--json", action="store_true", help="as JSON, for scripts")
    groups.set_defaults(run="failed_groups")
    list_ = commands.add_parser("list", help="the newest first, one a line")
    _failed_filter(list_)
    _failed_group(list_)
    list_.add_argument("--limit", type=_count, default=50, metavar="N", help="at most so many (default: 50)")
    list_.add_argument("--json", action="store_true", help="as JSON, for scripts")
    list_.set_defaults(run="failed_list")
    show = commands.add_parser("show", help="one with the event and all that is wrong with it, as JSON")
    show.add_argument("offset", type=int, metavar="OFFSET", help="as `failed list` shows it")
    show.set_defaults(run="failed_show")
    export = commands.add_parser("export", help="one JSON object a line, the oldest first")
    _failed_filter(export)
    _failed_group(export)
    export.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    export.set_defaults(run="failed_export")
    replay = commands.add_parser("replay", help="have events decided again, as schemas and enrichments are now")
    replay.add_argument("offset", type=int, nargs="*", metavar="OFFSET", help="as `failed list` shows it")
    _failed_filter(replay)
    _failed_group(replay)
    replay.add_argument("--all", action="store_true", help="every failed event that was not replayed yet")
    replay.add_argument(
        "--edit",
        metavar="TEXT|@FILE",
        default="",
        help="change them first: lines `path = expression` and `remove path`, or a file of them",
    )
    replay.add_argument("--preview", action="store_true", help="show what would become of them, and replay nothing")
    replay.set_defaults(run="failed_replay")
    letters = commands.add_parser("letters", help="dead letters: what a sink refused for good, why, and what to do")
    letters.add_argument("--sink", default="", metavar="SINK", help="such as lake or profile (default: all)")
    letters.add_argument("--limit", type=_count, default=50, metavar="N", help="at most so many (default: 50)")
    letters.add_argument("--json", action="store_true", help="as JSON, for scripts")
    letters.set_defaults(run="letters_list")
    retry = commands.add_parser("retry", help="have dead letters offered to their sink again, as they were processed")
    retry.add_argument("offset", type=int, nargs="*", metavar="OFFSET", help="as `failed letters` shows it")
    retry.add_argument("--sink", default="", metavar="SINK", help="all of this one that were not retried yet")
    retry.add_argument("--all", action="store_true", help="all that were not retried yet")
    retry.set_defaults(run="letters_retry")


def _failed_filter(command: argparse.ArgumentParser) -> None:
    reasons = tuple(reason.value for reason in FailureReason)
    command.add_argument("--reason", choices=reasons, help="why they failed (default: whyever)")
    command.add_argument("--dataset", metavar="DATASET", help="name or id (default: all)")
    command.add_argument("--since", type=_time, metavar="T", help="received from then on")
    command.add_argument("--until", type=_time, metavar="T", help="received before")


def _failed_group(command: argparse.ArgumentParser) -> None:
    command.add_argument("--group", type=_group_id, metavar="ID", help="as `failed groups` shows it (default: all)")


def _group_id(text: str) -> str:
    if len(text) != 16 or not set(text) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no id of a group: 16 digits, as `heliograph failed groups` shows"
        )
    return text


def _share(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 100):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 100")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MAX_LISTED:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {MAX_LISTED:,}")
    return int(text)


def _profile_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="profile_command", metavar="COMMAND", required=True, parser_class=_Command)
    show = commands.add_parser("show", help="identities, facts and newest events of one person")
    show.add_argument("--namespace", required=True, metavar="NS", help="such as ECID or CustomerId")
    show.add_argument("--id", required=True, metavar="ID")
    show.add_argument("--json", action="store_true", help="as JSON, for scripts")
    show.set_defaults(run="profile_show")


def _user_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="user_command", metavar="COMMAND", required=True, parser_class=_Command)
    link = commands.add_parser("login-link", help="print a one-time login, good for an hour")
    link.add_argument("name", metavar="NAME", nargs="?", default="admin", help="(default: admin)")
    link.set_defaults(run="user_login_link")
    commands.add_parser("list", help="names, roles and states").set_defaults(run="user_list")
    invite = commands.add_parser("invite", help="make an account, and print a link that signs it in once, for a day")
    invite.add_argument("name", type=_name, metavar="NAME")
    invite.add_argument("--role", choices=ROLES, default="editor", help="(default: editor)")
    invite.set_defaults(run="user_invite")
    role = commands.add_parser("role", help="give an account another role; its sessions end")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", choices=ROLES)
    role.add_argument("--property", metavar="ID", default="", help="at this property alone (default: everywhere)")
    role.set_defaults(run="user_role")
    for verb, does in (("disable", "let an account sign in no more"), ("enable", "let it sign in again")):
        state = commands.add_parser(verb, help=does)
        state.add_argument("name", metavar="NAME")
        state.set_defaults(run=f"user_{verb}")


def _api_token_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="api_token_command", metavar="COMMAND", required=True, parser_class=_Command)
    create = commands.add_parser("create", help="print a new token, once: programs act as the account with it")
    create.add_argument("name", metavar="ACCOUNT", nargs="?", default="admin", help="(default: admin)")
    create.add_argument("--days", type=_days, default=365, metavar="N", help="expires after (default: 365); 0: never")
    create.set_defaults(run="api_token_create")
    commands.add_parser("list", help="ids, states and accounts").set_defaults(run="api_token_list")
    revoke = commands.add_parser("revoke", help="make a token useless")
    revoke.add_argument("id", metavar="ID", help="as `api-token list` shows it")
    revoke.set_defaults(run="api_token_revoke")


def _audit_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="audit_command", metavar="COMMAND", required=True, parser_class=_Command)
    verify = commands.add_parser("verify", help="say whether every entry is still what was written; exit code 1 if not")
    verify.add_argument("--known", default="", metavar="HASH", help="of an entry that was written down elsewhere")
    verify.set_defaults(run="audit_verify")
    export = commands.add_parser("export", help="all entries, the oldest first")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="(default: jsonl)")
    export.add_argument("-o", "--output", metavar="FILE", help="write here (default: standard output)")
    export.set_defaults(run="audit_export")


def _inlet_token_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(
        dest="inlet_token_command", metavar="COMMAND", required=True, parser_class=_Command
    )
    create = commands.add_parser("create", help="print a new token, once")
    create.add_argument("name", type=_name, metavar="NAME", help="who uses it")
    create.add_argument(
        "--inlet", action="append", default=[], metavar="ID", help="id or name of a connection it is good for (all)"
    )
    create.add_argument("--days", type=_days, default=365, metavar="N", help="expires after (default: 365); 0: never")
    create.set_defaults(run="inlet_token_create")
    commands.add_parser("list", help="names, connections and states").set_defaults(run="inlet_token_list")
    revoke = commands.add_parser("revoke", help="make a token useless, within a second")
    revoke.add_argument("id", metavar="ID", help="as `inlet-token list` shows it")
    revoke.set_defaults(run="inlet_token_revoke")


def _name(text: str) -> str:
    if not text.strip() or len(text) > MAX_NAME_CHARACTERS or not text.isprintable():
        raise argparse.ArgumentTypeError(f"a name has 1 to {MAX_NAME_CHARACTERS} characters that can be seen")
    return text


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MAX_TOKEN_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 0 to {MAX_TOKEN_DAYS}")
    return int(text)


def _time(text: str) -> int:
    """An RFC 3339 time, UTC when it names no zone, as milliseconds since the epoch."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write it as 2026-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
