"""A schema or field group while somebody edits it: what the form says, what it would make, why that cannot be kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.model.json import JsonObject
from server.schema.authoring import author
from server.schema.compose import resolve_schema
from server.schema.diff import field_changes
from server.schema.draft.model import Draft, DraftRefused
from server.schema.draft.read import draft_of
from server.schema.draft.write import document_of
from server.schema.errors import SchemaError
from server.schema.identifiers import new_id
from server.schema.importing import MAX_TITLE_CHARS, ImportRefused
from server.schema.kinds import Kind
from server.schema.outline import Outline, field_sources, outline
from server.schema.registry import ChangeRefused, Registry, check_change
from server.web.forms.schema_form import FieldRow, draft_fields, read_rows, shown_rows, with_faults
from server.web.forms.signed_form import Form
from server.web.views.schema_view import FieldChange, Snapshot, change_of

MAX_DESCRIPTION_CHARS = 2_000
"""A few paragraphs."""

# A list of what changes is read; of more, the numbers are.
_MAX_CHANGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is edited. ``before``: as it is kept, and ``version``; empty for a new one."""

    kind: Kind
    identifier: str
    before: JsonObject
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A form, as far as it makes sense.

    ``document``: what would be kept; None while something is wrong with it. ``refusals``: why it cannot be kept.
    """

    draft: Draft
    rows: Sequence[FieldRow]
    document: JsonObject | None = None
    preview: Sequence[Outline] = ()
    changes: Sequence[FieldChange] = ()
    title_fault: str = ""
    refusals: Sequence[str] = ()

    @property
    def can_be_kept(self) -> bool:
        return self.document is not None and not self.refusals and not self.title_fault


def new_target(now: Snapshot, kind: Kind, name: str) -> Target:
    """``name``: random hexadecimal digits."""
    return Target(kind=kind, identifier=new_id(kind, tenant=now.tenant, name=name), before={}, version="")


def kept_target(now: Snapshot, document: JsonObject) -> Target:
    return Target(
        kind=Kind(document["meta:resourceType"]),
        identifier=document["$id"],
        before=document,
        version=now.stored[document["$id"]].version,
    )


def as_kept(now: Snapshot, target: Target) -> Written:
    """The form to begin with."""
    draft = draft_of(target.before, tenant=now.tenant)
    return looked_at(now, target, draft, shown_rows(draft.fields, data_types(now)))


def as_sent(now: Snapshot, target: Target, form: Form) -> Written:
    """The form as somebody sent it. A schema keeps its class, and what else ``before`` says of it."""
    rows = read_rows(form)
    ids = {title: identifier for identifier, title in data_types(now).items()}
    filled = [row for row in rows if not row.is_blank]
    is_schema = target.kind is Kind.SCHEMAS
    draft = Draft(
        title=form.get("title", "").strip(),
        description=form.get("description", "").strip()[:MAX_DESCRIPTION_CHARS],
        class_id=(target.before.get("meta:class") or form.get("class", "")) if is_schema else "",
        parts=tuple(dict.fromkeys(form.getlist("group")))
        if is_schema
        else draft_of(target.before, tenant=now.tenant).parts,
        class_ids=() if is_schema else tuple(dict.fromkeys(form.getlist("class"))),
        fields=draft_fields(filled, ids),
    )
    written = looked_at(now, target, draft, filled)
    blank = [row for row in rows if row.is_blank]
    return replace(written, rows=sorted([*written.rows, *blank], key=lambda row: row.index))


def looked_at(now: Snapshot, target: Target, draft: Draft, rows: Sequence[FieldRow]) -> Written:
    """What a draft would make, and all that speaks against it."""
    written = Written(draft=draft, rows=rows, title_fault=_title_fault(draft.title))
    try:
        document = document_of(draft, target.before, tenant=now.tenant)
    except DraftRefused as error:
        return replace(written, rows=with_faults(rows, error.faults))
    registry, titled = now.registry, document if draft.title else {**document, "title": target.identifier}
    try:
        component = author(registry, titled, kind=target.kind, identifier=target.identifier, tenant=now.tenant)
        after = registry.with_components([component.document])
        check_change(registry, after)
    except ImportRefused as error:
        return replace(written, refusals=[fault.message for fault in error.faults])
    except ChangeRefused as error:
        return replace(written, refusals=error.reasons)
    resolved = _resolved(after, component.document)
    changes = [change_of(line) for line in _changes(registry, target.before, resolved)] if target.before else []
    return replace(
        written,
        document=document,
        preview=outline(resolved, field_sources(component.document, after.find)),
        changes=changes[:_MAX_CHANGES],
    )


def with_conflict(target: Target, written: Written, version: str) -> Written:
    """Refused when somebody else changed it since. ``version``: that the form began with."""
    if version == target.version:
        return written
    message = (
        f"Somebody changed it meanwhile: it is version {target.version} now, and this form began with {version}. What "
        "you wrote is still here. Look at what would change, and save again to put yours in the place of theirs"
    )
    return replace(written, refusals=[message, *written.refusals])


def data_types(now: Snapshot) -> Mapping[str, str]:
    """The data types that a field can be of: id to title, each title once; the tenant's own go first."""
    found: dict[str, str] = {}
    for document in now.documents():
        if document["meta:resourceType"] == Kind.DATA_TYPES:
            title = str(document["title"])
            found[document["$id"]] = f"{title} ({document['$id']})" if title in found.values() else title
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def _title_fault(title: str) -> str:
    return "" if 0 < len(title) <= MAX_TITLE_CHARS else f"Give it a title of at most {MAX_TITLE_CHARS} characters."


def _changes(registry: Registry, before: JsonObject, resolved: JsonObject) -> Iterable[str]:
    try:
        return field_changes(_resolved(registry, before), resolved)
    except SchemaError:
        # What it was made of is gone: it can only get better.
        return ()


def _resolved(registry: Registry, document: JsonObject) -> JsonObject:
    """Raises SchemaError."""
    is_schema = document["meta:resourceType"] == Kind.SCHEMAS
    return registry.resolved(document["$id"]) if is_schema else resolve_schema(document, registry.find)
