"""What the cases of JSON share."""

from tests.vectors.making.issuing import (
    credential,
    embedded,
    home,
)

HOME = home()


BADGE = embedded(credential())


ACHIEVEMENT = ("credentialSubject", "achievement")


ONE_READING = "Merke: one reading of the signed bytes"
