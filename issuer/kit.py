"""What a holder puts on its own pages: lines to paste, and what they show there.

Text that is copied into somebody else's page or mail cannot change any more. So nothing here says
how things stand, but for `told`, which is asked for anew each time: lines to paste say what the
mark is, and where the answer is.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import escape

from badge_assets.draw import SEAL_SIZES
from issuer import codes, texts, wording
from issuer.office import Office
from issuer.pictures import Variant
from issuer.public import View
from issuer.state import State
from issuer.texts import DEFAULT, N_, translate

# The web component. What it is named by changes with its bytes, for pages name those too.
COMPONENT = "/static/seal-1.js"

OEMBED = "/oembed"


def alternative(view: View, language: str) -> str:
    """What stands in place of the picture: what it is and where the answer is."""
    return question(view.programme.name(language), view.name, language)


def question(mark: str, name: str, language: str) -> str:
    """The same, of a mark and a holder by their names."""
    message = N_("%(mark)s: see whether %(name)s holds it now")
    return translate(language, message, mark=mark, name=name)


def seal_path(slug: str, variant: Variant) -> str:
    """The address of a live seal, under the base address."""
    plain = Variant(DEFAULT, file=variant.file)
    if variant == plain:
        return f"/embed/{slug}.{variant.file}"
    return f"/embed/{slug}/{name(variant)}.{variant.file}"


def name(variant: Variant) -> str:
    """The variant as a part of a path."""
    return f"{variant.form}-{variant.theme}-{variant.language}"


def _page(view: View, language: str) -> str:
    return view.address if language == DEFAULT else f"{view.address}?lang={language}"


def linked(view: View, language: str, inside: str) -> str:
    """`inside`, which is mark-up, as a link to the holder's page."""
    page = escape(_page(view, language))
    return f'<a href="{page}" target="_blank" rel="noopener">{inside}</a>'


def picture(view: View, variant: Variant) -> str:
    """The line for any page: a linked picture. One line, for some programs break it else."""
    width, height = SEAL_SIZES[variant.form]
    alt = escape(alternative(view, variant.language))
    image = (
        f'<img src="{view.base_url}{seal_path(view.slug, variant)}" alt="{alt}"'
        f' width="{width}" height="{height}" style="max-width:100%;height:auto">'
    )
    return linked(view, variant.language, image)


def mail(view: View, language: str) -> str:
    """The same for a mail signature: PNG, drawn twice as large as it is shown."""
    width, height = SEAL_SIZES[Variant(language).form]
    alt = escape(alternative(view, language))
    source = f"{view.base_url}/embed/{view.slug}/mail-light-{language}.png"
    image = (
        f'<img src="{source}" alt="{alt}" width="{width}" height="{height}"'
        f' style="border:0;max-width:100%;height:auto">'
    )
    return linked(view, language, image)


def link(view: View, language: str) -> str:
    """A link in words, where pictures of others cannot be shown."""
    return linked(view, language, str(escape(alternative(view, language))))


def frame(view: View, variant: Variant) -> str:
    """A frame around `/embed/{slug}.html`."""
    width, height = SEAL_SIZES[variant.form]
    path = seal_path(view.slug, variant).removesuffix(variant.file) + "html"
    title = escape(alternative(view, variant.language))
    return (
        f'<iframe src="{view.base_url}{path}" title="{title}" width="{width}"'
        f' height="{height}" style="border:0;max-width:100%" loading="lazy"></iframe>'
    )


def component(view: View, language: str, integrity: str) -> str:
    """The web component, with a link inside for those who run no scripts."""
    return (
        f'<script src="{view.base_url}{COMPONENT}" integrity="{integrity}"'
        f' crossorigin="anonymous" async></script>'
        f'<merke-seal lang="{language}">{link(view, language)}</merke-seal>'
    )


def policy(view: View, *directives: str) -> str:
    """What a host with a strict content policy adds to it."""
    return "; ".join(f"{directive} {view.base_url}" for directive in directives)


