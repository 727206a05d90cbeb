"""What a property's builds weigh, and which rules make them weigh it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.property import ENVIRONMENTS
from server.property.check import check_property
from server.property.gates import MAX_BUILD_GZIP_BYTES
from server.publish import build, packed_bytes, rule_sizes
from server.store import settings
from server.store.properties import StoredProperty, find_build
from server.store.revisions import list_publications
from server.web.access.property_access import load_property
from server.web.services import ConsoleState
from server.web.templating import Templates
from server.web.views.live_facts import iso
from server.web.views.size_view import MAX_BUILDS, BuildSizes, PublishedScript, RuleSize, build_sizes, rule_lines

# Of three environments, with some that were published twice.
_LOOKED_AT = 4 * MAX_BUILDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SizesPage:
    """Context of templates/properties/sizes.html."""

    template: ClassVar[str] = "properties/sizes.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "publish"

    stored: StoredProperty
    whole: int
    """Bytes, packed, of the build as production would get it now; 0 when none can be made."""
    most: int
    """Bytes that it may have."""
    shared: int
    """Bytes that belong to no rule alone."""
    rules: Sequence[RuleSize]
    builds: Sequence[BuildSizes]


def routes(templates: Templates) -> Sequence[Route]:
    """``sizes``."""

    async def show(request: Request[ConsoleState]) -> Response:
        services, stored = request.state["services"], await load_property(request)
        org_id, published = await services.database.read(partial(_published, property_id=stored.id))
        whole = 0
        rules: Sequence[RuleSize] = ()
        if not check_property(stored.document, services.fragments.modules):
            # A build for each rule: longer than other requests should wait.
            whole, rules = await run_in_threadpool(_rules, request, stored, org_id)
        budget = stored.document["property"].get("settings", {}).get("runtimeBudgetKb")
        page = SizesPage(
            stored=stored,
            whole=whole,
            most=MAX_BUILD_GZIP_BYTES if budget is None else round(budget * 1_000),
            shared=max(0, whole - sum(max(0, each.size) for each in rules)),
            rules=rules,
            builds=await run_in_threadpool(build_sizes, published, iso=iso),
        )
        return templates.render(request, page)

    return (Route("/properties/{property_id}/sizes", show, name="sizes"),)


def _rules(request: Request[ConsoleState], stored: StoredProperty, org_id: str) -> tuple[int, Sequence[RuleSize]]:
    fragments, environment = request.state["services"].fragments, ENVIRONMENTS[-1]
    script, _ = build(stored.document, environment=environment, fragments=fragments, org_id=org_id)
    sizes = rule_sizes(stored.document, environment=environment, fragments=fragments)
    return packed_bytes(script), rule_lines(stored.document, sizes)


def _published(connection: Connection, *, property_id: str) -> tuple[str, Sequence[PublishedScript]]:
    """The installation's organisation, and each build where it was published, the oldest first."""
    found: dict[tuple[str, str], PublishedScript] = {}
    for each in reversed(list_publications(connection, property_id, limit=_LOOKED_AT)):
        key = (each.environment, each.build_hash)
        made = None if key in found else find_build(connection, each.build_hash)
        if made is not None:
            found[key] = PublishedScript(
                environment=each.environment,
                build_hash=each.build_hash,
                published_ms=each.published_ms,
                script=made.script,
            )
    return settings.get_setting(connection, settings.ORG_ID) or "", list(found.values())
