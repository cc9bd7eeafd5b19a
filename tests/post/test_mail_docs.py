"""docs/mail.md is true: every kind, every setting, and nothing else."""

import re
from pathlib import Path

import pytest

from issuer import mail_settings
from issuer.errors import BadInput
from issuer.mail_settings import Calendar, Mail, Security
from issuer.post import kinds, outbox
from issuer.post.kinds import Kind
from issuer.settings import read, write

BASE = 'base_url = "https://merke.example.no"\nname = "Merke"\n'
GOOD = BASE + '[mail]\nhost = "smtp.example.no"\nfrom = "merket@example.no"\n'


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "mail.md").read_text(encoding="utf-8")


def test_every_kind_is_told(page: str) -> None:
    told = re.findall(r"^\| `(\w+)` \| .* \| (.*) \| (yes|no) \|$", page, re.MULTILINE)
    assert [(kind, may == "yes") for kind, _, may in told] == [
        (kind.value, kinds.WORDS[kind].reminder) for kind in Kind
    ]
    alone = {kind for kind, whom, _ in told if whom == "first contact alone"}
    assert alone == {kind.value for kind in Kind if kinds.WORDS[kind].one_person}


def test_every_setting_is_told(page: str) -> None:
    settings, _, rest = page.partition("## At the mail server")
    assert rest
    told = set(re.findall(r"^\| `(\w+)` \|", settings, re.MULTILINE))
    assert told == set(mail_settings.KNOWN_MAIL) | set(mail_settings.KNOWN_CALENDAR)
    for usual in (Mail.cap_per_hour, Mail.cap_per_day, *vars(Calendar()).values()):
        assert f"| {usual} |" in settings


def test_the_waits_are_told(page: str) -> None:
    assert [int(wait.total_seconds()) // 60 for wait in outbox.WAITS] == [
        *(5, 15),
        *(60 * hours for hours in (1, 4, 12, 24, 24)),
    ]
    assert "5 and 15 minutes, 1, 4, 12, 24 and 24 hours" in page


def test_settings_are_read_and_written_again() -> None:
    settings = read(GOOD + 'security = "tls"\nreply_to = "hei@example.no"\n')
    assert settings.mail == Mail(
        "smtp.example.no", "merket@example.no", 465, Security.TLS, reply_to="hei@example.no"
    )
    assert read(write(settings)) == settings
    assert read(BASE).mail is None
    assert read(BASE + "[calendar]\nsilent_days = 30\n").calendar == Calendar(silent_days=30)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + 'password = "x"\n', "mail.password is not a setting"),
        (GOOD + 'security = "none"\n', "only towards this machine"),
        (GOOD + 'security = "ssl"\n', "starttls, tls or none"),
        (GOOD + 'port = "25"\n', "mail.port must be a whole number"),
        (GOOD + "cap_per_hour = 0\n", "at least 1"),
        (BASE + '[mail]\nhost = "smtp.example.no"\n', "mail.from is missing"),
        (BASE + '[mail]\nhost = "localhost"\nfrom = "pål@example.no"\n', "before the @"),
        (BASE + "[calendar]\ndays = 3\n", "calendar.days is not a setting"),
    ],
)
def test_settings_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        read(text)


def test_mail_without_tls_stays_on_this_machine() -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        plain = GOOD.replace("smtp.example.no", host) + 'security = "none"\n'
        assert read(plain).mail is not None
