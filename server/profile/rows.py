"""How the values of the profile store look as rows: keys of profiles, nodes of the identity graph, fragments."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from server.model.dataset import DatasetId
from server.model.identity import Identity, Namespace
from server.model.profile import ProfileId
from server.profile.changes import FragmentKey
from server.profile.fragment import Fragment
from server.profile.graph import Node

T = TypeVar("T")

_FRAGMENT = msgspec.json.Decoder(Fragment)

# SQLite before 3.32 takes no more than 999 parameters; a statement of any such length is planned as fast.
_PARAMETERS = 500

_ID_DIGITS = 16

_NODE_COLUMNS = "namespace, id, profile, seen_ms, person_ms, quarantined_ms"


def profile_id(key: int) -> ProfileId:
    """Keys grow, and as they have one length in text, so do ids: the least id is the oldest profile's."""
    return ProfileId(f"{key:0{_ID_DIGITS}x}")


def profile_key(profile: ProfileId) -> int:
    """The key behind an id; -1, which no profile has, when it is no such id."""
    is_id = len(profile) == _ID_DIGITS and all(digit in "0123456789abcdef" for digit in profile)
    key = int(profile, 16) if is_id else -1
    return key if key < 1 << 63 else -1


def nodes_of_profiles(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[Identity, Node]:
    """All identities of these profiles."""
    nodes: dict[Identity, Node] = {}
    for some in parts(sorted(keys)):
        query = f"SELECT {_NODE_COLUMNS} FROM identities WHERE profile IN ({marks(some)})"  # noqa: S608
        nodes.update(_node(row) for row in connection.execute(query, some))
    return nodes


def profiles_of_identities(connection: sqlite3.Connection, identities: Iterable[Identity]) -> set[int]:
    """The keys of the profiles that hold any of these identities."""
    ids: dict[Namespace, set[str]] = {}
    for identity in identities:
        ids.setdefault(identity.namespace, set()).add(identity.id)
    keys: set[int] = set()
    for namespace, of_namespace in ids.items():
        for some in parts(sorted(of_namespace)):
            query = f"SELECT profile FROM identities WHERE namespace = ? AND id IN ({marks(some)})"  # noqa: S608
            keys.update(key for (key,) in connection.execute(query, (namespace, *some)))
    return keys


def fragments_of_profile(connection: sqlite3.Connection, key: int) -> dict[FragmentKey, Fragment]:
    """What is said of the identities that are in this profile today."""
    rows = connection.execute(
        """
        SELECT dataset, namespace, id, content FROM fragments
        JOIN (SELECT namespace, id FROM identities WHERE profile = ?) USING (namespace, id)
        """,
        (key,),
    )
    return {
        (DatasetId(dataset), Identity(namespace=Namespace(namespace), id=text)): _FRAGMENT.decode(content)
        for dataset, namespace, text, content in rows
    }


def quarantined_nodes(connection: sqlite3.Connection, *, limit: int) -> dict[Identity, Node]:
    """Identities in quarantine, the newest first."""
    query = f"""
        SELECT {_NODE_COLUMNS} FROM identities WHERE quarantined_ms IS NOT NULL
        ORDER BY quarantined_ms DESC, namespace, id LIMIT ?
    """  # noqa: S608
    return dict(_node(row) for row in connection.execute(query, (limit,)))


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """``values`` in parts that one statement can take."""
    return (values[start : start + _PARAMETERS] for start in range(0, len(values), _PARAMETERS))


def marks(values: Sequence[object]) -> str:
    """One placeholder a value. The only text that is ever put into a statement: no value is."""
    return ",".join("?" * len(values))


def _node(row: tuple[str, str, int, int, int | None, int | None]) -> tuple[Identity, Node]:
    namespace, text, key, seen_ms, person_ms, quarantined_ms = row
    identity = Identity(namespace=Namespace(namespace), id=text)
    return identity, Node(profile_id(key), seen_ms, person_ms, quarantined_ms)
