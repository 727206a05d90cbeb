"""Where a dataset's table is: ``<lake_url>/<dataset id>``, and below ``by-name/`` links for people.

The id, not the name: names change, may be alike, and come from outside; an id is none of that, so no table is ever lost
or mixed up with another. For everybody who looks into the lake by hand there is, on a local disk,
``by-name/<name>-<first eight of the id>``, a link that follows the dataset's name. Nothing reads it but people.
"""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from server.model.datastream import Dataset

BY_NAME: Final = "by-name"

_SAFE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SLUG_CHARACTERS: Final = 60
_ID_CHARACTERS_IN_LINK: Final = 8


def local_root(lake_url: str) -> Path:
    """The folder that a path or ``file://`` URL names. Raises ValueError for any other scheme.

    The table format reads and writes object stores as well, but what makes a commit durable here (storage.py) and the
    export know only a file system as yet.
    """
    parts = urlsplit(lake_url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path)).absolute()
    if "://" in lake_url:
        raise ValueError(f"lake URL {lake_url}: only a path or a file:// URL of this machine can be used")
    return Path(lake_url).absolute()


def table_path(root: Path, dataset: Dataset) -> Path:
    """Raises ValueError when the id is not fit for a path."""
    if not _SAFE_ID.fullmatch(dataset.id):
        raise ValueError(f"dataset id {dataset.id!r}: letters, digits, - and _ only, at most 64")
    return root / dataset.id


def link_name(dataset: Dataset) -> str:
    """A name of ``[a-z0-9-_]`` that people recognise and no other dataset has."""
    slug = re.sub(r"[^a-z0-9_]+", "-", dataset.name.lower()).strip("-")[:_SLUG_CHARACTERS]
    return f"{slug or 'dataset'}-{dataset.id[:_ID_CHARACTERS_IN_LINK].lower()}"


def link_by_name(root: Path, dataset: Dataset) -> None:
    """Make the dataset's link, and take away those of its former names. Raises OSError where links cannot be made."""
    folder = root / BY_NAME
    folder.mkdir(parents=True, exist_ok=True)
    target = Path("..") / dataset.id
    wanted = folder / link_name(dataset)
    for link in folder.iterdir():
        if link != wanted and link.is_symlink() and link.readlink() == target:
            link.unlink()
    if not wanted.is_symlink():
        wanted.symlink_to(target, target_is_directory=True)
