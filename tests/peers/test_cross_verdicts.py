"""docs/peers.md tells the truth: each verdict in it, anew, and a reason for each difference."""

import json
from typing import Any

import pytest

from tests.peers import cases, forms, judges, page
from tests.peers.javascript import Peers
from tests.peers.judges import ACCEPTS, OURS, REFUSES
from tests.verifier.simulator import compact


@pytest.fixture(scope="module")
def verdicts(peers: Peers) -> page.Table:
    return page.verdicts(peers)


@pytest.fixture(scope="module")
def suites(peers: Peers) -> page.Table:
    return page.suites(peers)


def test_each_verdict_is_as_the_page_has_it(verdicts: page.Table) -> None:
    assert page.read("verdicts") == verdicts


def test_each_form_is_as_the_page_has_it(suites: page.Table) -> None:
    assert page.read("suites") == suites


def test_each_difference_has_its_reason_and_each_reason_its_difference(
    verdicts: page.Table, suites: page.Table
) -> None:
    differing = {name for name, row in suites.items() if {page.ONE_WAY, page.DIFFERS} & set(row)}
    assert page.explained() == differing | set(page.differing(verdicts))


def test_there_are_enough_and_no_two_are_alike() -> None:
    names = [each.id for each in cases.CASES]
    assert len(names) == len(set(names)) >= 40
    assert len({cases.made(name)[0] for name in names}) == len(names)


def test_good_ones_are_accepted_by_all_who_read_them(verdicts: page.Table) -> None:
    """Or their refusing the others would mean nothing."""
    for name in ("good", "token: good"):
        ours, _, *others = verdicts[name]
        assert {ours, *others} - {judges.UNREAD} == {ACCEPTS}


def test_nothing_we_accept_is_refused_by_all_others(verdicts: page.Table) -> None:
    for name, (ours, _, *others) in verdicts.items():
        assert ours != ACCEPTS or ACCEPTS in others, name


def test_each_suite_is_read_by_somebody_else(suites: page.Table) -> None:
    """Of all that we read, but for a draft's name that nobody signs with any more."""
    alone = [form for form, row in suites.items() if page.BOTH_WAYS not in row]
    assert alone == ["eddsa-2022"]


def test_shown_parts_that_all_have_names_of_their_own(peers: Peers) -> None:
    """What `openvc-core` derives is read here where no part of it is nameless."""
    document = forms.unsigned("ecdsa-sd-2023")
    subject: dict[str, Any] = document["credentialSubject"]
    for member in ("identifier", "result"):
        del subject[member]
    badge = forms.by_openvc("ecdsa-sd-2023", document)
    assert badge is not None
    assert judges.ours(badge, forms.issuer())
    shown = json.loads(badge)
    assert "evidence" not in shown
    assert not judges.ours(compact({**shown, "name": "Et annet merke"}), forms.issuer())


def test_a_judge_says_what_it_is_asked(peers: Peers) -> None:
    badge, sim = cases.made("name altered")
    told = judges.all_verdicts(peers, "name altered", badge, sim, only=OURS)
    assert told == {OURS: REFUSES}
