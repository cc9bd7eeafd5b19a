"""Keys: public forms that strangers read, and the sealed ring that signs.

`multikey`, `jwk` and `did` are the public half: pure, and all that a verifier needs.
`ring` holds the private half, with its parts `record` (a key's life story), `sealed` (private
keys) and `ring_json`; `ring_file` is the only module here that touches the disk.
"""
