"""Reading what mail servers say about mail that came back: the shapes, and what strangers send."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.post import reports
from issuer.post.reports import Failure, read
from tests.support import returned
from tests.support.returned import Returned

HOST = "merke.example.no"
LETTER = Returned(
    "kari@teateret.example",
    f"post+{'0a' * 12}@merke.example.no",
    "<00000000-0000-4000-8000-000000000001@merke.example.no>",
)


@pytest.mark.parametrize("shape", returned.PERMANENT)
def test_every_shape_names_the_address_and_the_mail(shape: str) -> None:
    report = read(returned.PERMANENT[shape](LETTER), HOST)
    assert [each.address.lower() for each in report.failures] == [LETTER.recipient]
    assert report.failures[0].for_good
    assert report.failures[0].status in ("5.1.1", None)
    assert (LETTER.return_path in report.return_paths) or (LETTER.message_id in report.message_ids)


def test_what_the_server_said() -> None:
    report = read(returned.standard(LETTER), HOST)
    assert report.failures == (
        Failure(LETTER.recipient, True, "5.1.1", "550 5.1.1 no such user here"),
    )
    assert read(returned.qmail(LETTER), HOST).failures[0].status == "5.1.1"
    # A version of a program is no status.
    assert read(returned.exim(LETTER), HOST).failures[0].status is None


def test_late_is_not_lost() -> None:
    assert [each.for_good for each in read(returned.delayed(LETTER), HOST).failures] == [False]
    for shape in (returned.delivered, returned.on_holiday, returned.unreadable):
        assert read(shape(LETTER), HOST).failures == ()
    assert read(returned.unreadable(LETTER), HOST).automatic
    assert not read(returned.on_holiday(LETTER), HOST).automatic


def test_marks_of_other_issuers_are_not_ours() -> None:
    assert read(returned.without_return_path(LETTER), "annen.example.no").message_ids == ()


def _nested(depth: int) -> bytes:
    heads = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)
    )
    return heads.encode() + b"\n" * 200_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\xfe" * 1000,
        _nested(11),
        _nested(300),
        b"From: " + b"(" * 100_000,
        b"From: a@b\n\n" + b"<a@b>:\n" * 40_000,
        b"x" * (reports.LARGEST + 1),
        b"Content-Type: multipart/report; boundary=b\n\n--b\n"
        b"Content-Type: message/delivery-status\n\nno: blocks",
        b"Content-Type: text/plain; charset=none\nContent-Transfer-Encoding: base64\n\n%%%",
    ],
    ids=["empty", "noise", "nested", "deep", "comments", "lines", "large", "half", "charset"],
)
def test_what_strangers_send_is_read_as_nothing(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert read(content, HOST).failures == ()
    assert caplog.records == []


def test_its_mark_is_found_in_what_is_too_large_to_read() -> None:
    content = returned.standard(LETTER) + b"x" * reports.LARGEST
    report = read(content, HOST)
    assert report.return_paths == (LETTER.return_path,)
    assert report.failures == ()


@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 60))
def test_damage_never_stops_the_reading(noise: bytes, place: int, removed: int) -> None:
    content = returned.standard(LETTER)
    damaged = content[:place] + noise + content[place + removed :]
    for failure in read(damaged, HOST).failures:
        assert failure.status is None or failure.status[0] in "245"
        assert failure.said.isprintable()
