"""A dataset's table taken off the disk for good. It may be interrupted anywhere, and begun again."""

import shutil
from pathlib import Path

from server.lake.location import BY_NAME, table_path
from server.lake.storage import sync_folder
from server.model.dataset import Dataset

# No dataset's id has a dot in it (location.py).
_GOING = ".going"


def remove_table(root: Path, dataset: Dataset) -> bool:
    """Files, log and links; whether there was anything. Raises OSError.

    The table is put aside first, in one step: whoever reads it meanwhile finds all of it, or none.
    """
    table = table_path(root, dataset)
    going = table.with_name(f"{table.name}{_GOING}")
    was_there = False
    if going.is_dir():
        shutil.rmtree(going)
        was_there = True
    if table.is_dir():
        table.rename(going)
        sync_folder(root)
        shutil.rmtree(going)
        was_there = True
    if was_there:
        sync_folder(root)
    return _remove_links(root, dataset) or was_there


def _remove_links(root: Path, dataset: Dataset) -> bool:
    folder, target = root / BY_NAME, Path("..") / dataset.id
    if not folder.is_dir():
        return False
    links = [link for link in folder.iterdir() if link.is_symlink() and link.readlink() == target]
    for link in links:
        link.unlink(missing_ok=True)
    return bool(links)
