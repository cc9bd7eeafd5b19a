"""What the cases of proofs share."""

from tests.vectors.making.issuing import (
    ED,
    P256,
    P384,
    credential,
    home,
    prove,
)

ALL = home(ED, P256, P384)


VERIFY = "VC Data Integrity 1.0, verify proof"


PLAIN = credential()


GOOD = prove(PLAIN)
