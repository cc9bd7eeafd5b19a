"""All fuzz targets, by name."""

from tests.fuzz import keyrings, pictures, reading, signed_content, whole
from tests.fuzz.target import TARGETS

__all__ = ["TARGETS", "keyrings", "pictures", "reading", "signed_content", "whole"]
