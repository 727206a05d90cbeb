"""Finds out what gates ask about a draft, and judges them: one place for the console, the commands and the API."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.contract import contract_faults
from server.property.custom_code import unapproved_faults
from server.property.files import revision_of
from server.property.gates import CaseResult, Evidence, Gate, GateName, judge, switched_on
from server.schema.builtins import builtin_documents
from server.schema.errors import SchemaError
from server.schema.lookup import XdmFields
from server.store.gates import find_run, switched_gates
from server.store.properties import StoredProperty
from server.store.registry import load_registry
from server.store.reviews import Review, ReviewState, newest_review
from server.store.tables import datasets, datastreams


def judge_gates(
    connection: Connection, stored: StoredProperty, *, environment: str, faults: Sequence[Fault], packed_bytes: int
) -> Sequence[Gate]:
    """How each gate of the environment stands. ``faults``: of the draft. ``packed_bytes``: of the build it makes."""
    evidence = _evidence(connection, stored, environment=environment, faults=faults, packed_bytes=packed_bytes)
    return judge(stored.document, evidence, on=gates_on(connection, stored.id, environment))


def gates_on(connection: Connection, property_id: str, environment: str) -> frozenset[GateName]:
    """Those that count there."""
    switched = switched_gates(connection, property_id).get(environment, {})
    # A name that is none any more, or not yet: of another version of this program.
    known = {GateName(name): is_on for name, is_on in switched.items() if name in frozenset(GateName)}
    return switched_on(environment, known)


def _evidence(
    connection: Connection, stored: StoredProperty, *, environment: str, faults: Sequence[Fault], packed_bytes: int
) -> Evidence:
    document, revision = stored.document, str(revision_of(stored.document))
    dataset, contract = ("", ()) if faults else _contract(connection, document, environment)
    run = find_run(connection, stored.id, revision)
    review = newest_review(connection, stored.id, environment)
    return Evidence(
        faults=faults,
        unapproved_code=() if faults else list(unapproved_faults(document)),
        packed_bytes=packed_bytes,
        dataset=dataset,
        contract=contract,
        tests=None if run is None else CaseResult(held=run.held, failed=run.failed),
        is_approved=is_approval_of(review, revision),
        is_asked=review is not None and review.state is ReviewState.OPEN and review.revision == revision,
        approval=_approval_words(review, revision),
    )


def is_approval_of(review: Review | None, revision: str) -> bool:
    """Whether somebody has approved exactly this."""
    return review is not None and review.state is ReviewState.APPROVED and review.revision == revision


def _approval_words(review: Review | None, revision: str) -> str:
    if review is None:
        return "nobody was asked yet"
    if review.revision != revision:
        return f"the draft has changed since it was {_STATES[review.state]}"
    if review.state is ReviewState.OPEN:
        return f"{review.asked_by} has asked; nobody has answered yet"
    return f"{review.state} by {review.decided_by}"


_STATES = {ReviewState.OPEN: "put to review", ReviewState.APPROVED: "approved", ReviewState.DECLINED: "declined"}


def _contract(connection: Connection, document: JsonObject, environment: str) -> tuple[str, Sequence[Fault]]:
    """Name of the dataset that events of the environment go to, and what its schema lacks; empty when it is unknown."""
    named = document.get("environments", {}).get(environment, {}).get("datastream", document["property"]["id"])
    found = connection.execute(
        select(datasets.c.name, datasets.c.schema_id)
        .join(datastreams, datastreams.c.dataset_id == datasets.c.id)
        .where(datastreams.c.id == named)
    ).one_or_none()
    if found is None:
        return "", ()
    try:
        resolved = load_registry(connection, builtin_documents()).resolved(found.schema_id)
    except (KeyError, SchemaError):
        return "", ()
    return found.name, list(contract_faults(document, XdmFields.of(resolved), dataset=found.name))
