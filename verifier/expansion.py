"""JSON-LD expansion by PyLD, made to speak up wherever it would drop something in silence.

PyLD's processor offers one call-back for lost members; the other losses, and what breaks the
promises of `verifier.canonical`, are found by standing in the way of the methods through which
every value, object and context of a document passes.
"""

import copy
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pyld import ContextResolver, jsonld

from verifier import contexts as on_board
from verifier import work
from verifier.canonical import MAX_CONTEXT_WORK, DataLoss, InvalidJsonLd, WorkLimit
from verifier.context_tables import cost
from verifier.contexts import UnknownContext
from verifier.to_rdf import is_absolute

MAX_OWN_DEFINITIONS = 500
"""Members of all contexts, and of their definitions, that the document writes itself."""

ActiveContext: TypeAlias = Any  # PyLD's, a mapping

_KEYWORD_LIKE = re.compile(r"@[A-Za-z]+")
_MEMBER_KEYWORDS = {"@id", "@type", "@value", "@language", "@list", "@set"}
_MAPS = {"@id", "@index", "@language", "@type"}
_NOT_IN_OWN_CONTEXT = {"@base", "@direction", "@import", "@propagate"}
_OURS = (DataLoss, InvalidJsonLd, WorkLimit, UnknownContext)

_of_this_thread = threading.local()


def expand(document: dict[str, Any], contexts: Mapping[str, Any] | None = None) -> list[Any]:
    """Return `document` expanded (JSON-LD 1.1 API, section 5.1), without a base address.

    `document` is plain JSON of bounded size. Raises `DataLoss`, `InvalidJsonLd`, `WorkLimit` and
    `UnknownContext`.
    """
    options = {
        "base": None,
        "processingMode": "json-ld-1.1",
        "documentLoader": _refuse,
        "contextResolver": _resolver(document, contexts),
    }
    try:
        expanded: list[Any] = _Processor().expand(document, options)
    except Exception as error:  # KeyError and the like, too, on contexts PyLD did not foresee
        raise _cause(error) from None
    return expanded


def _resolver(document: Any, contexts: Mapping[str, Any] | None) -> ContextResolver:
    """What keeps processed contexts. Kept from one document to the next only where no document
    can write into it: in this thread, for the contexts on board alone."""
    known = on_board.load() if contexts is None else contexts

    def load(url: str, _: Any) -> dict[str, Any]:
        if url not in known:
            raise UnknownContext(url)
        # PyLD writes into what it is given.
        context = copy.deepcopy(known[url])
        return {"document": context, "contextUrl": None, "documentUrl": url, "tag": "static"}

    if _writes_contexts(document):
        return _Forgetful({}, load)
    if contexts is not None:
        return ContextResolver({}, load)
    if not hasattr(_of_this_thread, "cache"):
        _of_this_thread.cache = {}
    return ContextResolver(_of_this_thread.cache, load)


