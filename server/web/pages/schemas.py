"""Everything about schemas: the lists, one of them, its fields, making and changing them, importing files."""

from collections.abc import Sequence
from functools import cache

from starlette.routing import Route

from server.schema.builtins import builtin_documents
from server.web.pages import schema_edit, schema_field, schema_import, schema_lists, schema_show, schema_union
from server.web.templating import Templates


def routes(templates: Templates) -> Sequence[Route]:
    """All need a session; those that change something, the role of an editor."""
    builtins = cache(builtin_documents)
    return (
        *schema_lists.routes(templates, builtins),
        # Before the pages of one schema, whose addresses take any word where these have theirs.
        *schema_import.routes(templates, builtins),
        *schema_edit.routes(templates, builtins),
        *schema_field.routes(templates, builtins),
        *schema_union.routes(templates, builtins),
        *schema_show.routes(templates, builtins),
    )
