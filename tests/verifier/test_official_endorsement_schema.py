"""The structure check of an endorsement, and of the profiles in it, against the official schemas.

As `test_official_schema` does it for a badge, with the same differences; here each class by itself,
as it is judged when an endorsement is a token.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from tests.verifier import test_official_schema as of_badges
from tests.verifier.everything import SPOIL, everything, places, spoilt
from tests.verifier.simulator import Document
from verifier import model

WORD: Document = everything()["endorsement"][0]
PROFILE: Document = {
    name: value
    for name, value in everything()["issuer"].items()
    if name not in ("endorsement", "endorsementJwt")
}
PLACES = [path for path in places(WORD) if path[0] not in ("@context", "proof")]
OF_PROFILE = list(places(PROFILE))

Official = Callable[[str], Draft201909Validator]


@pytest.fixture(scope="module")
def official(vectors: Path) -> Official:
    def schema(name: str) -> Draft201909Validator:
        text = (vectors / "ob-schema" / f"{name}.json").read_text(encoding="utf-8")
        return Draft201909Validator(of_badges._patched(json.loads(text)))

    return schema


def word_of(profile: Document) -> Document:
    """An endorsement by this profile."""
    return {**WORD, "issuer": profile}


def disagreement(accepted: bool, document: Document, path: tuple[Any, ...]) -> str | None:
    found = model.violations(document, "EndorsementCredential")
    if accepted:
        untold = [each for each in found if each.message not in of_badges.STRICTER]
        return f"stricter: {untold}" if untold else None
    laxer_as_told = path[-1] == "type" and of_badges._is_helper(path)
    return None if found or laxer_as_told else "laxer"


def test_good_ones(official: Official) -> None:
    assert official("endorsementcredential").is_valid(WORD)
    assert official("profile").is_valid(PROFILE)
    assert model.violations(WORD, "EndorsementCredential") == ()
    assert model.violations(word_of(PROFILE), "EndorsementCredential") == ()
    assert len(PLACES) > 15
    assert len(OF_PROFILE) > 30


@pytest.mark.parametrize("how", SPOIL)
def test_a_word_spoilt(official: Official, how: str) -> None:
    schema = official("endorsementcredential")
    spoilt_ones = {path: spoilt(WORD, path, how) for path in PLACES}
    told = {
        path: problem
        for path, word in spoilt_ones.items()
        if (problem := disagreement(schema.is_valid(word), word, path)) is not None
    }
    assert told == {}


@pytest.mark.parametrize("how", SPOIL)
def test_a_profile_spoilt(official: Official, how: str) -> None:
    schema = official("profile")
    spoilt_ones = {path: spoilt(PROFILE, path, how) for path in OF_PROFILE}
    told = {
        path: problem
        for path, profile in spoilt_ones.items()
        if (problem := disagreement(schema.is_valid(profile), word_of(profile), path)) is not None
    }
    assert told == {}


def test_spoiling_spoils(official: Official) -> None:
    schema = official("profile")
    refused = sum(not schema.is_valid(spoilt(PROFILE, path, "a number")) for path in OF_PROFILE)
    assert refused > len(OF_PROFILE) * 0.8
