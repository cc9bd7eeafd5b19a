"""One fixed sentence (or two) in nb, nn and en for every reason a report can give.

Each says what happened and what it means for somebody who wants to know whether to believe a
badge. `docs/verification.md` says the same to developers, with the rule behind it.
"""

from collections.abc import Mapping
from typing import Final

from verifier.reasons import Reason


def _text(nb: str, nn: str, en: str) -> Mapping[str, str]:
    return {"nb": nb, "nn": nn, "en": en}


REASONS: Final[dict[Reason, Mapping[str, str]]] = {
    Reason.CARRIER_NONE: _text(
        "Det ligger ikke noe merke i fila. Bilder mister det ofte når de deles; be om å få "
        "se merket der det er lagt ut, eller som originalfil.",
        "Det ligg ikkje noko merke i fila. Bilete mistar det ofte når dei blir delte; be om å få "
        "sjå merket der det er lagt ut, eller som originalfil.",
        "There is no badge in this file. Pictures often lose it when they are shared; ask to see "
        "the badge where it is published, or the original file.",
    ),
    Reason.CARRIER_UNSUPPORTED: _text(
        "Vi kjenner ikke igjen dette som et merke. Et merke kommer som PNG, SVG, JSON, JWT eller "
        "en https-adresse til noe av dette. Har du et bilde av en plakat, skann koden på den.",
        "Vi kjenner ikkje att dette som eit merke. Eit merke kjem som PNG, SVG, JSON, JWT eller "
        "ei https-adresse til noko av dette. Har du eit bilete av ein plakat, skann koden på han.",
        "We do not recognise this as a badge. A badge comes as PNG, SVG, JSON, JWT or an https "
        "address of one of these. If you have a photo of a poster, scan the code on it.",
    ),
    Reason.CARRIER_UNREACHABLE: _text(
        "Vi fikk ikke hentet merket fra adressen. Det kan være nettet, eller stedet det ligger.",
        "Vi fekk ikkje henta merket frå adressa. Det kan vere nettet, eller staden det ligg.",
        "We could not fetch the badge from the address. It may be the network, or the site itself.",
    ),
    Reason.CARRIER_MALFORMED: _text(
        "Bildet er skadet, og merket i det kan ikke leses.",
        "Biletet er skadd, og merket i det kan ikkje lesast.",
        "The picture is damaged, and the badge in it cannot be read.",
    ),
    Reason.CARRIER_DUPLICATE: _text(
        "Det ligger flere merker i det samme bildet. Da er det ikke klart hvilket som gjelder.",
        "Det ligg fleire merke i det same biletet. Då er det ikkje klart kva for eit som gjeld.",
        "The picture holds more than one badge, so it is not clear which one counts.",
    ),
    Reason.CARRIER_COMPRESSED: _text(
        "Merket er pakket inn i bildet på en måte standarden ikke tillater.",
        "Merket er pakka inn i biletet på ein måte standarden ikkje tillèt.",
        "The badge is packed into the picture in a way the standard does not allow.",
    ),
    Reason.CARRIER_TRAILING: _text(
        "Det er hengt noe på etter slutten av bildet. Slikt godtar vi ikke.",
        "Det er hengt noko på etter slutten av biletet. Slikt godtek vi ikkje.",
        "Something has been added after the end of the picture. We do not accept that.",
    ),
    Reason.CARRIER_ACTIVE: _text(
        "Bildet kan gjøre noe av seg selv eller hente noe utenfra. Et merke skal bare være et "
        "bilde, så dette godtar vi ikke. Be om originalfila.",
        "Biletet kan gjere noko av seg sjølv eller hente noko utanfrå. Eit merke skal berre vere "
        "eit bilete, så dette godtek vi ikkje. Be om originalfila.",
        "The picture can act by itself or fetch something from outside. A badge is only a picture, "
        "so we do not accept this. Ask for the original file.",
    ),
    Reason.JSON_MALFORMED: _text(
        "Teksten i merket er ødelagt og kan ikke leses.",
        "Teksten i merket er øydelagd og kan ikkje lesast.",
        "The text of the badge is broken and cannot be read.",
    ),
    Reason.JSON_DUPLICATE: _text(
        "Merket sier det samme to ganger, så to lesere kunne lese det ulikt.",
        "Merket seier det same to gonger, så to lesarar kunne lese det ulikt.",
        "The badge states the same thing twice, so two readers could read it differently.",
    ),
    Reason.JSON_NUMBER: _text(
        "Merket har et tall som ikke kan leses nøyaktig.",
        "Merket har eit tal som ikkje kan lesast nøyaktig.",
        "The badge holds a number that cannot be read exactly.",
    ),
    Reason.JSON_UNICODE: _text(
        "Merket har tegn som ikke er gyldig tekst.",
        "Merket har teikn som ikkje er gyldig tekst.",
        "The badge holds characters that are not valid text.",
    ),
    Reason.LIMIT_SIZE: _text(
        "Fila er mye større enn et merke trenger å være, så vi leser den ikke.",
        "Fila er mykje større enn eit merke treng å vere, så vi les henne ikkje.",
        "The file is far larger than a badge needs to be, so we do not read it.",
    ),
    Reason.LIMIT_DEPTH: _text(
        "Merket er bygd opp i flere lag enn noe ekte merke trenger.",
        "Merket er bygd opp i fleire lag enn noko ekte merke treng.",
        "The badge is nested deeper than any real badge needs.",
    ),
    Reason.LIMIT_WORK: _text(
        "Merket er så innfløkt at vi avbrøt prøven. Be utstederen om et enklere merke.",
        "Merket er så innfløkt at vi avbraut prøven. Be utferdaren om eit enklare merke.",
        "The badge is so intricate that we stopped checking. Ask the issuer for a simpler one.",
    ),
    Reason.LIMIT_COUNT: _text(
        "Merket har flere signaturer enn vi prøver.",
        "Merket har fleire signaturar enn vi prøver.",
        "The badge carries more signatures than we check.",
    ),
    Reason.LIMIT_REQUESTS: _text(
        "Merket ber oss hente mer fra nettet enn vi gjør for ett merke, så vi stanset.",
        "Merket ber oss hente meir frå nettet enn vi gjer for eitt merke, så vi stansa.",
        "The badge asks us to fetch more than we do for one badge, so we stopped.",
    ),
    Reason.CONTEXT_UNKNOWN: _text(
        "Merket bruker en ordliste vi ikke har. Derfor kan vi ikke vite sikkert hva det sier.",
        "Merket bruker ei ordliste vi ikkje har. Difor kan vi ikkje vite sikkert kva det seier.",
        "The badge uses a vocabulary we do not have, so we cannot be sure what it says.",
    ),
    Reason.CONTEXT_ORDER: _text(
        "Merket begynner ikke med de ordlistene standarden krever.",
        "Merket byrjar ikkje med dei ordlistene standarden krev.",
        "The badge does not begin with the vocabularies that the standard requires.",
    ),
    Reason.CONTEXT_INVALID: _text(
        "Merket prøver å gi kjente ord en annen betydning, eller bruker ordlistene feil.",
        "Merket prøver å gi kjende ord ei anna tyding, eller bruker ordlistene feil.",
        "The badge tries to give known words another meaning, or misuses its vocabularies.",
    ),
    Reason.TERM_LOST: _text(
        "Noe i merket har ingen fast betydning, så signaturen dekker det ikke.",
        "Noko i merket har inga fast tyding, så signaturen dekkjer det ikkje.",
        "Something in the badge has no settled meaning, so the signature does not cover it.",
    ),
    Reason.STRUCTURE_VERSION: _text(
        "Merket følger den eldste utgaven av standarden (Open Badges 1), som vi ikke kan prøve.",
        "Merket følgjer den eldste utgåva av standarden (Open Badges 1), som vi ikkje kan prøve.",
        "The badge follows the oldest version of the standard (Open Badges 1), which we cannot "
        "check.",
    ),
    Reason.STRUCTURE_MIXED: _text(
        "Merket blander to utgaver av standarden. Det gjør ikke et ekte merke.",
        "Merket blandar to utgåver av standarden. Det gjer ikkje eit ekte merke.",
        "The badge mixes two versions of the standard. A genuine badge does not.",
    ),
    Reason.STRUCTURE_TYPE: _text(
        "Dette er ikke et merke av typen Open Badge, men noe annet.",
        "Dette er ikkje eit merke av typen Open Badge, men noko anna.",
        "This is not an Open Badge but something else.",
    ),
    Reason.STRUCTURE_MISSING: _text(
        "Noe som skal stå i et merke, mangler.",
        "Noko som skal stå i eit merke, manglar.",
        "Something that every badge must state is missing.",
    ),
    Reason.STRUCTURE_VALUE: _text(
        "Noe i merket er skrevet på en måte standarden ikke tillater.",
        "Noko i merket er skrive på ein måte standarden ikkje tillèt.",
        "Something in the badge is written in a way the standard does not allow.",
    ),
    Reason.STRUCTURE_EMPTY: _text(
        "Merket har en tom plass der det skulle stått noe, eller ingenting.",
        "Merket har ein tom plass der det skulle stått noko, eller ingenting.",
        "The badge has an empty place where there should be something, or nothing at all.",
    ),
    Reason.STRUCTURE_UNEXPECTED: _text(
        "Merket har en opplysning på et sted der standarden ikke tillater noe ekstra.",
        "Merket har ei opplysning på ein stad der standarden ikkje tillèt noko ekstra.",
        "The badge has something in a place where the standard allows nothing extra.",
    ),
    Reason.STRUCTURE_SCHEMA: _text(
        "Merket viser til en mal av utstederens egen. Den har vi ikke prøvd merket mot.",
        "Merket viser til ein mal av utferdaren sin eigen. Han har vi ikkje prøvd merket mot.",
        "The badge names a pattern of its issuer’s own, against which we did not check it.",
    ),
    Reason.TOKEN_MALFORMED: _text(
        "Den signerte teksten er ødelagt og kan ikke leses.",
        "Den signerte teksten er øydelagd og kan ikkje lesast.",
        "The signed text is broken and cannot be read.",
    ),
    Reason.HEADER_MEMBER: _text(
        "Signaturen har med seg noe den ikke skal ha.",
        "Signaturen har med seg noko han ikkje skal ha.",
        "The signature comes with something it must not have.",
    ),
    Reason.HEADER_TYPE: _text(
        "Den signerte teksten er laget til noe annet enn et merke.",
        "Den signerte teksten er laga til noko anna enn eit merke.",
        "The signed text was made for something other than a badge.",
    ),
    Reason.HEADER_KEY: _text(
        "Signaturen sier ikke på en brukbar måte hvilken nøkkel den er laget med.",
        "Signaturen seier ikkje på ein brukande måte kva for ein nøkkel han er laga med.",
        "The signature does not say in a usable way which key made it.",
    ),
    Reason.HEADER_CRITICAL: _text(
        "Signaturen krever noe særskilt av leseren, og det godtar vi ikke i et merke.",
        "Signaturen krev noko særskilt av lesaren, og det godtek vi ikkje i eit merke.",
        "The signature demands something special of its reader, which we do not accept.",
    ),
    Reason.ALGORITHM_FORBIDDEN: _text(
        "Merket er ikke signert på en måte som beviser noe.",
        "Merket er ikkje signert på ein måte som provar noko.",
        "The badge is not signed in a way that proves anything.",
    ),
    Reason.ALGORITHM_UNSUPPORTED: _text(
        "Merket er signert på en måte vi ikke kan prøve.",
        "Merket er signert på ein måte vi ikkje kan prøve.",
        "The badge is signed in a way we cannot check.",
    ),
    Reason.ALGORITHM_MISMATCH: _text(
        "Signaturen sier at den er laget på en annen måte enn nøkkelen er til for.",
        "Signaturen seier at han er laga på ein annan måte enn nøkkelen er til for.",
        "The signature claims to be made in another way than its key is for.",
    ),
    Reason.PROOF_MISSING: _text(
        "Merket er ikke signert. Hvem som helst kan ha skrevet det.",
        "Merket er ikkje signert. Kven som helst kan ha skrive det.",
        "The badge is not signed. Anybody could have written it.",
    ),
    Reason.PROOF_UNSUPPORTED: _text(
        "Merket har en signatur av et slag vi ikke kan prøve.",
        "Merket har ein signatur av eit slag vi ikkje kan prøve.",
        "The badge has a signature of a kind we cannot check.",
    ),
    Reason.PROOF_BASE: _text(
        "Dette er eierens egen utgave, som viser for mye. Be om en kopi som er laget for å vises.",
        "Dette er eigaren si eiga utgåve, som viser for mykje. Be om ein kopi laga for å visast.",
        "This is the holder’s own copy, which tells too much. Ask for one that was made to show.",
    ),
    Reason.PROOF_MALFORMED: _text(
        "Signaturen er ødelagt og beviser ingenting.",
        "Signaturen er øydelagd og provar ingenting.",
        "The signature is broken and proves nothing.",
    ),
    Reason.PROOF_ALTERED: _text(
        "Signaturen stemmer ikke. Merket er endret etter at det ble utstedt, eller er falskt.",
        "Signaturen stemmer ikkje. Merket er endra etter at det vart utferda, eller er falskt.",
        "The signature does not fit. The badge was changed after it was issued, or is a fake.",
    ),
    Reason.PROOF_PURPOSE: _text(
        "Signaturen er laget for noe annet enn å utstede merker.",
        "Signaturen er laga for noko anna enn å utferde merke.",
        "The signature was made for something other than issuing badges.",
    ),
    Reason.PROOF_CHAIN: _text(
        "Signaturen bygger på en annen signatur, og den er ikke med i merket.",
        "Signaturen bygger på ein annan signatur, og han er ikkje med i merket.",
        "The signature builds on another signature, which is missing from the badge.",
    ),
    Reason.PROOF_CREATED: _text(
        "Signaturen sier at den er laget i framtiden.",
        "Signaturen seier at han er laga i framtida.",
        "The signature says it was made in the future.",
    ),
    Reason.PROOF_EXPIRED: _text(
        "Signaturen har gått ut på dato.",
        "Signaturen har gått ut på dato.",
        "The signature has run out.",
    ),
    Reason.PROOF_SELECTIVE: _text(
        "Den som viser merket, har valgt hva som vises. Noe kan være utelatt.",
        "Den som viser merket, har valt kva som blir vist. Noko kan vere utelate.",
        "Whoever shows the badge has chosen what it shows. Something may be left out.",
    ),
    Reason.HOSTED_UNREACHABLE: _text(
        "Merket er ikke signert, men skal ligge på nettet, og der fikk vi det ikke. Prøv igjen "
        "senere.",
        "Merket er ikkje signert, men skal ligge på nettet, og der fekk vi det ikkje. Prøv igjen "
        "seinare.",
        "The badge is not signed but should stand on the web, and we could not get it there. Try "
        "again later.",
    ),
    Reason.HOSTED_MALFORMED: _text(
        "Der merket skal ligge på nettet, ligger det noe annet som vi ikke kan lese.",
        "Der merket skal ligge på nettet, ligg det noko anna som vi ikkje kan lese.",
        "Where the badge should stand on the web, there is something else that we cannot read.",
    ),
    Reason.HOSTED_MISMATCH: _text(
        "Der merket skal ligge på nettet, ligger det et annet merke.",
        "Der merket skal ligge på nettet, ligg det eit anna merke.",
        "Where the badge should stand on the web, there is another one.",
    ),
    Reason.HOSTED_SCOPE: _text(
        "Merket ligger ikke der utstederen legger sine merker. Da kan hvem som helst ha laget det.",
        "Merket ligg ikkje der utferdaren legg merka sine. Då kan kven som helst ha laga det.",
        "The badge does not stand where its issuer keeps its badges, so anybody may have made it.",
    ),
    Reason.HOSTED_LIVE: _text(
        "Merket er ikke signert, men det ligger hos utstederen nå. Det er det som ligger der, "
        "som gjelder.",
        "Merket er ikkje signert, men det ligg hos utferdaren no. Det er det som ligg der, som "
        "gjeld.",
        "The badge is not signed, but it stands at its issuer’s now. What stands there is what "
        "counts.",
    ),
    Reason.HOSTED_DIFFERS: _text(
        "Det du viste fram, er ikke likt det som ligger hos utstederen. Bare det siste gjelder.",
        "Det du viste fram, er ikkje likt det som ligg hos utferdaren. Berre det siste gjeld.",
        "What you showed differs from what stands at the issuer’s. Only the latter counts.",
    ),
    Reason.KEY_UNKNOWN: _text(
        "Utstederen har ingen slik nøkkel. Noen andre kan ha signert merket.",
        "Utferdaren har ingen slik nøkkel. Nokon andre kan ha signert merket.",
        "The issuer has no such key. Somebody else may have signed the badge.",
    ),
    Reason.KEY_MALFORMED: _text(
        "Nøkkelen utstederen har lagt ut, kan ikke brukes.",
        "Nøkkelen utferdaren har lagt ut, kan ikkje brukast.",
        "The key that the issuer has published cannot be used.",
    ),
    Reason.KEY_MISMATCH: _text(
        "Nøkkelen som følger med merket, er en annen enn den utstederen har lagt ut.",
        "Nøkkelen som følgjer med merket, er ein annan enn den utferdaren har lagt ut.",
        "The key that comes with the badge is not the one the issuer has published.",
    ),
    Reason.KEY_RELATIONSHIP: _text(
        "Utstederen sier ikke at denne nøkkelen kan brukes til å utstede merker.",
        "Utferdaren seier ikkje at denne nøkkelen kan brukast til å utferde merke.",
        "The issuer does not say that this key may be used to issue badges.",
    ),
    Reason.KEY_PURPOSE: _text(
        "Nøkkelen tilhører utstederen, men er til noe annet enn merker.",
        "Nøkkelen høyrer til utferdaren, men er til noko anna enn merke.",
        "The key belongs to the issuer but is meant for something other than badges.",
    ),
    Reason.KEY_REVOKED: _text(
        "Utstederen har trukket nøkkelen tilbake, så signaturen beviser ikke lenger noe.",
        "Utferdaren har trekt nøkkelen tilbake, så signaturen provar ikkje lenger noko.",
        "The issuer has withdrawn the key, so the signature no longer proves anything.",
    ),
    Reason.KEY_EXPIRED: _text(
        "Nøkkelen hadde gått ut på dato da merket ble signert.",
        "Nøkkelen hadde gått ut på dato då merket vart signert.",
        "The key had already run out when the badge was signed.",
    ),
    Reason.ISSUER_UNREACHABLE: _text(
        "Vi fikk ikke tak i nøklene til utstederen nå. Prøv igjen om litt.",
        "Vi fekk ikkje tak i nøklane til utferdaren no. Prøv igjen om litt.",
        "We could not reach the issuer’s keys just now. Try again in a while.",
    ),
    Reason.ISSUER_MALFORMED: _text(
        "Det utstederen har lagt ut om nøklene sine, kan ikke leses nå.",
        "Det utferdaren har lagt ut om nøklane sine, kan ikkje lesast no.",
        "What the issuer has published about its keys cannot be read at present.",
    ),
    Reason.ISSUER_DOCUMENT: _text(
        "På utstederens adresse ligger det nøkler som tilhører noen andre.",
        "På adressa til utferdaren ligg det nøklar som høyrer til nokon andre.",
        "The keys at the issuer’s address belong to somebody else.",
    ),
    Reason.ISSUER_IDENTIFIER: _text(
        "Merket sier ikke på en brukbar måte hvem som har utstedt det.",
        "Merket seier ikkje på ein brukande måte kven som har utferda det.",
        "The badge does not say in a usable way who issued it.",
    ),
    Reason.ISSUER_UNSUPPORTED: _text(
        "Utstederen bruker en slags identitet vi ikke kan slå opp.",
        "Utferdaren bruker ein slags identitet vi ikkje kan slå opp.",
        "The issuer uses a kind of identity that we cannot look up.",
    ),
    Reason.ISSUER_MISMATCH: _text(
        "Merket er signert av en annen enn den som står som utsteder.",
        "Merket er signert av ein annan enn den som står som utferdar.",
        "The badge is signed by somebody other than the issuer it names.",
    ),
    Reason.ISSUER_UNTRUSTED: _text(
        "Merket er utstedt av en annen enn dem du sa at du stoler på.",
        "Merket er utferda av ein annan enn dei du sa at du stolar på.",
        "The badge was issued by somebody other than those you said you trust.",
    ),
    Reason.CLAIMS_MISSING: _text(
        "Det mangler opplysninger utenpå merket som standarden krever.",
        "Det manglar opplysningar utanpå merket som standarden krev.",
        "Facts that the standard wants around the badge are missing.",
    ),
    Reason.CLAIMS_MISMATCH: _text(
        "Det som står utenpå merket, er ikke det samme som det som står i det.",
        "Det som står utanpå merket, er ikkje det same som det som står i det.",
        "What stands around the badge does not agree with what stands in it.",
    ),
    Reason.CLAIMS_TYPE: _text(
        "Opplysningene utenpå merket er skrevet feil.",
        "Opplysningane utanpå merket er skrivne feil.",
        "The facts around the badge are written wrongly.",
    ),
    Reason.CLAIMS_AUDIENCE: _text(
        "Den signerte teksten er stilet til noen bestemte. Et merke er for alle.",
        "Den signerte teksten er stila til nokon bestemte. Eit merke er for alle.",
        "The signed text is addressed to somebody in particular. A badge is for everybody.",
    ),
    Reason.PERIOD_NOT_YET: _text(
        "Merket gjelder ikke ennå.",
        "Merket gjeld ikkje enno.",
        "The badge does not stand yet.",
    ),
    Reason.PERIOD_EXPIRED: _text(
        "Merket har gått ut. Spør om det er fornyet.",
        "Merket har gått ut. Spør om det er fornya.",
        "The badge has expired. Ask whether it has been renewed.",
    ),
    Reason.PERIOD_ORDER: _text(
        "Merket slutter å gjelde før det begynner.",
        "Merket sluttar å gjelde før det byrjar.",
        "The badge ends before it begins.",
    ),
    Reason.STATUS_REVOKED: _text(
        "Utstederen har gjort merket ugyldig.",
        "Utferdaren har gjort merket ugyldig.",
        "The issuer has revoked the badge.",
    ),
    Reason.STATUS_SUSPENDED: _text(
        "Utstederen har satt merket til side inntil videre.",
        "Utferdaren har sett merket til side inntil vidare.",
        "The issuer has suspended the badge until further notice.",
    ),
    Reason.STATUS_UNREACHABLE: _text(
        "Vi fikk ikke tak i utstederens liste over tilbaketrukne merker. Prøv igjen om litt.",
        "Vi fekk ikkje tak i utferdaren si liste over tilbaketrekte merke. Prøv igjen om litt.",
        "We could not reach the issuer’s list of withdrawn badges. Try again in a while.",
    ),
    Reason.STATUS_UNVERIFIED: _text(
        "Lista over tilbaketrukne merker er ikke signert slik at vi kan stole på den.",
        "Lista over tilbaketrekte merke er ikkje signert slik at vi kan stole på henne.",
        "The list of withdrawn badges is not signed in a way that we can rely on.",
    ),
    Reason.STATUS_ISSUER: _text(
        "Lista over tilbaketrukne merker er laget av en annen enn utstederen.",
        "Lista over tilbaketrekte merke er laga av ein annan enn utferdaren.",
        "The list of withdrawn badges was made by somebody other than the issuer.",
    ),
    Reason.STATUS_STALE: _text(
        "Lista over tilbaketrukne merker gjelder ikke nå, så den sier ikke hvordan det står til.",
        "Lista over tilbaketrekte merke gjeld ikkje no, så ho seier ikkje korleis det står til.",
        "The list of withdrawn badges is out of date, so it does not say how things stand.",
    ),
    Reason.STATUS_PURPOSE: _text(
        "Lista merket viser til, handler om noe annet enn tilbaketrekking.",
        "Lista merket viser til, handlar om noko anna enn tilbaketrekking.",
        "The list that the badge refers to is about something else than withdrawal.",
    ),
    Reason.STATUS_MALFORMED: _text(
        "Opplysningen om tilbaketrekking er ødelagt og kan ikke leses.",
        "Opplysninga om tilbaketrekking er øydelagd og kan ikkje lesast.",
        "What says whether the badge has been withdrawn is broken and cannot be read.",
    ),
    Reason.STATUS_LENGTH: _text(
        "Lista over tilbaketrukne merker er kortere enn standarden krever.",
        "Lista over tilbaketrekte merke er kortare enn standarden krev.",
        "The list of withdrawn badges is shorter than the standard requires.",
    ),
    Reason.STATUS_RANGE: _text(
        "Merket viser til en plass som ikke finnes i lista over tilbaketrukne merker.",
        "Merket viser til ein plass som ikkje finst i lista over tilbaketrekte merke.",
        "The badge refers to a place that is not in the list of withdrawn badges.",
    ),
    Reason.STATUS_UNSUPPORTED: _text(
        "Merket sier fra om tilbaketrekking på en måte vi ikke kan prøve.",
        "Merket seier frå om tilbaketrekking på ein måte vi ikkje kan prøve.",
        "The badge reports withdrawal in a way we cannot check.",
    ),
    Reason.STATUS_MESSAGE: _text(
        "Utstederen har knyttet en melding til merket. Les den: den kan bety at merket ikke "
        "skal brukes nå.",
        "Utferdaren har knytt ei melding til merket. Les henne: ho kan tyde at merket ikkje "
        "skal brukast no.",
        "The issuer has attached a message to the badge. Read it: it may mean that the badge "
        "should not be relied on now.",
    ),
    Reason.STATUS_REFRESH: _text(
        "Utstederen har en nyere utgave av merket. Det sier ikke noe imot denne.",
        "Utferdaren har ei nyare utgåve av merket. Det seier ikkje noko imot denne.",
        "The issuer has a newer copy of the badge. That says nothing against this one.",
    ),
    Reason.RECIPIENT_MISMATCH: _text(
        "Merket er gitt til en annen enn den du spurte om.",
        "Merket er gitt til ein annan enn den du spurde om.",
        "The badge was given to somebody other than the one you asked about.",
    ),
    Reason.REFRESH_NEWER: _text(
        "Utstederen har en annen utgave av merket nå. Svaret her gjelder den du viste fram.",
        "Utferdaren har ei anna utgåve av merket no. Svaret her gjeld den du viste fram.",
        "The issuer has another copy of the badge now. The answer here is about the one you "
        "presented.",
    ),
    Reason.REFRESH_SAME: _text(
        "Utstederen har ikke noen nyere utgave av merket.",
        "Utferdaren har ikkje noka nyare utgåve av merket.",
        "The issuer has no newer copy of the badge.",
    ),
    Reason.REFRESH_UNREACHABLE: _text(
        "Vi fikk ikke spurt utstederen om det finnes en nyere utgave. Svaret her gjelder uansett.",
        "Vi fekk ikkje spurt utferdaren om det finst ei nyare utgåve. Svaret her gjeld uansett.",
        "We could not ask the issuer whether there is a newer copy. The answer here holds all the "
        "same.",
    ),
    Reason.REFRESH_REFUSED: _text(
        "Der det skulle ligge en nyere utgave, lå det ikke noe merke fra utstederen.",
        "Der det skulle liggje ei nyare utgåve, låg det ikkje noko merke frå utferdaren.",
        "Where a newer copy should be, there was no badge by the issuer.",
    ),
    Reason.REFRESH_UNSUPPORTED: _text(
        "Merket fornyes på en måte vi ikke kjenner.",
        "Merket blir fornya på ein måte vi ikkje kjenner.",
        "The badge is renewed in a way we do not know.",
    ),
    Reason.ENDORSEMENT_VALID: _text(
        "En anbefaling i merket er i orden.",
        "Ei tilråding i merket er i orden.",
        "An endorsement in the badge is in order.",
    ),
    Reason.ENDORSEMENT_INVALID: _text(
        "En anbefaling i merket er ikke gyldig, og vises ikke. Det sier ikke noe om merket selv.",
        "Ei tilråding i merket er ikkje gyldig, og blir ikkje vist. Det seier ikkje noko om merket "
        "sjølv.",
        "An endorsement in the badge is not valid and is not shown. That says nothing about the "
        "badge itself.",
    ),
    Reason.ENDORSEMENT_OPEN: _text(
        "En anbefaling i merket kunne ikke prøves, og vises ikke.",
        "Ei tilråding i merket kunne ikkje prøvast, og blir ikkje vist.",
        "An endorsement in the badge could not be checked and is not shown.",
    ),
    Reason.ENDORSEMENT_UNREAD: _text(
        "Det er flere anbefalinger i merket enn vi prøver.",
        "Det er fleire tilrådingar i merket enn vi prøver.",
        "There are more endorsements in the badge than we check.",
    ),
    Reason.ENDORSEMENT_SUBJECT: _text(
        "Anbefalingen gjelder noe annet enn det den står i.",
        "Tilrådinga gjeld noko anna enn det ho står i.",
        "The endorsement is about something other than what it stands in.",
    ),
    Reason.VERIFIER_ERROR: _text(
        "Noe gikk galt hos oss, og prøven ble ikke ferdig. Det sier ingenting om merket.",
        "Noko gjekk gale hos oss, og prøven vart ikkje ferdig. Det seier ingenting om merket.",
        "Something went wrong on our side and the check was not finished. That says nothing "
        "about the badge.",
    ),
    Reason.WHO_OURS: _text(
        "Merket er utstedt av oss.",
        "Merket er utferda av oss.",
        "This badge was issued by us.",
    ),
    Reason.WHO_DOMAIN: _text(
        "Merket er signert av den som rår over domenet som står her. Hva utstederen ellers "
        "kaller seg, er ikke bevist.",
        "Merket er signert av den som rår over domenet som står her. Kva utferdaren elles "
        "kallar seg, er ikkje prova.",
        "The badge is signed by whoever controls the domain shown here. Whatever else the "
        "issuer calls itself is not proven.",
    ),
    Reason.WHO_UNPROVEN: _text(
        "Ingenting viser hvem som har utstedt merket. Navnet i det kan være hva som helst.",
        "Ingenting viser kven som har utferda merket. Namnet i det kan vere kva som helst.",
        "Nothing shows who issued the badge. The name in it could be anything.",
    ),
    Reason.WHO_NOT_OURS: _text(
        "Merket er ikke utstedt av oss, selv om det kan se slik ut.",
        "Merket er ikkje utferda av oss, sjølv om det kan sjå slik ut.",
        "This badge was not issued by us, even if it may look that way.",
    ),
    Reason.WHO_MIXED_SCRIPTS: _text(
        "Domenet er skrevet med bokstaver fra flere alfabeter og kan ligne et annet. Les det nøye.",
        "Domenet er skrive med bokstavar frå fleire alfabet og kan likne eit anna. Les det nøye.",
        "The domain is written with letters of several alphabets and may resemble another. "
        "Read it closely.",
    ),
}
