"""What the demo shop tells: the texts of its single-page section. Frozen data."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.demo.catalogue import Product
from server.demo.lookup import find as find_product


@dataclass(frozen=True, slots=True)
class Story:
    """One article. The picture is static/demo/img/stories/{slug}.svg."""

    slug: str
    title: str
    teaser: str
    minutes: int
    """How long it takes to read."""
    paragraphs: tuple[str, ...]
    quote: str
    product_slug: str
    """What the story is about, for the card at its end."""

    @property
    def product(self) -> Product:
        """The product that ``product_slug`` names; LookupError when the catalogue has lost it."""
        product = find_product(self.product_slug)
        if product is None:
            raise LookupError(f"story {self.slug!r} is about {self.product_slug!r}, which the catalogue does not have")
        return product


STORIES: tuple[Story, ...] = (
    Story(
        slug="two-ridges-one-sunbeam",
        title="Two ridges, one sunbeam",
        teaser="How to say good morning across eleven miles of nothing, with a mirror and some patience.",
        minutes=4,
        paragraphs=(
            "The first thing to know is that the sun does the work. It throws a kilowatt on every square metre of the "
            "hill whether you ask or not, and a mirror the size of a saucer can post a little of that to one address.",
            "The second thing is that the address must be exact. A flat mirror makes a beam half a degree wide, as "
            "wide as the sun looks. At eleven miles that is a patch a hundred and sixty metres across: easy to hit, "
            "easier to miss. That is what the sighting arm is for. Put the white bead over your friend, put the "
            "shadow spot over the bead, and stop breathing.",
            "Then tap. The key tilts the glass by one degree and the light leaves your friend's eye; let go and it "
            "comes back. Short, long, short. On a good day eight words a minute, and nobody between the two of you "
            "will know that anything has been said at all.",
        ),
        quote="Put the white bead over your friend, put the shadow spot over the bead, and stop breathing.",
        product_slug="pocket-heliograph",
    ),
    Story(
        slug="the-kitchen-forecast",
        title="The kitchen forecast",
        teaser="Why a needle on a wall still beats a picture of a cloud with a number under it.",
        minutes=3,
        paragraphs=(
            "A barometer does not know what the weather will be. It knows one thing, how heavy the air is on your own "
            "kitchen, and it is never wrong about it. All the rest is you.",
            "Look at it at breakfast and set the brass hand over the blue one. Look again at noon. If the blue hand "
            "has walked left by three or four, bring in the washing. If it has run, bring in the sheep.",
            "After a year you will know what your own valley does on a falling glass with the wind in the west, which "
            "is more than any satellite has ever troubled to find out.",
        ),
        quote="It knows one thing, how heavy the air is on your own kitchen, and it is never wrong about it.",
        product_slug="fair-enough-barometer",
    ),
    Story(
        slug="a-night-with-the-curlew",
        title="A night with the Curlew",
        teaser="Four moons, a tripod made of firewood, and the best seat in the county.",
        minutes=5,
        paragraphs=(
            "We took the telescope up to the sheepfold after the rain had gone through. The tripod was at home on the "
            "kitchen table, so three fence posts and a bootlace had to do.",
            "At twenty times, Jupiter stops being a star. It has a size, the colour of weak tea, and beside it four "
            "grains of light in a row, where there had been three the night before. Somebody saw that in 1610 and it "
            "moved the earth. It still does, a little.",
            "At two the cloud came back. We folded the Curlew, click, click, click, and walked down by the lantern, "
            "and nobody said anything sensible until the kettle boiled.",
        ),
        quote="Somebody saw that in 1610 and it moved the earth. It still does, a little.",
        product_slug="curlew-telescope",
    ),
    Story(
        slug="in-praise-of-the-chip",
        title="In praise of the chip",
        teaser="Every enamel mug starts its life perfect. We think that this is a phase.",
        minutes=2,
        paragraphs=(
            "A new enamel mug belongs to nobody. Then it is dropped on a doorstep, or down a scree, or by a child who "
            "was told to be careful, and a black moon appears on its side. From then on it is yours, and anyone can "
            "see it.",
            "We are asked whether we take back chipped mugs. We do. We keep them on the long shelf in the workshop "
            "and give them to visitors, who always choose the worst one.",
        ),
        quote="A new enamel mug belongs to nobody.",
        product_slug="trig-point-mug",
    ),
)


def find(slug: str) -> Story | None:
    """The story with this slug, or None."""
    return next((story for story in STORIES if story.slug == slug), None)


def others(story: Story) -> Sequence[Story]:
    """The stories to read after this one."""
    return [other for other in STORIES if other is not story]
