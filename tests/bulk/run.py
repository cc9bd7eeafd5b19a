"""A record as large as it gets, by the commands people use, ended with `kill -9` on the way:
`python -m tests.bulk.run`, or `make bulk`.

Organisations are imported from a file, what the programme asks is accepted for each, their
awards are sealed, and everything is checked again by `merke audit`. Each step says how long it
took, the processor's time, and the most memory its process ever held. Exit code 1 if anything
that was acknowledged is missing, or anything is there twice. Linux only.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer import bulk, keyring, participations, programme, programmes
from issuer.errors import Busy
from issuer.folder import Folder
from issuer.office import Office, system_clock
from issuer.record.life import ImportJob
from issuer.record.tables import Award, Credential, Cycle, Participation, StatusEntry
from issuer.settings import Settings
from tests.bulk import register
from tests.support.office import facts_of

MARK = "balansemerket"
ADA, BO, WHY = "Ada Eksempel", "Bo Eksempel", "for the figures"
PASSPHRASE = b"a passphrase for figures only"
_SOME = 100
_SHOWN = 1000
_MIB = 1024  # KiB


# How much was sealed, and how much memory had been held by then.
Held = list[tuple[int, float]]


@dataclass(frozen=True)
class Ended:
    """How a process came to its end: seconds, seconds of the processor, MiB at the most, and
    the lines it had printed."""

    code: int
    seconds: float
    cpu: float
    memory: float
    told: list[str]

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s, processor {self.cpu:.0f} s, at most {self.memory:.0f} MiB"


class Run:
    """One run, in the folder `place`, which is new."""

    def __init__(self, place: Path) -> None:
        self.data = place / "data"
        self.place = place
        self.passphrase = place / "passphrase"
        self.sheet = place / "organisations.csv"
        self.passphrase.write_bytes(PASSPHRASE)
        self.passphrase.chmod(0o600)
        settings = Settings("https://merke.example.no", "Eksempelmerket")
        keyring.initialise(Folder(self.data), settings, PASSPHRASE, system_clock())
        self.office = Office.open(self.data)
        source = programmes.shipped(MARK)
        with self.office.transaction() as session:
            loaded = programme.load(source, f"{MARK}.toml")
            programmes.add(session, loaded, source, by=ADA, now=self.office.now())

    def command(self, *given: str, until: Callable[[int], bool] = lambda process: False) -> Ended:
        """Run `merke`; as soon as `until` says so, end it with kill -9."""
        began, memory = time.monotonic(), 0.0
        with (self.place / "told.txt").open("wb") as told:
            process = subprocess.Popen(
                [sys.executable, "-m", "issuer", *given, "--data", str(self.data), "--lang", "en"],
                stdout=told,
                env={**os.environ, "MERKE_PASSPHRASE_FILE": str(self.passphrase)},
            )
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            memory = max(memory, peak(process.pid))
            if until(process.pid):
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.2)
        process.returncode = os.waitstatus_to_exitcode(status)
        return Ended(
            process.returncode,
            time.monotonic() - began,
            used.ru_utime + used.ru_stime,
            memory,
            # What was cut off in the middle of a line was not told.
            (self.place / "told.txt").read_text().split("\n")[:-1],
        )

    def enrol(self, count: int) -> None:
        """`count` organisations from a file, cut off in the middle."""
        with self.sheet.open("w", encoding="utf-8") as sheet:
            sheet.write("name;kind;listed;contact_name;contact_email\n")
            for n in range(count):
                sheet.write(
                    f"Eksempelteatret nr. {n} på Øya;company;ja;Nora {n};nora{n}@example.no\n"
                )
        given = ("import", "organisations", str(self.sheet), "--programme", MARK, "--by", ADA)
        dry = self.command(*given, "--dry-run")
        say(f"import, dry run of {count:,}: {dry}")

        def half(process: int) -> bool:
            try:
                return self.imported() >= count // 2
            except Busy:
                return False

        first = self.command(*given, until=half)
        before = self.imported()
        say(f"import, ended by kill -9 at {before:,}: {first}")
        second = self.command(*given)
        say(f"import, the other {count - before:,}: {second}")
        expect("rows that were taken", self.imported(), count)
        with self.office.reading() as session:
            found = session.scalar(select(func.count()).select_from(Participation))
        expect("participations", found, count)

    def imported(self) -> int:
        with self.office.reading() as session:
            return session.scalar(select(ImportJob.rows_done)) or 0

    def put_forward(self, count: int) -> None:
        """Accept what is asked of the first `count` organisations, and put their awards forward."""
        began, done, last = time.monotonic(), 0, ""
        while done < count:
            with self.office.transaction() as session:
                rows = session.scalars(
                    select(Participation)
                    .where(Participation.slug > last)
                    .order_by(Participation.slug)
                    .limit(min(_SOME, count - done))
                ).unique()
                for row in rows:
                    self._meet(session, row)
                    last, done = row.slug, done + 1
        say(f"put forward: {done:,} in {time.monotonic() - began:.0f} s")

    def _meet(self, session: Session, row: Participation) -> None:
        cycle = participations.current_cycle(row)
        asked = self.office.programme(cycle.edition)
        now = self.office.now()
        for requirement in participations.missing(asked, cycle):
            act = (session, row, asked, requirement.id)
            known = facts_of(requirement, now.date().isoformat())
            participations.record(*act, known, by=ADA, now=now)
            participations.accept(*act, by=ADA, now=now)
        participations.prepare(session, row, asked, by=ADA, reason=WHY, now=now)

    def seal(self, kills: Sequence[int]) -> None:
        """Seal all that waits; the process is ended each time so many of `kills` are sealed."""
        with self.office.reading() as session:
            wanted = bulk.count_waiting(session, MARK)
        given = ("award", "seal-waiting", MARK, "--by", BO, "--reason", WHY)
        told_of: list[str] = []
        for limit in (*kills, wanted):
            began = self.sealed()
            held: Held = []

            def watch(process: int, limit: int = limit, held: Held = held) -> bool:
                try:
                    done = self.sealed()
                except Busy:  # asked at the moment of a commit; soon again
                    return False
                if not held or done - held[-1][0] >= _SHOWN:
                    held.append((done, peak(process)))
                return limit < wanted and done >= limit

            ended = self.command(*given, until=watch)
            told_of += [line.split("\t")[0] for line in ended.told]
            done = self.sealed()
            how = "ended by kill -9" if ended.code < 0 else "done"
            rate = (done - began) / ended.seconds
            say(f"sealed {began:,} to {done:,} ({rate:.0f} a second), {how}: {ended}")
            say("  " + ", ".join(f"{mib:.0f} MiB at {number:,}" for number, mib in held))
        self.check_sealed(wanted, told_of)

    def sealed(self) -> int:
        with self.office.reading() as session:
            query = select(func.count()).select_from(Award).where(Award.state == "issued")
            return session.scalar(query) or 0

    def check_sealed(self, wanted: int, told: Sequence[str]) -> None:
        """Nothing is lost and nothing is there twice."""
        with self.office.reading() as session:
            held = session.scalars(
                select(Participation.slug)
                .join(Cycle, Cycle.participation_id == Participation.id)
                .join(Award, Award.cycle_id == Cycle.id)
                .where(Award.state == "issued")
            ).all()
            copies = session.scalar(
                select(func.count()).select_from(Credential).where(Credential.state == "issued")
            )
            places = session.scalar(select(func.count()).select_from(StatusEntry))
            intended = session.scalar(select(func.count()).select_from(Credential)) or 0
        expect("awards", len(held), wanted)
        expect("holders", len(set(held)), wanted)
        expect("credentials", copies, wanted)
        expect("places, one for each credential that was begun", places, intended)
        expect("told once at most", len(told), len(set(told)))
        expect("told and not there", len(set(told) - set(held)), 0)
        say(f"  told before each end: {len(told):,}; begun and given up: {intended - wanted:,}")

    def audit(self) -> None:
        ended = self.command("audit")
        expect("exit code of merke audit", ended.code, 0)
        say(f"merke audit: {ended}")

    def register(self) -> None:
        for line in register.measure(self.data, self.passphrase):
            say(f"register, {line}")


def peak(process: int) -> float:
    """The most memory that `process` has held, in MiB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / _MIB for line in lines if line.startswith("VmHWM")), 0)


def say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S}  {text}", flush=True)


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {found}, where {wanted} was expected")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bulk.run", description=__doc__)
    parser.add_argument("--organisations", type=int, default=100_000, help="so many are imported")
    parser.add_argument("--awards", type=int, help="so many of them are sealed (default: all)")
    parser.add_argument("--place", type=Path, help="a new folder, which is kept")
    given = parser.parse_args()
    place = given.place or Path(tempfile.mkdtemp(prefix="merke-bulk-"))
    awards = min(given.awards or given.organisations, given.organisations)
    place.mkdir(parents=True, exist_ok=True)
    try:
        run = Run(place)
        run.enrol(given.organisations)
        run.put_forward(awards)
        run.seal((awards // 8, awards // 4))
        run.audit()
        run.register()
        say(f"the record takes {run.office.folder.database.stat().st_size / 1e6:,.0f} MB")
    finally:
        if given.place is None:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
