"""The short code in a QR address: eleven random characters and a check character.

Printed `XXXX-XXXX-XXXX`; read without regard to case, spaces and hyphens, O as 0, I and L
as 1. The alphabet has 32 characters without I, L, O and U; the check character is that of
ISO 7064's hybrid system over the same alphabet, so any single mistyped character is found.
"""

import secrets

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_LENGTH = 11
_READ_AS = str.maketrans("OIL", "011", " -\u2010\u2011\u2013\u00a0")


class MistypedCode(ValueError):
    """The text is not a code: a character was left out, added, or mistaken."""


def new() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_LENGTH))
    return body + str(mod_37_36.calc_check_digit(body, alphabet=ALPHABET))


def read(text: str) -> str:
    """The code that `text` means, in its stored form. Raises `MistypedCode`."""
    code = text.strip().upper().translate(_READ_AS)
    if len(code) != _RANDOM_LENGTH + 1 or any(letter not in ALPHABET for letter in code):
        raise MistypedCode(text)
    if mod_37_36.calc_check_digit(code[:-1], alphabet=ALPHABET) != code[-1]:
        raise MistypedCode(text)
    return code


def grouped(code: str) -> str:
    """The code as it is printed: `7F3K-92QX-5A1B`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
