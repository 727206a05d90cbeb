"""Datasets: what there is, and what becomes of what they hold."""

import argparse

from server.commands.output import OK
from server.settings import Settings


def dataset_list(_parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import dataset_commands

    for item in dataset_commands.datasets(settings):
        print(f"{item['id']}\t{item['state']}\t{item['purged'] or 'never'}\t{item['name']}")
    return OK


def dataset_delete(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import dataset_commands

    stored = dataset_commands.delete(settings, parsed.name)
    print(f"dataset {stored.dataset.name} is deleted; for {settings.dataset_grace_days} days it can be restored")
    return OK


def dataset_restore(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import dataset_commands

    stored = dataset_commands.restore(settings, parsed.name)
    print(f"dataset {stored.dataset.name} is there again, and switched on")
    return OK


def dataset_purge(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import dataset_commands

    stored = dataset_commands.purge(settings, parsed.name)
    print(f"dataset {stored.dataset.name} is being purged: the server removes what it holds within seconds")
    return OK
