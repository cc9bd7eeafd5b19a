"""`merke`: the one program. Commands are imported when they are called.

Results go to standard output, everything else to standard error. Exit codes: 0 done,
1 refused by a rule, 2 wrong use, 3 could not find out, 70 our fault.
"""

import importlib
import io
import logging
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from issuer.cli.context import Context, language_from

# Each command with the module and name it lies under. Importing one costs what it needs.
COMMANDS: Mapping[str, str] = {
    "demo": "issuer.cli.demo:demo",
    "init": "issuer.cli.run:init",
    "serve": "issuer.cli.run:serve",
    "tick": "issuer.cli.run:tick",
    "verify": "issuer.cli.verify:verify",
    "programme": "issuer.cli.programme:programme",
    "organisation": "issuer.cli.organisation:organisation",
    "import": "issuer.cli.importing:import_",
    "course": "issuer.cli.course:course",
    "measure": "issuer.cli.measure:measure",
    "participation": "issuer.cli.way:participation",
    "award": "issuer.cli.award:award",
    "case": "issuer.cli.case:case",
    "register": "issuer.cli.register:register",
    "embed-pack": "issuer.cli.embed_pack:embed_pack",
    "meeting": "issuer.cli.meeting:meeting",
    "mail": "issuer.cli.mail:mail",
    "task": "issuer.cli.task:task",
    "token": "issuer.cli.token:token",
    "poster": "issuer.cli.prints:poster",
    "diploma": "issuer.cli.prints:diploma",
    "audit": "issuer.cli.audit:audit",
    "keys": "issuer.cli.keys:keys",
    "backup": "issuer.cli.backup:backup",
    "restore": "issuer.cli.backup:restore",
    "record": "issuer.cli.record:record",
    "bench": "issuer.cli.bench:bench",
}


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        _take_shared_options(command)
        _list_in_full(command)
        return command


def _take_shared_options(command: click.Command) -> None:
    """Let every command take `--data` and `--lang` behind its name too, where people look."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _take_shared_options(each)
        if not command.invoke_without_command:
            return
    own = {parameter.name for parameter in command.params}
    if "data" not in own:
        command.params.append(
            click.Option(
                ["--data"],
                type=click.Path(path_type=Path, file_okay=False),
                expose_value=False,
                callback=_use_data_folder,
                help="Folder of the issuer (default: merke-data, or MERKE_DATA).",
            )
        )
    if "lang" not in own:
        command.params.append(
            click.Option(
                ["--lang"],
                expose_value=False,
                callback=_use_language,
                help="Language of messages: nb, nn or en.",
            )
        )


def _list_in_full(command: click.Command) -> None:
    """Let lists of commands show the whole first sentence of each, wrapped and not cut off."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _list_in_full(each)
    told = " ".join((command.help or "").split("\n\n")[0].split())
    command.short_help = re.split(r"(?<=[.]) ", told)[0]


def _use_data_folder(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.obj.data = value


def _use_language(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.obj.language = language_from(value, {})


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MERKE_DATA",
    default=Path("merke-data"),
    show_default=True,
    help="Folder of the issuer: database, sealed keys, settings.",
)
@click.option("--lang", envvar="MERKE_LANG", help="Language of messages: nb, nn or en.")
@click.option("-v", "--verbose", is_flag=True, help="Say more about what is being done.")
@click.version_option(package_name="merke", prog_name="merke")
@click.pass_context
def cli(ctx: click.Context, data: Path, lang: str | None, verbose: bool) -> None:
    """Badges that anyone can check: issue them, follow them, verify them.

    \b
    Examples:
      merke demo                     see everything at work, with made-up organisations
      merke verify badge.png         check any badge
      merke init --base-url https://merke.example.no --name "Eksempelmerket" \\
                 --passphrase-file passphrase
      merke serve                    run the pages and the daily work
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    context: Context = ctx.obj
    context.data = data
    context.language = language_from(lang, os.environ)


def main(arguments: list[str] | None = None) -> None:
    """Run `merke` and end the process with the exit code."""
    _leave_no_core()
    sys.exit(run(arguments))


def _leave_no_core() -> None:
    """If the process crashes, nothing of its memory is written down: keys may stand in it."""
    try:
        import resource
    except ImportError:  # only POSIX systems have it
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(arguments: list[str] | None = None) -> int:
    """Run `merke` and return the exit code; what was refused is said on standard error."""
    context = Context(Path("merke-data"), language_from(None, os.environ))
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows few letters shows the others by number, and the answer all the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        outcome: Any = cli.main(arguments, prog_name="merke", standalone_mode=False, obj=context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("\nStopped. What was not yet confirmed was not done.", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except BrokenPipeError:
        # Whoever read the output has read enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        # Knows all that can be refused, which most commands have no part in.
        from issuer.cli.refusals import exit_code

        return exit_code(error, context.language)
    return outcome if isinstance(outcome, int) else 0
