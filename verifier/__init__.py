"""The verifier of Open Badges: any badge in, one report out.

Imports of `keys` only the public half and of `badge_assets` only the unbaking, so it can be
used without an issuer, a database or a private key.
"""
