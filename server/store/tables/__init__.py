"""Every table of the control plane, as SQLAlchemy sees it. The migrations make them; a test holds the two together.

Times are milliseconds since the epoch (``_ms``). Documents are canonical JSON text. Of secrets only the
SHA-256 is stored: what the database holds logs nobody in.
"""

from server.store.tables.accounts import api_tokens as api_tokens
from server.store.tables.accounts import login_links as login_links
from server.store.tables.accounts import property_roles as property_roles
from server.store.tables.accounts import recovery_codes as recovery_codes
from server.store.tables.accounts import sessions as sessions
from server.store.tables.accounts import users as users
from server.store.tables.audit import audit_entries as audit_entries
from server.store.tables.collection import datastreams as datastreams
from server.store.tables.collection import flows as flows
from server.store.tables.collection import inlets as inlets
from server.store.tables.collection import mapping_sets as mapping_sets
from server.store.tables.collection import mapping_versions as mapping_versions
from server.store.tables.collection import source_connections as source_connections
from server.store.tables.collection import target_connections as target_connections
from server.store.tables.collection import tokens as tokens
from server.store.tables.idempotency import idempotent_answers as idempotent_answers
from server.store.tables.installation import settings as settings
from server.store.tables.metadata import metadata as metadata
from server.store.tables.notifications import notification_attempts as notification_attempts
from server.store.tables.notifications import notifications as notifications
from server.store.tables.notifications import subscriptions as subscriptions
from server.store.tables.persons import erasures as erasures
from server.store.tables.persons import tombstones as tombstones
from server.store.tables.properties import builds as builds
from server.store.tables.properties import custom_scripts as custom_scripts
from server.store.tables.properties import environments as environments
from server.store.tables.properties import properties as properties
from server.store.tables.properties import property_revisions as property_revisions
from server.store.tables.properties import publications as publications
from server.store.tables.publishing import publish_gates as publish_gates
from server.store.tables.publishing import publish_plans as publish_plans
from server.store.tables.publishing import reviews as reviews
from server.store.tables.publishing import rollouts as rollouts
from server.store.tables.publishing import test_runs as test_runs
from server.store.tables.schemas import datasets as datasets
from server.store.tables.schemas import descriptors as descriptors
from server.store.tables.schemas import schema_versions as schema_versions
from server.store.tables.schemas import schemas as schemas
from server.store.tables.shares import shared_events as shared_events
