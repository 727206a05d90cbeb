"""From a property to what pages load: check it, keep it, build it, point an environment to the build.

One place for the console, the command line and the demo, so that all refuse the same faults with the same words.
A build that is published stays as it is, whatever becomes of the property.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from server.container.compile import compile_container
from server.container.fingerprint import build_hash
from server.container.fragments import Needs, used_fragments
from server.container.source_map import FragmentMap, MappedFragment, source_map
from server.gatekeeper import judge_gates
from server.model.container import Container
from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.model.rollout import EVERYONE
from server.property.check import check_property
from server.property.compile import compile_property
from server.property.custom_code import approval_hash, module_hash, signature_faults, used_modules
from server.property.gates import closed_faults
from server.property.modules import Modules
from server.store.custom_scripts import save_scripts
from server.store.properties import (
    StoredBuild,
    StoredProperty,
    find_property,
    keep_build,
    publish_build,
    save_property,
)
from server.store.rollouts import plan_publication, start_rollout


class PropertyRefused(Exception):
    """The document has faults; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class UnknownProperty(Exception):
    """There is no property with this id."""


class UnknownModule(Exception):
    """The property has no module of custom code of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragments:
    """What static/ holds for publishing: prebuilt JavaScript, and the descriptions of the modules.

    ``scripts``: by ``kind/name``, such as ``events/click``; ``needs``: which of them bring others with them.
    ``pointer``: template of the environments' tiny scripts; ``rollout``: what picks one of two builds in it.
    """

    modules: Modules
    runtime: str
    scripts: Mapping[str, str]
    needs: Needs
    pointer: str
    rollout: str


def mapped_script(container: Container, script: bytes, fragments: Fragments, *, static: Path) -> bytes:
    """The source map of a build that these fragments were put together to. ``static``: the folder of that name."""
    maps = msgspec.json.decode((static / "dist" / "maps.json").read_bytes(), type=dict[str, FragmentMap])
    sources = static / "snippet"

    def read(source: str) -> str | None:
        path = sources / source
        return path.read_text(encoding="utf-8") if path.is_file() else None

    names = used_fragments(container, needs=fragments.needs)
    parts = [("runtime", fragments.runtime), *((name, fragments.scripts[name]) for name in names)]
    return source_map(script.decode(), [MappedFragment(text=text, map=maps[name]) for name, text in parts], read=read)


def load_fragments(static: Path) -> Fragments:
    """Read them, once at start. ``static``: the folder of that name."""
    dist = static / "dist"
    manifest = msgspec.json.decode((dist / "manifest.json").read_bytes())
    descriptions = [
        msgspec.json.decode(path.read_bytes()) for path in sorted((static / "snippet" / "modules").glob("*/*.json"))
    ]
    return Fragments(
        modules=Modules.of(descriptions),
        runtime=(dist / "runtime.js").read_text(encoding="utf-8"),
        scripts={
            name: (dist / entry["file"]).read_text(encoding="utf-8") for name, entry in manifest["modules"].items()
        },
        needs={name: entry["needs"] for name, entry in manifest["modules"].items() if "needs" in entry},
        pointer=(dist / "pointer.js").read_text(encoding="utf-8"),
        rollout=(dist / "rollout.js").read_text(encoding="utf-8"),
    )


def import_property(
    connection: Connection, document: Json, modules: Modules, *, now_ms: int, by: str, summary: str = "Imported"
) -> StoredProperty:
    """Check the document and make it the property's present state. Raises PropertyRefused; then nothing was changed.

    ``summary``: what was done, in a few words.
    """
    faults = check_property(document, modules)
    if faults:
        raise PropertyRefused(faults)
    known = find_property(connection, document["property"]["id"])
    forged = list(signature_faults(known.document if known else {}, document, by=by))
    if forged:
        raise PropertyRefused(forged)
    stored = StoredProperty(
        id=document["property"]["id"],
        name=document["property"]["name"],
        document=document,
        updated_ms=now_ms,
        updated_by=by,
    )
    return save_property(connection, stored, summary=summary)


def approve_module(
    connection: Connection, property_id: str, name: str, *, approved: str, modules: Modules, now_ms: int, by: str
) -> StoredProperty:
    """Approve a module of custom code as it is now.

    ``approved``: what was looked at, as :func:`server.property.custom_code.approval_hash` has it; empty for whatever is
    there. Raises UnknownProperty, UnknownModule, PropertyRefused.
    """
    stored = find_property(connection, property_id)
    if stored is None:
        raise UnknownProperty(property_id)
    module = stored.document.get("modules", {}).get(name)
    if not isinstance(module, dict):
        raise UnknownModule(name)
    pointer = f"/modules/{name}/approval"
    if module["author"] == by:
        raise PropertyRefused([Fault(pointer, "You wrote it.", "Have another person approve it.")])
    present = approval_hash(module)
    if approved not in ("", present):
        raise PropertyRefused([Fault(pointer, "It was changed while you looked at it.", "Look at it again.")])
    signed = {**module, "approval": {"by": by, "hash": present}}
    document = {**stored.document, "modules": {**stored.document["modules"], name: signed}}
    return import_property(connection, document, modules, now_ms=now_ms, by=by, summary=f"Module {name} approved")


def publish_property(
    connection: Connection,
    property_id: str,
    *,
    environment: str,
    fragments: Fragments,
    org_id: str,
    now_ms: int,
    by: str,
    reason: str = "",
) -> StoredBuild:
    """Build the property as it is now and let the environment point to it.

    Raises UnknownProperty; PropertyRefused for what has faults, or while a gate of the environment is closed.
    """
    made = prepare_build(
        connection, property_id, environment=environment, fragments=fragments, org_id=org_id, now_ms=now_ms, by=by
    )
    publish_build(connection, made, reason=reason)
    return made


def release_property(
    connection: Connection,
    property_id: str,
    *,
    environment: str,
    fragments: Fragments,
    org_id: str,
    now_ms: int,
    by: str,
    reason: str,
    percent: int = EVERYONE,
    at_ms: int | None = None,
) -> StoredBuild:
    """The same for a share of the visitors, or at a time to come; the build is made, and checked, now.

    ``at_ms``: None for now. Raises what :func:`publish_property` raises, and RolloutRefused.
    """
    made = prepare_build(
        connection, property_id, environment=environment, fragments=fragments, org_id=org_id, now_ms=now_ms, by=by
    )
    at = {"property_id": property_id, "environment": environment, "build_hash": made.hash}
    if at_ms is not None:
        plan_publication(connection, **at, percent=percent, at_ms=at_ms, now_ms=now_ms, by=by, reason=reason)
    elif percent != EVERYONE:
        start_rollout(connection, **at, percent=percent, now_ms=now_ms, by=by, reason=reason)
    else:
        publish_build(connection, made, reason=reason)
    return made


def prepare_build(
    connection: Connection,
    property_id: str,
    *,
    environment: str,
    fragments: Fragments,
    org_id: str,
    now_ms: int,
    by: str,
) -> StoredBuild:
    """The same, but nothing points to the build yet. It is kept, with the custom code that it loads."""
    stored = find_property(connection, property_id)
    if stored is None:
        raise UnknownProperty(property_id)
    faults = check_property(stored.document, fragments.modules)
    if faults:
        # It was fine when it was stored: a newer version of this program knows better, or has lost a module.
        raise PropertyRefused(faults)
    script, revision = build(stored.document, environment=environment, fragments=fragments, org_id=org_id)
    gates = judge_gates(connection, stored, environment=environment, faults=faults, packed_bytes=packed_bytes(script))
    closed = closed_faults(gates)
    if closed:
        raise PropertyRefused(closed)
    made = StoredBuild(
        hash=build_hash(script),
        property_id=property_id,
        environment=environment,
        revision=revision,
        document=stored.document,
        script=script,
        created_ms=now_ms,
        created_by=by,
    )
    save_scripts(connection, custom_scripts(stored.document))
    keep_build(connection, made)
    return made


def custom_scripts(document: JsonObject) -> Mapping[str, bytes]:
    """The custom code that the build of a property loads, by the names of its files."""
    used = [document["modules"][name] for name in sorted(used_modules(document["rules"]))]
    return {module_hash(module): module["code"].encode() for module in used}


def build(document: JsonObject, *, environment: str, fragments: Fragments, org_id: str) -> tuple[bytes, str]:
    """The build's text, and the revision of the property it was made of. Same input, same bytes."""
    container = container_of(document, environment=environment, fragments=fragments, org_id=org_id)
    return script_of(container, fragments), container.revision


