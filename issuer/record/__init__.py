"""The record: tables, the database behind them, and its migrations."""
