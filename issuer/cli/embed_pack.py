"""`merke embed-pack`: what a holder keeps on its own server, as files."""

from contextlib import closing
from pathlib import Path

import click

from issuer.cli.context import Context


@click.command("embed-pack")
@click.argument("slug")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files; made if it is not there.",
)
@click.pass_obj
def embed_pack(context: Context, slug: str, out: Path) -> None:
    """Write the seal of SLUG as it stands today, its facts and the line to paste.

    For websites that may show nothing of others. In the language of the messages (--lang).

    \b
    Example:
      merke embed-pack eksempelteatret --out seal --lang nn
    """
    from issuer import pack, participations, public
    from issuer.errors import Refused
    from issuer.state import State
    from issuer.studio import Studio
    from issuer.texts import N_

    with context.office() as office, office.reading() as session:
        row, unsure = participations.find(session, slug), office.unsure_since()
        view = public.view(office, row, office.now(), unsure=unsure)
        if view.state in (State.UNKNOWN, State.UNDER_WAY):
            raise Refused(N_("%(slug)s has never held the mark: there is no seal yet."), slug=slug)
        with closing(Studio(processes=1)) as studio:
            content = pack.files(office, view, context.language, studio.draw)
    out.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (out / name).write_bytes(data)
    context.say(
        N_("Wrote %(files)s to %(folder)s. The pictures say how things stand today."),
        files=", ".join(content),
        folder=str(out),
    )
