"""What all tables have in common."""

from sqlalchemy import BigInteger, Column, MetaData, String

metadata = MetaData()


def history() -> tuple[Column[str], Column[int], Column[str]]:
    """Who made something, and when and by whom it was last changed. Empty where nobody was asked."""
    return (
        Column("created_by", String(100), nullable=False, server_default=""),
        Column("updated_ms", BigInteger, nullable=False, server_default="0"),
        Column("updated_by", String(100), nullable=False, server_default=""),
    )
