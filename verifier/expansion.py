"""JSON-LD expansion by PyLD, made to speak up wherever it would drop something in silence.

PyLD's processor offers one call-back for lost members; the other losses are found by standing in
the way of the methods through which every value, object and context of a document passes.
"""

import copy
import re
import threading
from collections.abc import Mapping
from typing import Any

from pyld import ContextResolver, jsonld

from verifier import contexts as on_board
from verifier.canonical import DataLoss, InvalidJsonLd, WorkLimit
from verifier.contexts import UnknownContext
from verifier.to_rdf import is_absolute

MAX_CONTEXTS = 2_000
"""Contexts put in force, those that a type or a term brings with it included."""

MAX_OWN_DEFINITIONS = 500
"""JSON values in all contexts that the document writes itself."""

_KEYWORD_LIKE = re.compile(r"@[A-Za-z]+")
_MEMBER_KEYWORDS = {"@id", "@type", "@value", "@language", "@list", "@set"}
_MAPS = {"@id", "@index", "@language", "@type"}
_OURS = (DataLoss, InvalidJsonLd, WorkLimit, UnknownContext)

_of_this_thread = threading.local()


def expand(document: dict[str, Any], contexts: Mapping[str, Any] | None = None) -> list[Any]:
    """Return `document` expanded (JSON-LD 1.1 API, section 5.1), without a base address.

    `document` is plain JSON of bounded size. Raises `DataLoss`, `InvalidJsonLd`, `WorkLimit` and
    `UnknownContext`.
    """
    processor = _Processor()
    known = on_board.load() if contexts is None else contexts
    options = {
        "base": None,
        "processingMode": "json-ld-1.1",
        "documentLoader": _refuse,
        "contextResolver": _resolver(document, known, shared=contexts is None),
    }
    try:
        return processor.expand(document, options)  # type: ignore[no-any-return]
    except _OURS:
        raise
    except RecursionError:
        raise WorkLimit("the document leads too deep") from None
    except Exception as error:  # PyLD raises KeyError and the like on contexts it did not foresee
        raise _cause(error) from None


def _resolver(document: Any, known: Mapping[str, Any], *, shared: bool) -> ContextResolver:
    """What keeps processed contexts. Kept from one document to the next only where no document
    can write into it: in this thread, for the contexts on board alone."""

    def load(url: str, _: Any) -> dict[str, Any]:
        if url not in known:
            raise UnknownContext(url)
        # PyLD writes into what it is given.
        document = copy.deepcopy(known[url])
        return {"document": document, "contextUrl": None, "documentUrl": url, "tag": "static"}

    if _writes_contexts(document):
        return _Forgetful({}, load)
    if not shared:
        return ContextResolver({}, load)
    if not hasattr(_of_this_thread, "cache"):
        _of_this_thread.cache = {}
    return ContextResolver(_of_this_thread.cache, load)


def _writes_contexts(value: Any) -> bool:
    """Whether some object may hold a context of its own, rather than the addresses of contexts."""
    if isinstance(value, list):
        return any(_writes_contexts(item) for item in value)
    if not isinstance(value, dict):
        return False
    contexts = value.get("@context")
    own = contexts if isinstance(contexts, list) else [contexts]
    return any(isinstance(context, dict) for context in own) or any(
        _writes_contexts(item) for name, item in value.items() if name != "@context"
    )


