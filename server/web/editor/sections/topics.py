"""Which settings stand together on which page, and what is said above them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Some settings that belong together. ``fields``: their names in the form, ``consent/default``."""

    title: str
    intro: str
    fields: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One page of settings. ``name``: in its address."""

    name: str
    label: str
    title: str
    lead: str
    icon: str
    clauses: Sequence[Clause]

    @property
    def sections(self) -> Sequence[str]:
        """The parts of the document that it edits."""
        names = (name.partition("/")[0] for clause in self.clauses for name in clause.fields)
        return tuple(dict.fromkeys(names))


TOPICS: Sequence[Topic] = (
    Topic(
        name="privacy",
        label="Consent and privacy",
        title="Consent and privacy",
        lead="What visitors can agree to, what happens before they do, and what your rules never get to read.",
        icon="shield",
        clauses=(
            Clause(
                title="Before a visitor has said anything",
                intro="",
                fields=("consent/default", "consent/whilePending"),
            ),
            Clause(
                title="What a visitor can agree to",
                intro="Each rule needs all of these, unless it names the ones that it needs.",
                fields=("consent/purposes",),
            ),
            Clause(
                title="Where the answer comes from",
                intro="A consent dialogue that speaks the IAB's framework (TCF 2) is asked by itself. For any other, "
                'the page calls `heliograph("setConsent", …)`, in the form of Adobe\'s standard 2.0, or a rule has '
                "the action Set consent: then leave these empty.",
                fields=("consent/source/map",),
            ),
            Clause(
                title="When a visitor refuses",
                intro="",
                fields=("consent/whenDenied", "consent/gpc/deny", "consent/dnt/deny"),
            ),
            Clause(
                title="What is never read",
                intro="Passwords, one-time codes, payment cards and elements that the page marks with `data-private` "
                "never are, whatever stands here.",
                fields=("privacy/neverRead", "privacy/mask"),
            ),
            Clause(
                title="Addresses of pages",
                intro="Addresses often carry what should not be kept: e-mail addresses in newsletters' links, tokens, "
                "search terms.",
                fields=("privacy/urlParams/on", "privacy/urlParams/keep"),
            ),
            Clause(
                title="What is kept in the browser",
                intro="",
                fields=("privacy/cookieless",),
            ),
        ),
    ),
    Topic(
        name="data-layer",
        label="Data layer",
        title="Data layer",
        lead="Where your pages say what they show: products, orders, the kind of page.",
        icon="value",
        clauses=(
            Clause(
                title="On your pages",
                intro="",
                fields=("dataLayer/type", "dataLayer/name", "dataLayer/resetOnRoute"),
            ),
        ),
    ),
    Topic(
        name="links",
        label="Clicks on links",
        title="Clicks on links",
        lead="Collected without a rule, in the fields of Adobe's Web SDK.",
        icon="send",
        clauses=(
            Clause(
                title="Which clicks",
                intro="",
                fields=("linkClicks/on", "linkClicks/collect", "linkClicks/extensions"),
            ),
            Clause(
                title="How they are sent",
                intro="",
                fields=("linkClicks/group", "linkClicks/consent"),
            ),
        ),
    ),
    Topic(
        name="about",
        label="Sites and sending",
        title="Sites and sending",
        lead="What the property is called, which sites it is on, and where each environment sends.",
        icon="property",
        clauses=(
            Clause(
                title="The property",
                intro="",
                fields=("property/name", "property/owner", "property/description", "property/notes"),
            ),
            Clause(
                title="Its sites",
                intro="",
                fields=("property/domains",),
            ),
            Clause(
                title="Where events go",
                intro="",
                fields=("environments/development", "environments/staging", "environments/production"),
            ),
            Clause(
                title="What every event has by itself",
                intro="Fields that you map yourself stand on the page Every event.",
                fields=("xdm/context", "xdm/schema"),
            ),
            Clause(
                title="Limits",
                intro="",
                fields=("property/settings/runtimeBudgetKb", "property/settings/customCode"),
            ),
        ),
    ),
)
"""In the order of the navigation."""
