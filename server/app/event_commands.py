"""What the commands read of datasets and of profiles."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from server.app.not_found import NotFound
from server.app.readers import open_database, read_configuration
from server.model.datastream import Dataset
from server.model.identity import Identity, Namespace
from server.model.profile import ProfileView
from server.profile.errors import ProfileStoreMissing
from server.profile.reader import open_reader
from server.settings import Settings

# A profile of a heavy user has thousands of events; a terminal shows the newest.
_PROFILE_EVENTS = 100


def export(
    settings: Settings,
    name: str,
    *,
    form: str,
    since_ms: int | None,
    until_ms: int | None,
    write: Callable[[bytes], Any],
) -> None:
    """A dataset's events, in pieces, to ``write``. ``name``: of the dataset, or its id. Raises NotFound."""
    configuration = read_configuration(settings)
    dataset = next((item for item in configuration.datasets.values() if name in (item.name, item.id)), None)
    if dataset is None:
        known = ", ".join(sorted(item.name for item in configuration.datasets.values()))
        raise NotFound(f"there is no dataset {name!r}; there is {known}")
    asyncio.run(_export(settings, dataset, form=form, since_ms=since_ms, until_ms=until_ms, write=write))


async def _export(
    settings: Settings,
    dataset: Dataset,
    *,
    form: str,
    since_ms: int | None,
    until_ms: int | None,
    write: Callable[[bytes], Any],
) -> None:
    # Here alone: Arrow and DuckDB are most of the time that other commands, and the server, take to start.
    from server.lake.formats import encode_pages
    from server.lake.lake import DeltaLake

    lake = DeltaLake(settings.lake_location)
    try:
        pages: AsyncIterator[Any] = lake.export(dataset, since_ms=since_ms, until_ms=until_ms)
        async for piece in encode_pages(pages, form, columns=await lake.columns(dataset)):
            write(piece)
    finally:
        await lake.close()


def find_profile(settings: Settings, *, namespace: str, identity: str) -> ProfileView:
    """Raises NotFound, NoInstallation."""
    open_database(settings).close()
    try:
        with open_reader(settings.data_dir / "profiles.db") as reader:
            view = reader.find(Identity(namespace=Namespace(namespace), id=identity), limit_events=_PROFILE_EVENTS)
    except ProfileStoreMissing:
        view = None
    if view is None:
        raise NotFound(f"no profile has the identity {namespace}:{identity}")
    return view


def dataset_names(settings: Settings) -> Mapping[str, str]:
    """By id. Raises NoInstallation."""
    return {item.id: item.name for item in read_configuration(settings).datasets.values()}
