"""Backup and restore: everything of an issuer in one file, and back."""
