"""`heliograph …`: reads the arguments and runs one of server/commands/."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from server.arguments import parser
from server.commands import (
    accounts,
    audit,
    collection,
    datasets,
    events,
    letters,
    monitoring,
    operation,
    property_test,
    releases,
    schemas,
)
from server.commands.output import FAILED, WRONG_USE
from server.settings import SettingLine, Settings, SettingsError, load_settings

# Options of the command line that are settings.
_OPTIONS = frozenset({"host", "port", "data_dir", "workers", "base_url"})

_Command = Callable[[argparse.Namespace, Settings, Sequence[SettingLine]], int]

_COMMANDS: Mapping[str, _Command] = {
    "serve": operation.serve,
    "info": operation.info,
    "wait": operation.wait,
    "monitor": monitoring.monitor,
    "export": events.export,
    "schema_list": schemas.schema_list,
    "schema_show": schemas.schema_show,
    "schema_history": schemas.schema_history,
    "schema_import": schemas.schema_import,
    "schema_validate": schemas.schema_validate,
    "dataset_list": datasets.dataset_list,
    "dataset_delete": datasets.dataset_delete,
    "dataset_restore": datasets.dataset_restore,
    "dataset_purge": datasets.dataset_purge,
    "datastream_list": collection.datastream_list,
    "datastream_show": collection.datastream_show,
    "datastream_save": collection.datastream_save,
    "datastream_delete": collection.datastream_delete,
    "datastream_restore": collection.datastream_restore,
    "property_list": collection.property_list,
    "property_export": collection.property_export,
    "property_import": collection.property_import,
    "property_publish": collection.property_publish,
    "property_gates": releases.property_gates,
    "property_rollout": releases.property_rollout,
    "property_diff": collection.property_diff,
    "property_sizes": collection.property_sizes,
    "property_test": property_test.property_test,
    "property_approve": collection.property_approve,
    "property_rollback": collection.property_rollback,
    "failed_groups": events.failed_groups,
    "failed_list": events.failed_list,
    "failed_show": events.failed_show,
    "failed_export": events.failed_export,
    "failed_replay": events.failed_replay,
    "letters_list": letters.letters_list,
    "letters_retry": letters.letters_retry,
    "profile_show": events.profile_show,
    "forget": events.forget,
    "user_login_link": accounts.user_login_link,
    "user_list": accounts.user_list,
    "user_invite": accounts.user_invite,
    "user_role": accounts.user_role,
    "user_disable": accounts.user_disable,
    "user_enable": accounts.user_enable,
    "api_token_create": accounts.api_token_create,
    "api_token_list": accounts.api_token_list,
    "api_token_revoke": accounts.api_token_revoke,
    "inlet_token_create": accounts.inlet_token_create,
    "inlet_token_list": accounts.inlet_token_list,
    "inlet_token_revoke": accounts.inlet_token_revoke,
    "audit_verify": audit.audit_verify,
    "audit_export": audit.audit_export,
    "settings": operation.print_settings,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parsed = parser().parse_args(arguments)
    try:
        options = {name: str(value) for name, value in vars(parsed).items() if name in _OPTIONS and value is not None}
        if parsed.command == "serve" and parsed.demo:
            options["demo"] = "on"
        settings, lines = load_settings(os.environ, options=options)
    except SettingsError as error:
        for fault in error.faults:
            print(f"heliograph: {fault}", file=sys.stderr)
        return WRONG_USE
    return _guarded(lambda: _COMMANDS[parsed.run](parsed, settings, lines))


def _guarded(run: Callable[[], int]) -> int:
    """Every error that a person can mend is one line."""
    try:
        return run()
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from server.commands.faults import fault_lines

        lines = fault_lines(error)
        if not lines:
            raise
        print(*lines, sep="\n", file=sys.stderr)
    return FAILED
