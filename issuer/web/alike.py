"""The addresses whose good answers are the same for everybody, whatever their wishes.

These are asked for most, and take the short lane. What they answer depends on the address and
the moment alone: not on `Accept`, a language, or who asks. Queries change nothing either, but
those who send one go the long way.
"""

import re

_SLUG = "[a-z0-9-]{3,60}"
_ALIKE = re.compile(
    rf"/embed/{_SLUG}(?:/[a-z-]{{1,40}})?\.(?:svg|png|json|html)"
    rf"|/m/{_SLUG}\.json"
    r"|/b/[0-9a-f-]{36}\.(?:json|jwt)"
    r"|/status/[1-9][0-9]{0,5}(?:\.jwt)?"
    r"|/\.well-known/did\.json"
    r"|/static/seal-1\.js"
)


def is_alike(path: str) -> bool:
    return _ALIKE.fullmatch(path) is not None


def packable(path: str) -> bool:
    """Whether answers at `path` are given as gzip to those who take it."""
    return is_alike(path) and not path.endswith(".png")
