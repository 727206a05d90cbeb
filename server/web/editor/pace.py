"""How often a rule runs and how fast its events go: limit, sample and batch while they are edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.model.json import Json, JsonObject
from server.web.editor.branches import Branch
from server.web.editor.literals import read_number, write_literal
from server.web.editor.rest import read_rest, rest_of

SHOWN_KEYS: Mapping[str, frozenset[str]] = {
    "limit": frozenset({"times", "per", "within", "key"}),
    "sample": frozenset({"rate", "sticky"}),
    "batch": frozenset({"window", "max"}),
}
"""Members of each that the form shows."""

# A share with more digits means nothing, and 0.07 * 100 is not quite 7.
_SHARE_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """All as written. ``within``: a duration; empty: as long as the scope. ``key``: a text with tokens."""

    times: str = "1"
    per: str = "visitor"
    within: str = ""
    key: str = ""
    rest: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """``percent``: as written. ``sticky``: of what all events count or none; empty: each is drawn by itself."""

    percent: str = "10"
    sticky: str = "visitor"
    rest: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """As written. ``window``: a duration. ``most``: events; empty: as many as usual."""

    window: str = "2s"
    most: str = ""
    rest: JsonObject = field(default_factory=dict)


def limit_of(limit: JsonObject | None) -> Limit | None:
    """Of the document."""
    if limit is None:
        return None
    said = {key: str(limit.get(key, "")) for key in ("times", "per", "within", "key")}
    return Limit(**said, rest=rest_of(limit, SHOWN_KEYS["limit"]))


def sample_of(sample: JsonObject | None) -> Sample | None:
    """Of the document."""
    if sample is None:
        return None
    rate = sample.get("rate")
    percent = write_literal(_plain(rate * 100)) if isinstance(rate, int | float) else str(rate)
    return Sample(percent=percent, sticky=str(sample.get("sticky", "")), rest=rest_of(sample, SHOWN_KEYS["sample"]))


def batch_of(batch: JsonObject | None) -> Batch | None:
    """Of the document."""
    if batch is None:
        return None
    rest = rest_of(batch, SHOWN_KEYS["batch"])
    return Batch(window=str(batch.get("window", "")), most=str(batch.get("max", "")), rest=rest)


def read_limit(form: Branch) -> Limit | None:
    """What a form says; None where its box is not ticked."""
    if not form.text("is"):
        return None
    said = {key: form.text(key).strip() for key in ("times", "per", "within", "key")}
    return Limit(**said, rest=read_rest(form))


def read_sample(form: Branch) -> Sample | None:
    """The same."""
    if not form.text("is"):
        return None
    return Sample(percent=form.text("percent").strip(), sticky=form.text("sticky"), rest=read_rest(form))


def read_batch(form: Branch) -> Batch | None:
    """The same."""
    if not form.text("is"):
        return None
    return Batch(window=form.text("window").strip(), most=form.text("max").strip(), rest=read_rest(form))


def write_pace(limit: Limit | None, sample: Sample | None, batch: Batch | None) -> JsonObject:
    """The members of a rule; what cannot be read is written as it stands, and the check says what is wrong."""
    rule: dict[str, Json] = {}
    if limit is not None:
        said = {"within": limit.within, "key": limit.key}
        rule["limit"] = {"times": read_number(limit.times), "per": limit.per} | _said(said) | limit.rest
    if sample is not None:
        percent = read_number(sample.percent)
        rate = _plain(percent / 100) if isinstance(percent, int | float) else percent
        rule["sample"] = {"rate": rate} | _said({"sticky": sample.sticky}) | sample.rest
    if batch is not None:
        most = {"max": read_number(batch.most)} if batch.most else {}
        rule["batch"] = {"window": batch.window} | most | batch.rest
    return rule


def _said(texts: Mapping[str, str]) -> JsonObject:
    return {key: text for key, text in texts.items() if text}


def _plain(number: float) -> float | int:
    rounded = round(number, _SHARE_DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded
