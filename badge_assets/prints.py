"""What is printed on paper: the poster by the door, and the diploma of one award.

Facts and looks in, PDF out: tagged, with title and language, fonts inside (PDF/UA-1). Equal
arguments give equal bytes. Drawing runs in the calling thread: see `typesetting`.
"""

import math

from badge_assets import typesetting
from badge_assets.draw import coded
from badge_assets.facts import DiplomaFacts, PosterFacts, Sheet
from badge_assets.letters import UnfitText
from badge_assets.looks import Looks

_SCALES = {Sheet.A4: 1.0, Sheet.A3: math.sqrt(2)}


def poster_pdf(facts: PosterFacts, looks: Looks, sheet: Sheet = Sheet.A4) -> bytes:
    """Return the poster, one page. A3 is A4 enlarged.

    Where the mark does not stand, it is grey and says so. Raises `UnfitText` (`MissingGlyph`
    for a letter the typeface lacks) with a sentence for whoever wrote the text; also for a
    participant who never had the mark, of whom there is nothing to hang up.
    """
    _awarded(facts)
    return typesetting.pdf("poster", {**coded(facts, looks), "scale": _SCALES[sheet]})


def diploma_pdf(facts: DiplomaFacts, looks: Looks) -> bytes:
    """Return the diploma, A4, as many pages as its facts take. Raises as `poster_pdf` does."""
    _awarded(facts)
    return typesetting.pdf("diploma", coded(facts, looks))


def _awarded(facts: PosterFacts | DiplomaFacts) -> None:
    if not facts.kind.awarded:
        raise UnfitText("there is no award to print; a poster or diploma can be had once there is")
