"""Accounts of the console, and tokens of programs."""

import argparse
import sys

from server.commands.output import OK
from server.settings import Settings


def user_login_link(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.account_commands import login_link

    print(login_link(settings, name=parsed.name))
    return OK


def user_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import account_commands

    for user in account_commands.accounts(settings):
        roles = ", ".join(f"{role} at {name}" for name, role in sorted(user.property_roles.items()))
        state = "enabled" if user.enabled else "disabled"
        print(f"{user.name}\t{user.role}\t{state}\t{roles or '-'}")
    return OK


def user_invite(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import account_commands
    from server.store.users import Role

    print(account_commands.invitation(settings, name=parsed.name, role=Role(parsed.role)))
    return OK


def user_role(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import account_commands
    from server.store.users import Role

    account_commands.give_role(settings, name=parsed.name, role=Role(parsed.role), property_id=parsed.property)
    print(f"{parsed.name} is {parsed.role}{f' at {parsed.property}' if parsed.property else ''} from now on")
    return OK


def user_disable(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import account_commands

    account_commands.disable_account(settings, parsed.name)
    print(f"{parsed.name} cannot sign in any more")
    return OK


def user_enable(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import account_commands

    account_commands.enable_account(settings, parsed.name)
    print(f"{parsed.name} can sign in again")
    return OK


def api_token_create(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import api_token_commands

    secret, token_id = api_token_commands.create(settings, name=parsed.name, days=parsed.days)
    print(secret)
    print(f"API token {token_id}; it is shown only now: keep it where secrets are kept", file=sys.stderr)
    return OK


def api_token_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import api_token_commands

    for item in api_token_commands.tokens(settings):
        print(f"{item['id']}\t{item['state']}\t{item['created']}\t{item['expires']}\t{item['account']}")
    return OK


def api_token_revoke(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import api_token_commands

    api_token_commands.revoke(settings, parsed.id)
    print(f"API token {parsed.id} is revoked")
    return OK


def inlet_token_create(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import inlet_token_commands

    secret, token = inlet_token_commands.create(settings, name=parsed.name, inlets=parsed.inlet, days=parsed.days)
    print(secret)
    print(f"inlet token {token.id}; it is shown only now: keep it where secrets are kept", file=sys.stderr)
    return OK


def inlet_token_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import inlet_token_commands

    for item in inlet_token_commands.tokens(settings):
        inlets = ", ".join(item["inlets"]) or "all connections"
        times = f"{item['created']}\t{item['expires'] or 'never'}\t{item['lastUsed'] or 'never used'}"
        print(f"{item['id']}\t{item['state']}\t{times}\t{item['name']}\t{inlets}")
    return OK


def inlet_token_revoke(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import inlet_token_commands

    inlet_token_commands.revoke(settings, parsed.id)
    print(f"inlet token {parsed.id} is revoked")
    return OK
