"""The cryptosuites of embedded proofs, one file for each family.

`rdfc` signs a document's canonical N-Quads, `jcs` its canonical JSON, `ecdsa_sd` each of its
statements by itself. `base` is what they share; `verifier.data_integrity` chooses among them.
"""
