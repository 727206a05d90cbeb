"""Which tokens may stand at a place of the document, and what is wrong with the templates that stand there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.model.container import DataToken, FactToken, Text, Token
from server.model.json import Json
from server.model.property import Fault
from server.property.cursor import TemplateError
from server.property.modules import OPEN_FACTS, Module
from server.property.names import cure
from server.property.tokens import ParsedTemplate, parse_template


@dataclass(frozen=True, slots=True)
class Scope:
    """``names``: the data elements there are. ``events``: whose facts and element can be read, empty for nobody's."""

    names: frozenset[str]
    events: Sequence[Module] = ()
    has_item: bool = False

    def of_item(self) -> "Scope":
        """Inside of `each … as`."""
        return replace(self, has_item=True)


def template_faults(text: Json, pointer: str, scope: Scope) -> Iterator[Fault]:
    """What is wrong with one text that may hold tokens; anything but a text is a literal and fine."""
    if not isinstance(text, str):
        return
    try:
        template = parse_template(text)
    except TemplateError as error:
        yield _unreadable(error, pointer)
        return
    for token in tokens_of(template):
        yield from _token_faults(token, pointer, scope)


def tokens_of(template: ParsedTemplate) -> Sequence[Token]:
    """The tokens in a template, in order."""
    match template:
        case str():
            return ()
        case Text(parts=parts):
            return [part for part in parts if not isinstance(part, str)]
        case _:
            return (template,)


def _unreadable(error: TemplateError, pointer: str) -> Fault:
    first, _, rest = error.message.partition(". ")
    message = f"The text cannot be read from character {error.position + 1} on: {first.removesuffix('.')}."
    return Fault(pointer, message, rest or "A token is written like `%pageName%` or `%this[href] | stripQuery%`.")


def _token_faults(token: Token, pointer: str, scope: Scope) -> Iterator[Fault]:
    match token:
        case DataToken(name=name) if name not in scope.names:
            yield Fault(pointer, f"There is no data element `{name}`.", cure(name, scope.names))
        case DataToken():
            return
        case FactToken(root="item") if not scope.has_item:
            yield Fault(
                pointer, "`%item%` means an entry of a list, and here is none.", "Use it inside of `each … as`."
            )
        case FactToken(root="item"):
            return
        case _ if not scope.events:
            what = token.root if isinstance(token, FactToken) else "this"
            message = f"`%{what}%` belongs to one event of a rule, and this place belongs to none."
            yield Fault(pointer, message, "Use a data element here, or move the line into the rule.")
        case FactToken(root="old") if any(not event.has_open_facts for event in scope.events):
            event = next(event for event in scope.events if not event.has_open_facts)
            message = f"`%old%` is what the data layer was before; an event `{event.type}` has no such thing."
            yield Fault(pointer, message, "Use `%event.…%`, or make a rule of its own for the data-layer event.")
        case FactToken(root="event", path=(str() as fact, *_)):
            yield from _fact_faults(fact, pointer, scope)
        case _:
            return


def _fact_faults(fact: str, pointer: str, scope: Scope) -> Iterator[Fault]:
    for event in scope.events:
        if event.has_open_facts or fact in event.facts:
            continue
        known = [name for name in event.facts if name != OPEN_FACTS]
        yield Fault(pointer, f"An event `{event.type}` has no `%event.{fact}%`.", cure(fact, known))
        return
