"""The record: tables, the database behind them, and its migrations.

All tables are known once any of them is: they refer to each other by name.
"""

from issuer.record import access, life, post, tables

__all__ = ["access", "life", "post", "tables"]