def integrity(script: bytes) -> str:
    """Subresource Integrity: the digest by which a page knows the script."""
    return f"sha384-{base64.b64encode(hashlib.sha384(script).digest()).decode()}"


# What is asked for anew each time.


def told(office: Office, view: View, variant: Variant) -> dict[str, Any]:
    """How things stand, in words: what the component shows beside the picture."""
    language = variant.language
    width, height = SEAL_SIZES[variant.form]
    content = {
        "language": language,
        "name": f"{view.programme.name(language)}: {view.name}",
        "answer": wording.sentence(view, language),
        "explanation": wording.explanation_of(view, language),
        "facts": _facts(office, view, language),
        "answered": translate(language, N_("Answered")),
        "page": _page(view, language),
        "more": translate(language, N_("See the record")),
        "close": translate(language, N_("Close")),
        "width": width,
        "height": height,
    }
    said = json.dumps(content, sort_keys=True).encode()
    return {**content, "version": hashlib.sha256(said).hexdigest()[:12]}


def _facts(office: Office, view: View, language: str) -> list[tuple[str, str]]:
    known = [(N_("State"), wording.word_of(view, language))]
    if view.award is not None and view.state is not State.VOID:
        known += [
            (N_("From"), texts.day(view.award.first_day, language)),
            (N_("Up to and including"), texts.day(view.award.last_day, language)),
        ]
    known.append((N_("For"), view.name))
    if view.number:
        known.append((N_("Org. no."), view.number))
    if view.domains:
        known.append((N_("Websites"), ", ".join(proven.domain for proven in view.domains)))
    known.append((N_("Issued by"), office.settings.name))
    return [(translate(language, label), value) for label, value in known]


def unknown_words(language: str) -> str:
    """What is said where nothing is issued."""
    return translate(
        language,
        N_("Nothing is issued at this address. Who holds the mark stands in the register."),
    )


# For programs that look after links, and for those that look for facts.


def oembed_address(view: View, language: str) -> str:
    """Where a program that was given the page's address finds what to show of it."""
    query = urlencode({"url": _page(view, language), "format": "json"}, quote_via=quote)
    return f"{view.base_url}{OEMBED}?{query}"


def oembed(
    office: Office, view: View, language: str, room: tuple[int | None, int | None]
) -> dict[str, Any]:
    """The oEmbed answer (1.0, `photo`) that fits into `room`, its width and height.

    What asks keeps the answer for a long time, so it says nothing of the state.
    """
    variant = Variant(language)
    width, height = SEAL_SIZES[variant.form]
    bounds = zip(room, (width, height), strict=True)
    scale = min([1.0, *(most / side for most, side in bounds if most)])
    return {
        "version": "1.0",
        "type": "photo",
        "title": alternative(view, language),
        "url": view.base_url + seal_path(view.slug, variant),
        "width": max(1, int(width * scale)),
        "height": max(1, int(height * scale)),
        "provider_name": office.settings.name,
        "provider_url": view.base_url,
    }


def certification(office: Office, view: View, language: str) -> Mapping[str, Any] | None:
    """The facts of the page in the words of schema.org, None where nothing was ever held,
    or nothing can be told for certain."""
    award = view.award
    if award is None or view.state is State.VOID or view.unsure:
        return None
    mark = {
        "@type": "Certification",
        "name": view.programme.name(language),
        "certificationStatus": "https://schema.org/"
        + ("CertificationActive" if view.state.holds else "CertificationInactive"),
        "certificationIdentification": codes.grouped(award.code),
        "issuedBy": {
            "@type": "Organization",
            "name": office.settings.name,
            "url": f"{view.base_url}/issuer",
        },
        "validFrom": award.first_day.isoformat(),
        "expires": award.last_day.isoformat(),
        "url": view.address,
    }
    number = {"identifier": view.number} if view.number else {}
    site = {"url": f"https://{view.domains[0].domain}/"} if view.domains else {}
    return {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": view.name,
        **number,
        **site,
        "hasCertification": mark,
    }


def in_page(content: Mapping[str, Any]) -> str:
    """JSON that can stand in a page: nothing in it can end the element around it."""
    written = json.dumps(content, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written
