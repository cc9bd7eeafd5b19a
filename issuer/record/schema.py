"""All tables of the record: importing this makes them known to `metadata`."""

from issuer.record import access, life, post, tables

metadata = tables.Base.metadata

__all__ = ["access", "life", "metadata", "post", "tables"]