def container_of(document: JsonObject, *, environment: str, fragments: Fragments, org_id: str) -> Container:
    """What the build delivers, as data."""
    return compile_property(
        document,
        environment=environment,
        org_id=org_id,
        datastream=document["property"]["id"],
        modules=fragments.modules,
    )


def script_of(container: Container, fragments: Fragments) -> bytes:
    """What pages load."""
    return compile_container(container, runtime=fragments.runtime, modules=fragments.scripts, needs=fragments.needs)


def packed_bytes(script: bytes) -> int:
    """Its size as it travels: after gzip -9."""
    return len(gzip.compress(script, 9, mtime=0))


def rule_sizes(document: JsonObject, *, environment: str, fragments: Fragments) -> Mapping[str, int]:
    """By the id of each enabled rule: how many bytes, packed, the build would be smaller without it.

    What several rules use is nobody's alone, so these do not add up to the build. The document must be checked.
    """

    def size(rules: Sequence[JsonObject]) -> int:
        script, _ = build({**document, "rules": rules}, environment=environment, fragments=fragments, org_id="")
        return packed_bytes(script)

    enabled = [rule for rule in document["rules"] if rule.get("enabled", True)]
    whole = size(enabled)
    return {rule["id"]: whole - size(_without(enabled, rule["id"])) for rule in enabled}


def _without(rules: Sequence[JsonObject], rule_id: str) -> Sequence[JsonObject]:
    """The others, which wait for it no more."""
    return [
        {**rule, "after": [each for each in rule.get("after", ()) if each != rule_id]}
        for rule in rules
        if rule["id"] != rule_id
    ]
