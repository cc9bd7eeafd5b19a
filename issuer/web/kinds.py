"""The closed list of problems that HTTP answers: code, status, title, meaning.

Codes are public and never renamed; `docs/api.md` lists them and a test holds it complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from issuer.texts import N_


@dataclass(frozen=True)
class Kind:
    """`meaning` says what happened and what to do; a single refusal may say it more exactly.

    `retry_after` is in seconds, for what may succeed without any change.
    """

    status: int
    title: str
    meaning: str
    retry_after: int | None = None


KINDS: Mapping[str, Kind] = {
    # The request itself
    "request.malformed": Kind(
        400,
        N_("The request cannot be read"),
        N_("The request is not built the way this address expects. See docs/api.md."),
    ),
    "request.invalid": Kind(
        422,
        N_("Something in the request is not allowed"),
        N_("Nothing was changed. What is wrong, and where, stands under errors."),
    ),
    "request.empty": Kind(
        400,
        N_("Nothing was sent"),
        N_("Send the badge as a file, as text, or as the body of the request."),
    ),
    "request.size": Kind(
        413,
        N_("Too much was sent"),
        N_("A badge may have 10 MiB, any other request 256 KiB. Send less."),
    ),
    "request.slow": Kind(
        408,
        N_("The request came too slowly"),
        N_("The whole request has to arrive within a certain time. Try again."),
    ),
    "request.length": Kind(
        414,
        N_("The address is too long"),
        N_("Addresses here have at most 4096 characters, with everything after the path."),
    ),
    "request.type": Kind(
        415,
        N_("This form of content is not read here"),
        N_("Send JSON, with the header Content-Type: application/json."),
    ),
    "request.host": Kind(
        421,
        N_("This host name is not served here"),
        N_("Ask for the address that is printed on the badge, with its host name."),
    ),
    "request.elsewhere": Kind(
        403,
        N_("This was sent from the page of another site"),
        N_("Nothing was received. Open the form here and send it from there."),
    ),
    "request.often": Kind(
        429,
        N_("Too much was sent in a short time"),
        N_(
            "Nothing was received. Wait as long as Retry-After says, in seconds, or write to us by"
            " e-mail."
        ),
        retry_after=3600,
    ),
    "json.malformed": Kind(
        400,
        N_("The request is not JSON"),
        N_("The body must be a single JSON value in UTF-8."),
    ),
    "json.duplicate": Kind(
        400,
        N_("The request can be read in two ways"),
        N_("A name stands twice in one JSON object. Send it once."),
    ),
    "json.number": Kind(
        400,
        N_("A number in the request has no exact reading"),
        N_("Send finite numbers, whole ones not beyond 2 to the power of 53."),
    ),
    "json.unicode": Kind(
        400,
        N_("A text in the request is not Unicode"),
        N_("Send UTF-8, without halves of surrogate pairs."),
    ),
    "json.depth": Kind(
        400,
        N_("The request is nested too deeply"),
        N_("Send JSON with fewer levels, one inside the other."),
    ),
    "not_found": Kind(
        404,
        N_("There is nothing at this address"),
        N_("Nothing has been issued or published at this address. Check that it was copied whole."),
    ),
    "gone": Kind(
        410,
        N_("This has been taken away"),
        N_(
            "Something was issued here once and has been taken away for good. The member tombstone"
            " holds what may still be said of it."
        ),
    ),
    "method.not_allowed": Kind(
        405,
        N_("This cannot be done at this address"),
        N_("The header Allow lists what can."),
    ),
    # Who asks, and whether it was asked before
    "token.refused": Kind(
        401,
        N_("A valid token is needed"),
        N_(
            "Send the header Authorization: Bearer with a token that has not ended. Tokens are"
            " made with `merke token new`."
        ),
    ),
    "idempotency.key": Kind(
        400,
        N_("The Idempotency-Key cannot be used"),
        N_("Send one key of 1 to 200 visible ASCII characters, with or without quotes."),
    ),
    "idempotency.in_flight": Kind(
        409,
        N_("The same request is being carried out"),
        N_("Wait a moment, then send it again with the same key to get its answer."),
        retry_after=2,
    ),
    "idempotency.reused": Kind(
        422,
        N_("The Idempotency-Key belongs to another request"),
        N_("A key stands for one request for 24 hours. Take a new key for a new request."),
    ),
    # What the issuer refuses
    "input.invalid": Kind(
        422,
        N_("Something in the request is not allowed"),
        N_("Nothing was changed. Put right what is named, then send it again."),
    ),
    "refused": Kind(
        409,
        N_("A rule says no"),
        N_("Nothing was changed."),
    ),
    "requirements.missing": Kind(
        409,
        N_("Requirements are missing"),
        N_("Nothing was sealed. The requirements that are not accepted yet stand under missing."),
    ),
    "requirements.facts": Kind(
        422,
        N_("The facts are not complete or not right"),
        N_("Nothing was changed. What is wrong, and where, stands under errors."),
    ),
    "award.sealed": Kind(
        409,
        N_("The award is already made"),
        N_("Nothing was sealed a second time."),
    ),
    "award.second_person": Kind(
        409,
        N_("A second person is needed"),
        N_("One person prepares an award, another decides. Nothing was changed."),
    ),
    "award.case": Kind(
        409,
        N_("The holder has to be heard first"),
        N_(
            "A mark is withdrawn after a case: opened, answered, decided by somebody else. Open one"
            " with `merke case open`, or give the reason for doing without in override."
        ),
    ),
    "award.state": Kind(
        409,
        N_("The award's state does not allow this"),
        N_("Nothing was changed."),
    ),
    "sealing.interrupted": Kind(
        409,
        N_("The sealing was interrupted"),
        N_("Nothing was issued. Seal again."),
    ),
    "sealing.under_way": Kind(
        409,
        N_("It is being sealed at this moment"),
        N_("Another process is at it. Nothing was changed; look again in a minute."),
    ),
    # Not now
    "record.behind": Kind(
        503,
        N_("The record is not the newest"),
        N_(
            "Nothing is signed until whoever runs this service has put back the newest record."
            " Nothing was changed; pages and verification go on."
        ),
        retry_after=60,
    ),
    "status.held": Kind(
        503,
        N_("The status list is held back"),
        N_(
            "The record was put back from an older copy. Whether a badge was revoked cannot be told"
            " until the list is whole again; ask later."
        ),
        retry_after=600,
    ),
    "keys.locked": Kind(
        503,
        N_("The keys are locked"),
        N_(
            "Nothing can be signed until whoever runs this service unlocks the keys. Nothing was"
            " changed; pages and verification go on."
        ),
        retry_after=60,
    ),
    "keys.none": Kind(
        503,
        N_("No key is ready to sign"),
        N_("Whoever runs this service must activate a key. Nothing was changed."),
        retry_after=60,
    ),
    "keys.unreadable": Kind(
        503,
        N_("The keys cannot be read"),
        N_("Whoever runs this service must put the key file right. Nothing was changed."),
        retry_after=60,
    ),
    "record.busy": Kind(
        503,
        N_("The record is busy"),
        N_("Nothing was changed. Try again in a few seconds."),
        retry_after=2,
    ),
    "record.damaged": Kind(
        503,
        N_("The record is damaged"),
        N_("Whoever runs this service must put back a backup. Nothing was changed."),
        retry_after=60,
    ),
    "clock.behind": Kind(
        503,
        N_("This machine's clock is wrong"),
        N_("Nothing is signed until whoever runs this service has set the clock."),
        retry_after=60,
    ),
    "not_now": Kind(
        503,
        N_("This is not possible at the moment"),
        N_("Nothing was changed. Try again in a few seconds."),
        retry_after=5,
    ),
    "verify.busy": Kind(
        503,
        N_("Too many badges are being checked at this moment"),
        N_("This says nothing about your badge. Try again in a few seconds."),
        retry_after=5,
    ),
    "picture.busy": Kind(
        503,
        N_("The picture could not be drawn in time"),
        N_("The badge itself is untouched. Try again in a few seconds."),
        retry_after=5,
    ),
    "register.busy": Kind(
        503,
        N_("The register could not be put together in time"),
        N_("Who holds the mark is unchanged. Try again in a few seconds."),
        retry_after=5,
    ),
    "picture.undrawable": Kind(
        409,
        N_("The picture cannot be drawn"),
        N_(
            "A text on it has a letter that the typeface lacks, or is too long for its place. The"
            " badge can be had as .json and .jwt all the same."
        ),
    ),
    "oembed.format": Kind(
        501,
        N_("oEmbed is answered as JSON only"),
        N_("Ask again with format=json, or without a format."),
    ),
    # Our own fault
    "sealing.rehearsal": Kind(
        500,
        N_("The badge would not verify"),
        N_("Nothing was issued. This is a fault of ours; it has been written to the log."),
    ),
    "internal": Kind(
        500,
        N_("Something went wrong here"),
        N_("This is a fault of ours; it has been written to the log. Nothing was confirmed."),
    ),
}
