"""The places that a contact of an organisation can have, in the order in which they are asked."""

from collections.abc import Mapping
from typing import Final

from issuer.texts import N_

PLACES: Final[Mapping[str, str]] = {
    "first": N_("first contact"),
    "second": N_("second contact"),
    "role": N_("role address"),
}
