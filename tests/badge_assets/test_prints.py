"""Poster and diploma: what stands on them, in which order, and that anybody can read them."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from badge_assets.facts import DiplomaFacts, PosterFacts, SealKind, Sheet
from badge_assets.letters import MissingGlyph, UnfitText
from badge_assets.looks import Theme, plate_colours
from badge_assets.prints import diploma_pdf, poster_pdf
from tests.badge_assets.made_up import ADDRESS, HARD_NAME, NAMES, PETROL, WINE, rgb

LEAD = "Opplever du noe her, kan du si fra til si-fra@eksempelkunst.example.no."
MEANING = (
    "Virksomheten har lært om temaet og satt i gang tiltak.",
    "Fire ting er på plass.",
    "Merket gjelder ett år om gangen.",
)
A4, A3 = (595.28, 841.89), (841.89, 1190.55)


def poster(**changes: Any) -> PosterFacts:
    facts: dict[str, Any] = {
        "kind": SealKind.HOLDS,
        "mark": "Balansemerket",
        "holder": "Eksempelteatret",
        "issuer": "Eksempelkunst",
        "lead": LEAD,
        "meaning": MEANING,
        "last_day_text": "Gyldig til og med 3. mars 2027",
        "report_line": "Brukes merket feil? Si fra: balansemerket.example.no/report",
        "scan_line": "Gjelder merket i dag? Skann koden.",
        "code_alt": "QR-kode: om Eksempelteatret har merket i dag",
        "address": ADDRESS,
        "language": "nb",
        "title": "Balansemerket, plakat: Eksempelteatret",
        "description": "Eksempelteatret har Balansemerket.",
    }
    return PosterFacts(**facts | changes)


def diploma(**changes: Any) -> DiplomaFacts:
    facts: dict[str, Any] = {
        "kind": SealKind.HOLDS,
        "mark": "Balansemerket",
        "holder": "Eksempelteatret",
        "issuer": "Eksempelkunst",
        "number_line": "Org.nr. 918 273 645",
        "last_day_text": "Gyldig til og med 3. mars 2027",
        "awarded_line": "Tildelt av Eksempelkunst, fra og med 4. mars 2026.",
        "done_heading": "Dette er gjort",
        "items": (("Kurs på tre timer", "Virksomheten deltok på kurset."), ("Møte", "Holdt.")),
        "limits": "Merket er ikke et løfte om at ingenting kan skje her.",
        "note": "Arket sier hvordan det var 4. mars 2026.",
        "code_alt": "QR-kode: om Eksempelteatret har merket i dag",
        "address": ADDRESS,
        "language": "nn",
        "title": "Balansemerket, diplom: Eksempelteatret",
        "description": "Eksempelteatret har Balansemerket.",
    }
    return DiplomaFacts(**facts | changes)


def poppler(name: str) -> str:
    """The program `name` of poppler."""
    if (found := shutil.which(name)) is None:
        pytest.skip(f"{name} is not here; install poppler-utils to have PDFs looked at")
    return found


def tool(name: str, pdf: bytes, tmp_path: Path, *arguments: str) -> str:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(pdf)
    return subprocess.run(
        [poppler(name), *arguments, str(file)], check=True, capture_output=True
    ).stdout.decode(errors="replace")


def seen(pdf: bytes, tmp_path: Path, dots: int = 72, page: int = 1) -> NDArray[np.int16]:
    """A page as poppler draws it."""
    file = tmp_path / "sheet.pdf"
    file.write_bytes(pdf)
    drawn = subprocess.run(
        [poppler("pdftoppm"), "-r", str(dots), "-f", str(page), "-l", str(page), "-png", str(file)],
        check=True,
        capture_output=True,
    ).stdout
    with Image.open(io.BytesIO(drawn)) as picture:
        # Less the last row and column, of which the sheet covers but a part.
        return np.asarray(picture.convert("RGB"), dtype=np.int16)[:-1, :-1]


def words(pdf: bytes, tmp_path: Path) -> str:
    told = tool("pdfinfo", pdf, tmp_path, "-struct-text")
    lines = (line.strip().strip('"') for line in told.splitlines() if '"' in line)
    return " ".join(" ".join(lines).split())  # hard spaces too become plain ones


SHEETS: dict[str, tuple[bytes, str]] = {
    "poster": (poster_pdf(poster(), PETROL), "nb"),
    "poster a3": (poster_pdf(poster(), PETROL, Sheet.A3), "nb"),
    "diploma": (diploma_pdf(diploma(), PETROL), "nn"),
}


@pytest.mark.parametrize(("pdf", "language"), SHEETS.values(), ids=SHEETS)
def test_a_sheet_is_tagged_titled_and_in_its_language(pdf: bytes, language: str) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == language
        assert root.ViewerPreferences.DisplayDocTitle
        assert root.StructTreeRoot.K is not None
        with document.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"
            assert "Eksempelteatret" in told["dc:title"]
        for page in document.pages:
            assert page.Tabs == "/S"


@pytest.mark.parametrize(("pdf", "language"), SHEETS.values(), ids=SHEETS)
def test_every_font_is_inside_with_the_letters_it_stands_for(
    pdf: bytes, language: str, tmp_path: Path
) -> None:
    rows = tool("pdffonts", pdf, tmp_path).splitlines()[2:]
    assert len(rows) >= 2
    for row in rows:
        name, rest = row.split(maxsplit=1)
        assert "LibertinusSerif" in name
        assert rest.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, to Unicode


@pytest.mark.parametrize(("pdf", "language"), SHEETS.values(), ids=SHEETS)
def test_no_picture_is_of_pixels_and_the_code_says_what_it_is(pdf: bytes, language: str) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        figures = []
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/Figure":
                figures.append(str(thing.Alt))
            assert not (isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image")
        assert figures == ["QR-kode: om Eksempelteatret har merket i dag"]


def test_sizes_of_paper() -> None:
    for (pdf, _), size in zip(SHEETS.values(), (A4, A3, A4), strict=True):
        with pikepdf.open(io.BytesIO(pdf)) as document:
            box = [float(edge) for edge in document.pages[0].MediaBox]
        assert box == pytest.approx([0, 0, *size], abs=0.1)


def test_the_guest_is_spoken_to_before_the_mark_is_explained(tmp_path: Path) -> None:
    read = words(poster_pdf(poster(), PETROL), tmp_path)
    places = [
        read.index(text)
        for text in ("Balansemerket", "Eksempelteatret", LEAD[:30], *MEANING, "Gyldig til og med")
    ]
    assert places == sorted(places)
    for text in ("balansemerket.example.no/q/", "7F3K-92QX-5ABC", "/report"):
        assert text in read


def test_a_diploma_tells_the_facts_of_the_award(tmp_path: Path) -> None:
    read = words(diploma_pdf(diploma(), PETROL), tmp_path)
    for text in (
        "Eksempelteatret", "Org.nr. 918 273 645", "Gyldig til og med 3. mars 2027",
        "Kurs på tre timer", "Virksomheten deltok på kurset.", "Holdt.", "7F3K-92QX-5ABC",
    ):  # fmt: skip
        assert text in read


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_print_is_scanned(sheet: str, tmp_path: Path) -> None:
    picture = seen(SHEETS[sheet][0], tmp_path, 100).astype(np.uint8)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [ADDRESS]


@pytest.mark.parametrize("name", [*NAMES[::12], *NAMES[-9:]])
def test_no_name_leaves_its_place(name: str, tmp_path: Path) -> None:
    paper = np.array(rgb(PETROL.paper))
    drawn = seen(poster_pdf(poster(holder=name), PETROL), tmp_path)
    assert (np.abs(drawn[230:, :46] - paper).max(axis=2) <= 3).all()
    assert (np.abs(drawn[230:, 550:] - paper).max(axis=2) <= 3).all()
    assert (np.abs(drawn[378:382, :] - paper).max(axis=2) <= 3).all()
    drawn = seen(diploma_pdf(diploma(holder=name), PETROL), tmp_path)
    assert (np.abs(drawn[140:, :46] - paper).max(axis=2) <= 3).all()
    assert (np.abs(drawn[140:, 550:] - paper).max(axis=2) <= 3).all()
    assert (np.abs(drawn[140:260, 407:440] - paper).max(axis=2) <= 3).all()


def test_the_note_at_the_foot_stands_clear_of_its_rule(tmp_path: Path) -> None:
    drawn = seen(SHEETS["diploma"][0], tmp_path, 144)
    marked = np.abs(drawn - np.array(rgb(PETROL.paper))).max(axis=2) > 40
    rows = marked[:, 92:1098]  # two pixels a point, between the margins
    rule = int(np.flatnonzero(rows.mean(axis=1) > 0.95)[-1])
    below = np.flatnonzero(rows[rule + 1 :].any(axis=1))
    assert 10 <= below[0] <= 24  # five to twelve points
    assert rule + 1 + below[-1] < drawn.shape[0] - 48


def test_texts_as_long_as_programmes_may_write_them_are_drawn(tmp_path: Path) -> None:
    facts = poster(
        mark="W" * 40,
        lead="Opplever du noe her, kan du si fra til " * 6,
        meaning=("Virksomheten har lært om temaet. " * 9,) * 3,
        scan_line="Gjelder merket i dag? Skann koden, eller skriv adressen her."[:80],
        sample="EKSEMPEL",
    )
    drawn = seen(poster_pdf(facts, WINE), tmp_path)
    paper = np.array(rgb(WINE.paper))
    assert (np.abs(drawn[230:, :46] - paper).max(axis=2) <= 3).all()
    assert (np.abs(drawn[760:766, :330] - paper).max(axis=2) <= 3).all()


def test_a_long_record_takes_another_page_and_loses_nothing(tmp_path: Path) -> None:
    told = " ".join(f"Tiltak nummer {n} (i gang, innen 31. januar 2027)." for n in range(110))
    items = tuple((f"Krav {n}", told if n == 3 else "Godkjent.") for n in range(12))
    pdf = diploma_pdf(diploma(items=items), PETROL)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) >= 2
    read = words(pdf, tmp_path)
    for each in ("Tiltak nummer 0 ", "Tiltak nummer 109 ", "Krav 11"):
        assert each in read


@pytest.mark.parametrize("kind", [kind for kind in SealKind if kind.grey and kind.awarded])
def test_a_mark_that_does_not_stand_is_grey_and_says_so(kind: SealKind, tmp_path: Path) -> None:
    word, line = "Avsluttet", "Hadde merket til og med 3. mars 2026"
    for pdf in (
        poster_pdf(
            poster(kind=kind, state_word=word, lead=line, meaning=(), last_day_text=line), PETROL
        ),
        diploma_pdf(diploma(kind=kind, state_word=word, last_day_text=line), PETROL),
    ):
        drawn = seen(pdf, tmp_path)
        near = np.abs(drawn - np.array(rgb(PETROL.accent))).max(axis=2) < 12
        assert not near.any()
        grey = plate_colours(PETROL, Theme.LIGHT, grey=True).plate
        assert (np.abs(drawn[:140] - np.array(rgb(grey))).max(axis=2) < 4).mean() > 0.8
        assert word in words(pdf, tmp_path)


@pytest.mark.parametrize("kind", [SealKind.UNDER_WAY, SealKind.UNKNOWN])
def test_whoever_never_had_the_mark_gets_no_print(kind: SealKind) -> None:
    with pytest.raises(UnfitText, match="no award"):
        poster_pdf(poster(kind=kind), PETROL)
    with pytest.raises(UnfitText, match="no award"):
        diploma_pdf(diploma(kind=kind), PETROL)


def test_a_missing_letter_is_an_error_and_never_a_box() -> None:
    for change in ({"lead": "☃"}, {"meaning": ("☃",)}, {"holder": "劇場"}):
        with pytest.raises(MissingGlyph):
            poster_pdf(poster(**change), PETROL)
    with pytest.raises(MissingGlyph):
        diploma_pdf(diploma(items=(("Kurs", "Holdt ☃."),)), PETROL)


def test_equal_facts_give_equal_bytes() -> None:
    assert poster_pdf(poster(), PETROL) == SHEETS["poster"][0]
    assert diploma_pdf(diploma(holder=HARD_NAME), WINE) == diploma_pdf(
        diploma(holder=HARD_NAME), WINE
    )
