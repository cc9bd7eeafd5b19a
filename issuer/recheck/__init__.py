"""A second opinion on everything ever issued: `merke audit`.

Nothing here is shared with the code that seals. It reads the record's columns by plain SQL,
takes JSON, base64url, status lists and the hash chain apart by itself, and lets other
libraries judge: PyLD makes the canonical form, `cryptography` checks Ed25519, PyJWT the
tokens. It never writes. What it finds is named; it mends nothing.

What is checked is docs/audit.md.
"""

from issuer.recheck.findings import Finding
from issuer.recheck.run import Log, Result, credentials_to_check, log, recheck

__all__ = ["Finding", "Log", "Result", "credentials_to_check", "log", "recheck"]
