"""What the cases of pictures share."""

from tests.vectors.making.issuing import (
    BASE,
    RSA,
    Served,
    claims,
    credential,
    embedded,
    home,
    token,
)

BADGE = embedded(credential())


TOKEN = token(claims(credential()))


HOME: dict[str, Served] = {**home()}


TOKEN_HOME = home(RSA)


PNG, SVG = "Open Badges 3.0, 5.3.1 (PNG)", "Open Badges 3.0, 5.3.2 (SVG)"


ADDRESS = f"{BASE}/b/1.json"
