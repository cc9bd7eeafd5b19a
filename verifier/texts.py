"""What a report says to people: one fixed sentence in nb, nn and en for all it can say.

Nothing from a badge ever stands inside a sentence, so no stranger can write one. The sentences
for verdicts and for checks that passed or did not apply are here, those for reasons in
`verifier.reason_texts`. The reader has just scanned a badge and knows nothing of signatures.
"""

from collections.abc import Mapping
from typing import Final

from verifier.reason_texts import REASONS
from verifier.reasons import Check, Outcome, Reason, Verdict

LANGUAGES: Final = ("nb", "nn", "en")

Text = Mapping[str, str]


def of_verdict(verdict: Verdict) -> Text:
    """The answer, as one large sentence."""
    return _VERDICTS[verdict]


def of_reason(reason: Reason) -> Text:
    """What happened and what it means for the reader."""
    return REASONS[reason]


def of_finding(check: Check, outcome: Outcome, reason: Reason | None) -> Text:
    """The sentence of one finding: the reason's where there is one, else the check's."""
    if reason is not None:
        return REASONS[reason]
    if outcome is Outcome.PASSED:
        return _PASSED[check]
    if outcome is Outcome.NOT_APPLICABLE:
        return _NOT_APPLICABLE.get(check, _UNJUDGED)
    return _UNJUDGED


def of_check(check: Check) -> Text:
    """The name of a check, as a heading."""
    return _NAMES[check]


_VERDICTS: dict[Verdict, Text] = {
    Verdict.VALID: {
        # Some badges name no list that could say so: "not withdrawn" would be too much.
        "nb": "Merket er i orden: uendret siden det ble utstedt, innenfor datoene sine, "
        "og ingenting sier at det er trukket tilbake.",
        "nn": "Merket er i orden: uendra sidan det vart utferda, innanfor datoane sine, "
        "og ingenting seier at det er trekt tilbake.",
        "en": "This badge is in order: unchanged since it was issued, within its dates, "
        "and nothing says that it was withdrawn.",
    },
    Verdict.INVALID: {
        "nb": "Merket er ikke gyldig.",
        "nn": "Merket er ikkje gyldig.",
        "en": "This badge is not valid.",
    },
    Verdict.UNDETERMINED: {
        "nb": "Vi kan ikke si om merket er gyldig. Det betyr ikke at noe er galt med det.",
        "nn": "Vi kan ikkje seie om merket er gyldig. Det tyder ikkje at noko er gale med det.",
        "en": "We cannot tell whether this badge is valid. That does not mean that anything "
        "is wrong with it.",
    },
}

_NAMES: dict[Check, Text] = {
    Check.CARRIER: {"nb": "Fila", "nn": "Fila", "en": "The file"},
    Check.JSON: {"nb": "Lesbarhet", "nn": "Lesbarheit", "en": "Readability"},
    Check.CONTEXT: {"nb": "Ordlister", "nn": "Ordlister", "en": "Vocabularies"},
    Check.STRUCTURE: {"nb": "Oppbygning", "nn": "Oppbygging", "en": "Structure"},
    Check.TERMS: {"nb": "Ord og begreper", "nn": "Ord og omgrep", "en": "Terms"},
    Check.KEY: {"nb": "Nøkkel", "nn": "Nøkkel", "en": "Key"},
    Check.PROOF: {"nb": "Signatur", "nn": "Signatur", "en": "Signature"},
    Check.CLAIMS: {"nb": "Opplysninger", "nn": "Opplysningar", "en": "Claims"},
    Check.ISSUER: {"nb": "Utsteder", "nn": "Utferdar", "en": "Issuer"},
    Check.PERIOD: {"nb": "Datoer", "nn": "Datoar", "en": "Dates"},
    Check.STATUS: {
        "nb": "Status hos utstederen",
        "nn": "Status hos utferdaren",
        "en": "Status with the issuer",
    },
    Check.RECIPIENT: {"nb": "Mottaker", "nn": "Mottakar", "en": "Recipient"},
    Check.REFRESH: {"nb": "Nyere utgave", "nn": "Nyare utgåve", "en": "Newer copy"},
    Check.ENDORSEMENTS: {"nb": "Anbefalinger", "nn": "Tilrådingar", "en": "Endorsements"},
}

