"""Bitstring status lists: the specification's sample, both directions, hostile lists."""

import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.jwk import b64url_decode, b64url_encode
from verifier.status_list import LENGTH, MAX_BITS, Bits, MalformedList, decode, encode, status

# Bitstring Status List 1.0, example 6.
SAMPLE = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def packed(data: bytes) -> str:
    return "u" + b64url_encode(gzip.compress(data, mtime=0))


def problem(text: str, **limits: int) -> str:
    with pytest.raises(MalformedList) as caught:
        decode(text, **limits)
    assert str(caught.value)
    return caught.value.problem


def test_the_specifications_sample() -> None:
    bits = decode(SAMPLE)
    assert len(bits) == LENGTH == 131_072
    assert not any(bits)


def test_index_0_is_the_left_most_bit() -> None:
    bits = Bits(bytes([0b1000_0001, 0b0100_0000]))
    assert [i for i, bit in enumerate(bits) if bit] == [0, 7, 9]
    assert gzip.decompress(b64url_decode(encode([0])[1:])) == b"\x80" + bytes(16_383)
    assert gzip.decompress(b64url_decode(encode([LENGTH - 1])[1:])) == bytes(16_383) + b"\x01"
    assert gzip.decompress(b64url_decode(encode([9])[1:]))[:2] == b"\x00\x40"


@settings(max_examples=30)
@given(st.sets(st.integers(0, LENGTH - 1), max_size=300))
def test_round_trip(revoked: set[int]) -> None:
    bits = decode(encode(revoked))
    assert {i for i, bit in enumerate(bits) if bit} == revoked


def test_longer_lists() -> None:
    text = encode([0, 200_000], length=2 * LENGTH)
    bits = decode(text)
    assert len(bits) == 2 * LENGTH
    assert bits[200_000]
    assert not bits[200_001]


def test_equal_bits_give_equal_text() -> None:
    assert encode([5, 3, 5]) == encode(iter([3, 5]))
    header = b64url_decode(encode([1])[1:])[:10]
    assert header == bytes.fromhex("1f8b08000000000000ff")  # no time, no name, no system


def test_others_read_what_is_written() -> None:
    raw = gzip.decompress(b64url_decode(encode(range(0, LENGTH, 2))[1:]))
    assert raw == b"\xaa" * (LENGTH // 8)


@pytest.mark.parametrize("index", [-1, LENGTH, 10**12])
def test_no_index_outside_the_list(index: int) -> None:
    with pytest.raises(ValueError, match="no index"):
        encode([index])
    with pytest.raises(IndexError):
        decode(SAMPLE)[index]


@pytest.mark.parametrize("length", [0, 8, LENGTH - 8, LENGTH + 1, -LENGTH])
def test_no_short_or_ragged_list_is_written(length: int) -> None:
    with pytest.raises(ValueError, match="whole bytes"):
        encode([], length=length)


ZIPPED = gzip.compress(bytes(16_384), mtime=0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "z" + SAMPLE[1:],
        SAMPLE[1:],
        "U" + SAMPLE[1:],
        SAMPLE + "=",
        SAMPLE + "\n",
        " " + SAMPLE,
        SAMPLE[:20] + " " + SAMPLE[20:],
        SAMPLE.replace("-", "+"),
        SAMPLE[:-1],
        SAMPLE[:-1] + "B",
        "u" + b64url_encode(bytes(16_384)),
        "u" + b64url_encode(zlib.compress(bytes(16_384))),
        "u" + b64url_encode(ZIPPED[:-1]),
        "u" + b64url_encode(ZIPPED[:-8]),
        "u" + b64url_encode(ZIPPED[:12]),
        "u" + b64url_encode(ZIPPED + b"\0"),
        "u" + b64url_encode(ZIPPED + ZIPPED),
        "u" + b64url_encode(ZIPPED[:-8] + bytes(4) + ZIPPED[-4:]),
        "u" + b64url_encode(ZIPPED[:-4] + bytes(4)),
        "u" + b64url_encode(b"\x1f\x8b\x09" + ZIPPED[3:]),
        "u" + b64url_encode(ZIPPED[:3] + b"\xe0" + ZIPPED[4:]),
        "ué",
    ],
)
def test_other_encodings_are_refused(text: str) -> None:
    assert problem(text) == "MALFORMED_VALUE_ERROR"


def test_a_gzip_header_may_carry_a_name() -> None:
    named = ZIPPED[:3] + b"\x08" + ZIPPED[4:10] + b"list\0" + ZIPPED[10:]
    assert len(decode("u" + b64url_encode(named))) == LENGTH


@pytest.mark.usefixtures("alone")
def test_a_list_that_expands_without_end() -> None:
    bomb = packed(bytes(300_000_000))
    tracemalloc.start()
    start = time.process_time()
    assert problem(bomb) == "MALFORMED_VALUE_ERROR"
    seconds = time.process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 3 * MAX_BITS // 8


def test_limits() -> None:
    assert len(decode(packed(bytes(100)), max_bits=800)) == 800
    assert problem(packed(bytes(101)), max_bits=800) == "MALFORMED_VALUE_ERROR"
    with pytest.raises(MalformedList, match="too long"):  # before it is decoded
        decode("u" + "A" * 40_000_000)
    incompressible = gzip.compress(bytes(i * i * 31 % 251 for i in range(100_000)), mtime=0)
    assert decode("u" + b64url_encode(incompressible), max_bits=800_000)


# Status of one entry


def test_status_of_an_entry() -> None:
    bits = decode(encode([0, 94_567]))
    assert [status(bits, i) for i in (0, 1, 94_566, 94_567, LENGTH - 1)] == [1, 0, 0, 1, 0]


def test_entries_of_several_bits() -> None:
    data = bytearray(2 * LENGTH // 8)
    data[0] = 0b11_01_10_00
    bits = decode(packed(bytes(data)))
    assert [status(bits, i, size=2) for i in range(5)] == [3, 1, 2, 0, 0]
    with pytest.raises(MalformedList) as caught:
        status(bits, LENGTH, size=2)
    assert caught.value.problem == "RANGE_ERROR"


@pytest.mark.parametrize(
    ("length", "index", "size", "expected"),
    [
        (LENGTH - 8, 0, 1, "STATUS_LIST_LENGTH_ERROR"),
        (100_000, 0, 1, "STATUS_LIST_LENGTH_ERROR"),
        (0, 0, 1, "STATUS_LIST_LENGTH_ERROR"),
        (LENGTH, 0, 2, "STATUS_LIST_LENGTH_ERROR"),
        (LENGTH, -1, 1, "RANGE_ERROR"),
        (LENGTH, LENGTH, 1, "RANGE_ERROR"),
        (LENGTH, 2**53, 1, "RANGE_ERROR"),
        (LENGTH, 0, 0, "MALFORMED_VALUE_ERROR"),
        (LENGTH, 0, -1, "MALFORMED_VALUE_ERROR"),
    ],
)
def test_no_answer_is_better_than_a_wrong_one(
    length: int, index: int, size: int, expected: str
) -> None:
    bits = Bits(bytes(length // 8))
    with pytest.raises(MalformedList) as caught:
        status(bits, index, size=size)
    assert caught.value.problem == expected


def test_another_minimum_can_be_agreed() -> None:
    assert status(Bits(b"\x40"), 1, minimum=8) == 1


@given(st.binary(max_size=60) | st.text(max_size=30))
def test_no_text_is_a_crash(data: bytes | str) -> None:
    text = data if isinstance(data, str) else "u" + b64url_encode(data)
    try:
        bits = decode(text)
    except MalformedList:
        return
    assert len(bits) % 8 == 0
