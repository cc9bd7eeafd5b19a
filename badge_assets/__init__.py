"""Pictures: drawing them (`draw`, `qr`) and carrying credentials in them (`png`, `svg`).

Knows nothing of credentials, issuers or records: text and bytes in, bytes out.
"""