class _Forgetful(ContextResolver):  # type: ignore[misc]
    """Remembers contexts by address only.

    PyLD keeps a processed context under its text, whether or not it was allowed to redefine
    protected terms. A document that repeats the text of a scoped context would be allowed to.
    """

    def _get(self, key: str) -> Any:
        return None if key.startswith("{") else super()._get(key)


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """The processor for one document. Parameters are PyLD's."""

    def __init__(self) -> None:
        super().__init__()
        self._contexts = 0
        self._definitions = 0
        self._own_terms: set[str] = set()

    def _expand(
        self,
        active_ctx: Any,
        active_property: str | None,
        element: Any,
        options: Any,
        inside_list: bool = False,
        inside_index: bool = False,
        type_scoped_ctx: Any = None,
    ) -> Any:
        if element is None:
            raise DataLoss(str(active_property), "is null, which leaves no trace")
        if element == [] and not (inside_list or _is_list(active_ctx, active_property)):
            raise DataLoss(str(active_property), "is empty, which leaves no trace")
        result = super()._expand(
            active_ctx,
            active_property,
            element,
            options,
            inside_list=inside_list,
            inside_index=inside_index,
            type_scoped_ctx=type_scoped_ctx,
        )
        if result is None:
            raise DataLoss(str(active_property), "says nothing that leaves a trace")
        return result

    def _expand_object(
        self,
        active_ctx: Any,
        active_property: str | None,
        expanded_active_property: str | None,
        element: dict[str, Any],
        *arguments: Any,
        **named: Any,
    ) -> None:
        self._check_members(active_ctx, element)
        super()._expand_object(
            active_ctx, active_property, expanded_active_property, element, *arguments, **named
        )

    def _prepare_nested_context(self, active_ctx: Any, element: Any, options: Any) -> Any:
        if "@context" in element:
            self._check_own_context(element["@context"])
        return super()._prepare_nested_context(active_ctx, element, options)

    def _process_context(
        self, active_ctx: Any, local_ctx: Any, *arguments: Any, **named: Any
    ) -> Any:
        self._contexts += len(local_ctx) if isinstance(local_ctx, list) else 1
        if self._contexts > MAX_CONTEXTS:
            raise WorkLimit(f"the document puts more than {MAX_CONTEXTS} contexts in force")
        return super()._process_context(active_ctx, local_ctx, *arguments, **named)

    def _check_members(self, active_ctx: Any, element: dict[str, Any]) -> None:
        """Every member must leave a trace, and have one meaning and one name."""
        mappings = active_ctx["mappings"]
        names: dict[str, str] = {}
        for name in element:
            if name == "@context":
                continue
            meaning = self._expand_iri(active_ctx, name, vocab=True)
            if meaning is None or not (meaning.startswith("@") or is_absolute(meaning)):
                raise DataLoss(name, "is not defined by the document's contexts")
            if meaning.startswith("@") and meaning not in _MEMBER_KEYWORDS:
                raise InvalidJsonLd(f"{name!a} ({meaning}) has no place in a credential")
            mapping = mappings.get(name) or {}
            if mapping.get("reverse") or _MAPS.intersection(mapping.get("@container", ())):
                raise InvalidJsonLd(f"{name!a} is a map or a reverse property")
            if meaning in names:
                raise InvalidJsonLd(f"{names[meaning]!a} and {name!a} have one meaning")
            names[meaning] = name
        # A term of a context on board is its own proper name, and it may share its meaning with
        # another: Open Badges gives its class Criteria and its property criteria one IRI.
        named_anew = {
            meaning: name
            for meaning, name in names.items()
            if name not in mappings or name in self._own_terms
        }
        if not named_anew:
            return
        for term, mapping in mappings.items():
            meaning = mapping and mapping["@id"]
            if meaning in named_anew and named_anew[meaning] != term:
                raise InvalidJsonLd(f"{named_anew[meaning]!a} has a name already: {term!a}")

    def _check_own_context(self, context: Any) -> None:
        """Refuse what PyLD would skip with a warning, or let change a context on board."""
        self._definitions += not isinstance(context, str)
        if self._definitions > MAX_OWN_DEFINITIONS:
            raise WorkLimit(f"the document's contexts hold more than {MAX_OWN_DEFINITIONS} values")
        if isinstance(context, list):
            for item in context:
                self._check_own_context(item)
        elif isinstance(context, dict):
            if context.keys() & {"@import", "@base"}:
                raise InvalidJsonLd("a context of the document's own uses @import or @base")
            self._own_terms.update(context)
            for name, item in context.items():
                for text in (name, item):
                    if _is_reserved(text):
                        raise InvalidJsonLd(f"{text!a} looks like a keyword and is none")
                self._check_own_context(item)


def _is_reserved(text: Any) -> bool:
    return (
        isinstance(text, str)
        and bool(_KEYWORD_LIKE.fullmatch(text))
        and text not in jsonld.KEYWORDS
    )


def _is_list(active_ctx: Any, active_property: str | None) -> bool:
    mapping = active_ctx["mappings"].get(active_property) or {}
    return "@list" in mapping.get("@container", ())


def _refuse(url: str, _: Any) -> Any:
    raise UnknownContext(url)


def _cause(error: BaseException) -> Exception:
    """The exception of ours that PyLD wrapped into its own, or one that names PyLD's."""
    codes = []
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _OURS):
            return cause
        codes.append(str(getattr(cause, "code", None) or type(cause).__name__))
        cause = cause.__cause__ or cause.__context__
    return InvalidJsonLd(f"JSON-LD refuses the document: {', '.join(codes)}")