_PASSED: dict[Check, Text] = {
    Check.CARRIER: {
        "nb": "Vi fant ett merke i fila.",
        "nn": "Vi fann eitt merke i fila.",
        "en": "We found one badge in the file.",
    },
    Check.JSON: {
        "nb": "Merket kan leses på én måte og bare én.",
        "nn": "Merket kan lesast på éin måte og berre éin.",
        "en": "The badge can be read in one way and one way only.",
    },
    Check.CONTEXT: {
        "nb": "Merket bruker bare ordlister vi kjenner.",
        "nn": "Merket bruker berre ordlister vi kjenner.",
        "en": "The badge uses only vocabularies that we know.",
    },
    Check.STRUCTURE: {
        "nb": "Merket er bygd opp slik standarden Open Badges krever.",
        "nn": "Merket er bygd opp slik standarden Open Badges krev.",
        "en": "The badge is built the way the Open Badges standard asks.",
    },
    Check.TERMS: {
        "nb": "Alt som står i merket, har en fast betydning.",
        "nn": "Alt som står i merket, har ei fast tyding.",
        "en": "Everything in the badge has a settled meaning.",
    },
    Check.KEY: {
        "nb": "Nøkkelen er en av dem utstederen selv har lagt ut for slike signaturer.",
        "nn": "Nøkkelen er ein av dei utferdaren sjølv har lagt ut for slike signaturar.",
        "en": "The key is one that the issuer has published for signatures like this.",
    },
    Check.PROOF: {
        "nb": "Signaturen stemmer: ikke et tegn er endret siden merket ble utstedt.",
        "nn": "Signaturen stemmer: ikkje eit teikn er endra sidan merket vart utferda.",
        "en": "The signature fits: not a character has changed since the badge was issued.",
    },
    Check.CLAIMS: {
        "nb": "Opplysningene rundt merket er de samme som de i merket.",
        "nn": "Opplysningane rundt merket er dei same som dei i merket.",
        "en": "What stands around the badge agrees with what stands in it.",
    },
    Check.ISSUER: {
        "nb": "Utstederen er en av dem du sa at du stoler på.",
        "nn": "Utferdaren er ein av dei du sa at du stolar på.",
        "en": "The issuer is one of those you said you trust.",
    },
    Check.PERIOD: {
        "nb": "Datoen er innenfor tiden merket gjelder.",
        "nn": "Datoen er innanfor tida merket gjeld.",
        "en": "The date is within the time for which the badge stands.",
    },
    Check.STATUS: {
        "nb": "Utstederen sier at merket ikke er trukket tilbake.",
        "nn": "Utferdaren seier at merket ikkje er trekt tilbake.",
        "en": "The issuer says that the badge has not been withdrawn.",
    },
    Check.RECIPIENT: {
        "nb": "Merket er gitt til den du spurte om.",
        "nn": "Merket er gitt til den du spurde om.",
        "en": "The badge was given to the one you asked about.",
    },
    Check.REFRESH: {
        "nb": "Vi har spurt utstederen om det finnes en nyere utgave.",
        "nn": "Vi har spurt utferdaren om det finst ei nyare utgåve.",
        "en": "We have asked the issuer whether there is a newer copy.",
    },
    Check.ENDORSEMENTS: {
        "nb": "Anbefalingene i merket er prøvd hver for seg.",
        "nn": "Tilrådingane i merket er prøvde kvar for seg.",
        "en": "The endorsements in the badge were checked one by one.",
    },
}

_UNJUDGED: Text = {
    "nb": "Dette er ikke vurdert, for en annen prøve må bestås først.",
    "nn": "Dette er ikkje vurdert, for ein annan prøve må vere bestått først.",
    "en": "This was not judged, because another check has to pass first.",
}

_NOT_APPLICABLE: dict[Check, Text] = {
    Check.TERMS: {
        "nb": "Merket er av et eldre slag, der det ikke er noe slikt å prøve.",
        "nn": "Merket er av eit eldre slag, der det ikkje er noko slikt å prøve.",
        "en": "The badge is of an older kind, in which there is no such thing to check.",
    },
    Check.KEY: {
        "nb": "Merket er ikke signert. Det gjelder fordi det ligger hos utstederen.",
        "nn": "Merket er ikkje signert. Det gjeld fordi det ligg hos utferdaren.",
        "en": "The badge is not signed. It counts because it stands at its issuer’s.",
    },
    Check.PROOF: {
        "nb": "Merket har en signatur til, som ikke avgjør noe her.",
        "nn": "Merket har ein signatur til, som ikkje avgjer noko her.",
        "en": "The badge has one more signature, which decides nothing here.",
    },
    Check.CLAIMS: {
        "nb": "Merket har ingen opplysninger utenpå seg som kunne si noe annet.",
        "nn": "Merket har ingen opplysningar utanpå seg som kunne seie noko anna.",
        "en": "The badge has nothing around it that could say otherwise.",
    },
    Check.STATUS: {
        "nb": "Merket viser ikke til noen liste over tilbaketrukne merker.",
        "nn": "Merket viser ikkje til noka liste over tilbaketrekte merke.",
        "en": "The badge names no list of withdrawn badges.",
    },
    Check.RECIPIENT: {
        "nb": "Du spurte ikke hvem merket er gitt til. Noen andre kan vise det fram.",
        "nn": "Du spurde ikkje kven merket er gitt til. Nokon andre kan vise det fram.",
        "en": "You did not ask to whom the badge was given. Somebody else may be showing it.",
    },
}
