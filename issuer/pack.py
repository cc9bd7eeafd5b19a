"""What a holder keeps on its own server: a dated picture, the facts of that day, the line to paste.

For sites that may show nothing of others. A copy cannot know what happens later, so the picture
says of which day it is, and the line leads to the page that does know.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime

from markupsafe import escape

from badge_assets.draw import SEAL_SIZES
from issuer import days, kit, pictures, prints, texts
from issuer.drawing import Drawer, draw_here
from issuer.office import Office
from issuer.pictures import Variant
from issuer.public import View
from issuer.texts import N_, translate

# As old as a ZIP can tell.
_EARLIEST = 1980


def files(
    office: Office, view: View, language: str, drawer: Drawer = draw_here
) -> Mapping[str, bytes]:
    """The files by their names, which say nothing of the state either. Raises `RecordBehind`
    while the state is not certain."""
    if view.unsure:
        raise prints.unsure()
    drawn = {
        f"seal.{file}": pictures.dated_seal(office, view, Variant(language, file=file), drawer)
        for file in ("svg", "png")
    }
    facts = json.dumps(view.json(), ensure_ascii=False, indent=2)
    return {
        **drawn,
        "seal.json": facts.encode() + b"\n",
        "snippet.html": _snippet(view, language).encode() + b"\n",
        "README.txt": _words(view, language).encode() + b"\n",
    }


def zipped(content: Mapping[str, bytes], folder: str, now: datetime) -> bytes:
    """The files in one archive, inside a folder."""
    archive = io.BytesIO()
    stamp = now.timetuple()[:6] if now.year >= _EARLIEST else (_EARLIEST, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in content.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            out.writestr(entry, data)
    return archive.getvalue()


def _snippet(view: View, language: str) -> str:
    width, height = SEAL_SIZES[Variant(language).form]
    alt = escape(kit.alternative(view, language))
    return kit.linked(
        view,
        language,
        f'<img src="seal.svg" alt="{alt}" width="{width}" height="{height}"'
        f' style="max-width:100%;height:auto">',
    )


def _words(view: View, language: str) -> str:
    day = texts.day(days.day_of(view.now, view.programme.timezone), language)
    return translate(
        language,
        N_(
            "%(mark)s: %(name)s\n\n"
            "The pictures here say how things stood on %(day)s. They do not change when that"
            " changes: fetch new ones when the mark is renewed, and take them down when it ends.\n"
            "snippet.html holds the line to paste; put seal.svg beside the page. Its link leads to"
            " the record, which always says what is true now:\n%(page)s"
        ),
        mark=view.programme.name(language),
        name=view.name,
        day=day,
        page=view.address,
    )
