"""The picture that goes with a link to a holder's page, where messages and networks show one.

They keep it for as long as they like and under the same address, whatever becomes of the mark: a
green "valid" would stand there years after a withdrawal, and a grey "withdrawn" after it was
earned again. So it tells no state and no date. It asks whether the mark stands today, and says
where the answer is.
"""

import contextlib

from badge_assets.draw import PreviewFacts, SealKind
from badge_assets.letters import UnfitText
from issuer import pictures
from issuer.drawing import Drawer, Job, draw_here
from issuer.office import Office
from issuer.public import View
from issuer.state import State
from issuer.texts import N_, translate


def path(slug: str, language: str) -> str:
    """The address of the picture, under the base address: it never tells the state either."""
    return f"/m/{slug}/preview-{language}.png"


def png(office: Office, view: View, language: str, drawer: Drawer = draw_here) -> bytes:
    """The picture. Whoever never had the mark gets none of its colours and forms.

    A name that cannot be drawn gives way to the address's. Raises `pictures.Undrawable`.
    """
    looks = pictures.programme_looks(view.programme)
    with contextlib.suppress(UnfitText):
        return drawer(Job("preview.png", _facts(office, view, language, view.name), looks))
    job = Job("preview.png", _facts(office, view, language, view.slug), looks)
    return pictures.drawn(job, drawer)


def _facts(office: Office, view: View, language: str, holder: str) -> PreviewFacts:
    held = view.award is not None and view.state is not State.VOID
    mark = view.programme.name(language)
    return PreviewFacts(
        kind=SealKind.HOLDS if held else SealKind.UNDER_WAY,
        mark=mark,
        holder=holder,
        question=translate(language, N_("Is %(mark)s held today? The answer is here:"), mark=mark),
        address_line=f"{office.settings.host}/m/{view.slug}",
        language=language,
        holder_language=pictures.spoken(view.language) if holder == view.name else None,
        sample=pictures.SAMPLE if office.settings.sample else "",
    )
