"""`merke poster` and `merke diploma`: what a holder prints."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from issuer.cli.context import Context

if TYPE_CHECKING:
    from issuer.drawing import Drawer
    from issuer.office import Office
    from issuer.public import View

_Maker = Callable[["Office", "View", str, "Drawer"], bytes]


def _language(function: click.decorators.FC) -> click.decorators.FC:
    return click.option(
        "--language",
        type=click.Choice(["nb", "nn", "en"]),
        help="Language of the sheet (default: the programme's main language).",
    )(function)


def _out(function: click.decorators.FC) -> click.decorators.FC:
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File to write (default: named after the address, in the working folder).",
    )(function)


@click.command()
@click.argument("slug")
@click.option(
    "--sheet", type=click.Choice(["a4", "a3"]), default="a4", show_default=True, help="Paper."
)
@_language
@_out
@click.pass_obj
def poster(context: Context, slug: str, sheet: str, language: str | None, out: Path | None) -> None:
    """Write the poster of SLUG as PDF: for the door, with QR code and last day.

    \b
    Example:
      merke poster eksempelteatret --sheet a3 --language nn
    """
    from badge_assets.facts import Sheet
    from issuer import prints

    def make(office: "Office", view: "View", spoken: str, drawer: "Drawer") -> bytes:
        return prints.poster(office, view, spoken, Sheet(sheet), drawer)

    _write(context, slug, language, out or Path(f"{slug}-poster-{sheet}.pdf"), make)


@click.command()
@click.argument("slug")
@_language
@_out
@click.pass_obj
def diploma(context: Context, slug: str, language: str | None, out: Path | None) -> None:
    """Write the diploma of SLUG as PDF: the award, and what was done for it.

    \b
    Example:
      merke diploma eksempelteatret --out diplom.pdf
    """
    from issuer import prints

    _write(context, slug, language, out or Path(f"{slug}-diploma.pdf"), prints.diploma)


def _write(context: Context, slug: str, language: str | None, out: Path, make: _Maker) -> None:
    from issuer import participations, public
    from issuer.studio import Studio
    from issuer.texts import N_

    with context.office() as office:
        unsure = office.unsure_since()
        with office.reading() as session:
            row = participations.find(session, slug)
            view = public.view(office, row, office.now(), unsure=unsure)
        # Motifs of programmes are strangers' shapes: drawn where the server draws them.
        with closing(Studio(processes=1)) as studio:
            sheet = make(office, view, language or str(view.programme.main_language), studio.draw)
    out.write_bytes(sheet)
    context.say(N_("Written to %(file)s."), file=out)
    click.echo(out)
