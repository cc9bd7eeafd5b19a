"""Names, addresses and forms made to break pages: nothing runs, nothing leaks, nothing is a 5xx."""

import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from issuer import names, participations, public
from issuer.state import State
from issuer.web.pages_render import markdown
from tests.support.office import BASE
from tests.web.conftest import HTML, Town

NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "%(name)s %s %n %",
    "</title></textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
    "מועדון התיאטרון",
    "مسرح المدينة",
    "Áššu “Øst” & Ålesund’s scene",
    "東京劇場 🎭",
    "x" * 200,
    "&lt;b&gt;&amp;nbsp;",
)


def called(town: Town, name: str, number: int, *, holder: bool = False) -> str:
    """The slug of an organisation of that name, however it got into the record."""
    plain = f"Virksomhet {number}"
    slug = town.desk.holder(plain).slug if holder else town.desk.enrol(plain)
    with town.desk.office.transaction() as session:
        row = participations.find(session, slug).organisation.name
        row.name, row.language, row.folded = name, "se", names.folded(name)
    return slug


def test_hostile_names_are_names_and_nothing_else(village: Town) -> None:
    for number, name in enumerate(NAMES):
        slug = called(village, name, number)
        for language in ("nb", "nn", "en"):
            page = village.page(f"/m/{slug}?lang={language}")
            assert " ".join(name.split()) in page.headline
            assert any(e.text == name and e.attributes["lang"] == "se" for e in page.all("bdi"))
            assert not any(e.tag in ("script", "b") and "alert" in e.text for e in page.elements)
            assert [e.attributes["src"] for e in page.all("img")] == []
    register = village.page("/register")
    assert {e.text for e in register.all("bdi")} == set(NAMES)


def test_a_hostile_name_in_the_snippet_stays_in_its_words(village: Town) -> None:
    slug = called(village, '<b>" onload="alert(1)', 1, holder=True)
    line = village.page(f"/m/{slug}").one("textarea").text
    assert line.count("<") == line.count(">") == 3
    assert 'alt="Balansemerket: se om &lt;b&gt;&#34; onload=&#34;alert(1) har merket nå"' in line


def test_titles_keep_names_apart_from_the_words_around_them(village: Town) -> None:
    slug = called(village, "מועדון", 1)
    assert village.page(f"/m/{slug}").title == "\u2068מועדון\u2069 – Balansemerket"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        ("[a](http://example.no)", "[a](http://example.no)"),
        ("[a](data:text/html,x)", "[a](data:text/html,x)"),
        ("[a](https://example.no/)", '<a href="https://example.no/">a</a>'),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("![a](https://example.no/a.png)", "a"),
    ],
)
def test_markdown_leads_only_to_https(text: str, kept: str) -> None:
    html = str(markdown(text))
    assert kept in html
    assert "<img" not in html
    assert "<script" not in html


anything = st.text(max_size=120) | st.text(alphabet=string.printable, max_size=300)
PATHS = ("/", "/register", "/verify", "/issuer", "/q", "/m/{holds}", "/achievements/{key}")
fast = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def _whole(town: Town, path: str) -> str:
    return path.format(holds=town.slugs[State.HOLDS], key="balansemerket-2026-1")


@fast
@given(
    path=st.sampled_from(PATHS),
    query=st.dictionaries(
        st.sampled_from(["q", "lang", "award", "code", "x"]) | anything, anything, max_size=6
    ),
    accept=st.text(alphabet=string.ascii_letters + string.digits + ",;=.-*_ ", max_size=60),
)
@example(path="/register", query={"q": "\x00"}, accept="")
@example(path="/q", query={"code": "https://[/"}, accept="*")
@example(path="/m/{holds}", query={"award": "\ud800"}, accept="q=q;q")
def test_no_query_is_a_fault_of_ours(
    town: Town, path: str, query: dict[str, str], accept: str
) -> None:
    where = f"{_whole(town, path)}?{urlencode(query, errors='replace')}"
    answer = town.client.get(where, headers={"Accept": "text/html", "Accept-Language": accept})
    assert answer.status_code in (200, 303, 400, 404)


@fast
@given(path=st.lists(st.text(max_size=60), min_size=1, max_size=4))
@example(path=["", "", ""])
def test_no_path_is_a_fault_of_ours(town: Town, path: list[str]) -> None:
    for start in ("/m/", "/b/", "/q/", "/Q/", "/static/", "/achievements/", "/"):
        where = BASE + start + "/".join(quote(part, errors="replace", safe="") for part in path)
        answer = town.client.get(where, headers=HTML)
        assert answer.status_code < 500, where


@fast
@given(
    fields=st.lists(
        st.tuples(st.sampled_from(["file", "text", "x", ""]) | anything, anything), max_size=5
    ),
    kind=st.sampled_from(
        [
            "multipart/form-data; boundary=b",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "application/json",
            "text/plain",
            "",
        ]
    ),
)
def test_no_form_is_a_fault_of_ours(town: Town, fields: list[tuple[str, str]], kind: str) -> None:
    if kind.startswith("multipart"):
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        ]
        body = ("".join(parts) + "--b--\r\n").encode("utf-8", "replace")
    else:
        body = "&".join(f"{n}={v}" for n, v in fields).encode("utf-8", "replace")
    headers = {**HTML, **({"Content-Type": kind} if kind else {})}
    answer = town.client.post("/verify", content=body, headers=headers)
    assert answer.status_code < 500


def test_a_fault_of_ours_is_a_page_without_insides(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("insides")

    monkeypatch.setattr(public, "view", broken)
    page = town.page(f"/m/{town.slugs[State.HOLDS]}", 500)
    assert page.headline == "Noe gikk galt hos oss."
    assert "insides" not in page.source
    english = town.page(f"/m/{town.slugs[State.HOLDS]}?lang=en", 500)
    assert english.headline == "Something went wrong on our side."


@pytest.mark.parametrize("path", ["/nix", "/m", "/b/", "/staff", "/%2F%2Fexample.com", "/q/a/b"])
def test_nothing_is_there_in_words(town: Town, path: str) -> None:
    page = town.page(path, 404)
    assert page.headline
    assert "example.com" not in page.source
    assert {"/", "/register", "/verify"} <= set(page.links)


def test_what_may_not_be_sent_is_a_page_too(town: Town) -> None:
    answer = town.client.post("/register", headers=HTML)
    assert answer.status_code == 405
    assert "text/html" in answer.headers["content-type"]