def _writes_contexts(value: Any) -> bool:
    """Whether some object may hold a context of its own, rather than the addresses of contexts."""
    if isinstance(value, list):
        return any(map(_writes_contexts, value))
    if not isinstance(value, dict):
        return False
    context = value.get("@context")
    own = context if isinstance(context, list) else [context]
    return any(isinstance(item, dict) for item in own) or any(
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
    """The processor for one document. The methods are PyLD's, each with something in its way."""

    def __init__(self) -> None:
        super().__init__()
        self._work_left = MAX_CONTEXT_WORK
        self._within_context = False
        self._definitions = 0
        self._own_terms: set[str] = set()
        self._last_terms: tuple[Mapping[str, Any], dict[str, list[str]]] = {}, {}

    def _expand(
        self,
        active_ctx: ActiveContext,
        active_property: str | None,
        element: Any,
        options: Any,
        inside_list: bool = False,
        inside_index: bool = False,
        type_scoped_ctx: Any = None,
    ) -> Any:
        """No value becomes nothing, and no array disappears in another."""
        name = active_property or "the document"
        if element == [] and not (inside_list or _is_list(active_ctx, active_property)):
            raise DataLoss(name, "is empty, which leaves no trace")
        if isinstance(element, list) and any(isinstance(item, list) for item in element):
            raise InvalidJsonLd(f"{name!a} holds an array inside an array")
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
            raise DataLoss(name, "says nothing that leaves a trace")
        return result

    def _expand_object(
        self,
        active_ctx: ActiveContext,
        active_property: str | None,
        expanded_active_property: str | None,
        element: dict[str, Any],
        expanded_parent: Any,
        options: Any,
        inside_list: bool = False,
        type_key: str | None = None,
        type_scoped_ctx: ActiveContext = None,
    ) -> None:
        """Every member leaves a trace, and has one meaning and one name."""
        names: dict[str, str] = {}
        for name, value in element.items():
            if name == "@context":
                continue
            meaning = self._meaning_of(active_ctx, name)
            if meaning.startswith("@"):
                self._check_keyword(active_ctx, name, meaning, value)
            if meaning == "@type":
                self._check_types(type_scoped_ctx, value)
            if meaning in names:
                raise InvalidJsonLd(f"{names[meaning]!a} and {name!a} have one meaning")
            names[meaning] = name
        if "@value" not in names:  # which nobody reads, and everybody writes with the raw @type
            self._check_names(active_ctx, names)
        super()._expand_object(
            active_ctx,
            active_property,
            expanded_active_property,
            element,
            expanded_parent,
            options,
            inside_list=inside_list,
            type_key=type_key,
            type_scoped_ctx=type_scoped_ctx,
        )

    def _expand_value(
        self, active_ctx: ActiveContext, active_property: str, value: Any, options: Any
    ) -> Any:
        """An address is the one that is written."""
        result = super()._expand_value(active_ctx, active_property, value, options)
        if _mapping(active_ctx, active_property).get("@type") == "@id" and isinstance(value, str):
            _check_address(value, result["@id"])
        return result

    def _prepare_nested_context(self, active_ctx: ActiveContext, element: Any, options: Any) -> Any:
        """The document's own contexts are looked at before they are put in force."""
        if "@context" in element:
            self._check_own_context(element["@context"])
        return super()._prepare_nested_context(active_ctx, element, options)

    def _process_context(
        self, active_ctx: ActiveContext, local_ctx: Any, *arguments: Any, **named: Any
    ) -> Any:
        """Putting contexts in force is counted."""
        # Only the outermost call: how many follow depends on what is remembered already.
        if self._within_context:
            return super()._process_context(active_ctx, local_ctx, *arguments, **named)
        asked = cost(local_ctx)
        work.spend(work.PER_CONTEXT * asked)
        self._work_left -= asked
        if self._work_left < 0:
            raise WorkLimit("the document puts too many contexts in force")
        self._within_context = True
        try:
            return super()._process_context(active_ctx, local_ctx, *arguments, **named)
        finally:
            self._within_context = False

    def _create_term_definition(
        self, active_ctx: ActiveContext, local_ctx: Any, term: str, *arguments: Any, **named: Any
    ) -> None:
        """The document's own contexts give no term another meaning.

        Open Badges contexts up to 3.0.1 protect nothing: whoever could swap the meanings of two
        terms could swap their values, and leave the signature intact.
        """
        before = _mapping(active_ctx, term) if term in self._own_terms else None
        super()._create_term_definition(active_ctx, local_ctx, term, *arguments, **named)
        if before and before != _mapping(active_ctx, term):
            raise InvalidJsonLd(f"the document's own context gives {term!a} another meaning")

    def _meaning_of(self, active_ctx: ActiveContext, name: str) -> str:
        meaning = self._expand_iri(active_ctx, name, vocab=True)
        if not isinstance(meaning, str) or not (meaning.startswith("@") or is_absolute(meaning)):
            raise DataLoss(name, "is not defined by the document's contexts")
        mapping = _mapping(active_ctx, name)
        if mapping.get("reverse") or _MAPS.intersection(mapping.get("@container", ())):
            raise InvalidJsonLd(f"{name!a} is a map or a reverse property")
        return meaning

    def _check_keyword(
        self, active_ctx: ActiveContext, name: str, keyword: str, value: Any
    ) -> None:
        if keyword not in _MEMBER_KEYWORDS:
            raise InvalidJsonLd(f"{name!a} ({keyword}) has no place in a credential")
        if (value == [] and keyword != "@list") or (value is None and keyword != "@value"):
            raise DataLoss(name, "is empty, which leaves no trace")
        if keyword == "@id" and isinstance(value, str):
            _check_address(value, self._expand_iri(active_ctx, value))

    def _check_types(self, type_scoped_ctx: ActiveContext, value: Any) -> None:
        kinds = value if isinstance(value, list) else [value]
        names = {}
        for kind in kinds:
            if isinstance(kind, str):
                meaning = self._expand_iri(type_scoped_ctx, kind, vocab=True)
                if meaning is None:
                    raise DataLoss(kind, "is no type")
                names[meaning] = kind
        self._check_names(type_scoped_ctx, names)

    def _check_names(self, active_ctx: ActiveContext, names: Mapping[str, str]) -> None:
        """Refuse a name (meaning -> name) that stands in for a term of the contexts in force."""
        # A term of a context on board is its own proper name, and it may share its meaning with
        # another: Open Badges gives its class Criteria and its property criteria one IRI.
        mappings = active_ctx["mappings"]
        improper = {
            meaning: name
            for meaning, name in names.items()
            if name not in mappings or name in self._own_terms
        }
        if not improper:
            return
        terms = self._terms_by_meaning(mappings)
        for meaning, name in improper.items():
            for term in terms.get(meaning, ()):
                if term != name:
                    raise InvalidJsonLd(f"{name!a} has a name already: {term!a}")

    def _terms_by_meaning(self, mappings: Mapping[str, Any]) -> Mapping[str, list[str]]:
        """Worked out once for the contexts of a place: a document may have many objects there."""
        known, terms = self._last_terms
        if known is not mappings:
            terms = {}
            for term, mapping in mappings.items():
                if mapping:
                    terms.setdefault(mapping["@id"], []).append(term)
            self._last_terms = mappings, terms
        return terms

    def _check_own_context(self, context: Any) -> None:
        """Refuse what PyLD would skip with a warning, or let change a context on board."""
        if isinstance(context, list):
            for item in context:
                self._check_own_context(item)
        elif isinstance(context, dict):
            self._definitions += len(context)
            if self._definitions > MAX_OWN_DEFINITIONS:
                raise WorkLimit(f"more than {MAX_OWN_DEFINITIONS} definitions of its own")
            _check_keywords(context)
            self._own_terms.update(context)
            for item in context.values():
                self._check_own_context(item)


def _mapping(active_ctx: ActiveContext, term: str | None) -> Any:
    """How a term is mapped, whether protected or not; empty where it is no term."""
    mapping = active_ctx["mappings"].get(term) or {}
    return {name: value for name, value in mapping.items() if name != "protected"}


def _is_list(active_ctx: ActiveContext, active_property: str | None) -> bool:
    return "@list" in _mapping(active_ctx, active_property).get("@container", ())


def _check_address(written: str, expanded: Any) -> None:
    if expanded is None:
        raise DataLoss(written, "is no address")
    # A prefix of the document's own could make an address look like another one.
    if expanded != written or written.startswith("_:"):
        raise InvalidJsonLd(f"{written!a} is not an address written in full")


def _check_keywords(context: dict[str, Any]) -> None:
    if odd := context.keys() & _NOT_IN_OWN_CONTEXT:
        raise InvalidJsonLd(f"a context of the document's own uses {min(odd)}")
    texts: Iterable[Any] = (*context, *context.values())
    for text in texts:
        if isinstance(text, str) and _KEYWORD_LIKE.fullmatch(text) and text not in jsonld.KEYWORDS:
            raise InvalidJsonLd(f"{text!a} looks like a keyword and is none")


def _refuse(url: str, _: Any) -> Any:
    """In place of PyLD's own loader, which would go to the network."""
    raise UnknownContext(url)


def _cause(error: BaseException) -> Exception:
    """The exception of ours that PyLD wrapped into its own, or one that names PyLD's."""
    codes = []
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, _OURS):
            return cause
        if isinstance(cause, RecursionError):
            return WorkLimit("the document leads too deep")
        codes.append(str(getattr(cause, "code", None) or type(cause).__name__))
        cause = cause.__cause__ or cause.__context__
    return InvalidJsonLd(f"JSON-LD refuses the document: {', '.join(codes)}")
