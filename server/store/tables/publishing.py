"""What stands before, beside and behind an environment's pointer: gates, reviews, roll-outs, and plans."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from server.store.tables.metadata import metadata

# Gates that somebody has switched; any other is as server/property/gates.py has it.
publish_gates = Table(
    "publish_gates",
    metadata,
    Column("property_id", ForeignKey("properties.id"), primary_key=True),
    Column("environment", String(32), primary_key=True),
    Column("gate", String(32), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("changed_by", String(100), nullable=False),
)

# Requests to look at a draft before it is published. `revision` is the content hash of what was to be looked at.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("property_id", ForeignKey("properties.id"), nullable=False),
    Column("environment", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", String(64), nullable=False),
    # Who saved that revision.
    Column("author", String(100), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_ms", BigInteger),
    Column("decided_by", String(100)),
    Column("comment", Text, nullable=False),
)

# How the test cases of a revision went when they were last played.
test_runs = Table(
    "test_runs",
    metadata,
    Column("property_id", ForeignKey("properties.id"), primary_key=True),
    Column("revision", String(64), primary_key=True),
    Column("held", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("played_ms", BigInteger, nullable=False),
    Column("played_by", String(100), nullable=False),
)

# A build that a share of the visitors gets instead of the one that the environment points to.
rollouts = Table(
    "rollouts",
    metadata,
    Column("property_id", ForeignKey("properties.id"), primary_key=True),
    Column("environment", String(32), primary_key=True),
    Column("build_hash", ForeignKey("builds.hash"), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("started_by", String(100), nullable=False),
    Column("reason", Text, nullable=False),
)

# Builds that are to be published at a time. `state`: waiting, done or withdrawn.
publish_plans = Table(
    "publish_plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("property_id", ForeignKey("properties.id"), nullable=False),
    Column("environment", String(32), nullable=False),
    Column("build_hash", ForeignKey("builds.hash"), nullable=False),
    # Of the visitors; 100 is all of them.
    Column("percent", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("planned_ms", BigInteger, nullable=False),
    Column("planned_by", String(100), nullable=False),
    Column("state", String(16), nullable=False),
    # When it was done or withdrawn.
    Column("ended_ms", BigInteger),
)

Index("publish_plans_by_time", publish_plans.c.state, publish_plans.c.at_ms)
Index("reviews_by_property", reviews.c.property_id, reviews.c.id)
