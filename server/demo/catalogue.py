"""What the demo shop sells. Frozen data: the pages, the price list and the tests read the same products."""

from dataclasses import dataclass

CURRENCY = "EUR"

# The shop's terms. Prices hold the tax already; delivery costs nothing from the second sum on.
TAX_RATE = 0.19
DELIVERY_CENTS = 490
FREE_DELIVERY_FROM_CENTS = 10000


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the shop."""

    id: str
    name: str
    blurb: str


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that can be bought. The picture is static/demo/img/products/{slug}.svg."""

    sku: str
    slug: str
    name: str
    category: Category
    price_cents: int
    """With tax, in hundredths of CURRENCY."""
    blurb: str
    """One line, for cards and search."""
    story: tuple[str, ...]
    """Paragraphs, for the product's own page."""
    details: tuple[tuple[str, str], ...]
    """What it is made of, in (label, value) pairs."""
    is_available: bool = True

    @property
    def price(self) -> str:
        """As machines read it: ``89.00``."""
        return f"{self.price_cents // 100}.{self.price_cents % 100:02d}"

    @property
    def price_text(self) -> str:
        """As people read it: ``€89.00``."""
        return f"€{self.price}"


SIGNALS = Category("signals", "Signals", "Light, sound and a clear line of sight.")
OPTICS = Category("optics", "Optics", "Glass that brings the far hill close.")
NAVIGATION = Category("navigation", "Navigation", "Know where you stand before you set off.")
CAMP = Category("camp", "Weather & camp", "For the hut, the kitchen wall and the long evening.")

CATEGORIES: tuple[Category, ...] = (SIGNALS, OPTICS, NAVIGATION, CAMP)

PRODUCTS: tuple[Product, ...] = (
    Product(
        sku="RM-1001",
        slug="pocket-heliograph",
        name="Pocket Heliograph",
        category=SIGNALS,
        price_cents=8900,
        blurb="A four-inch mirror, a sighting arm and a key: conversation over thirty miles.",
        story=(
            "Set the mirror to the sun, line up the sighting arm with your friend on the next ridge, and tap. The "
            "spring key tilts the glass by one degree, which is all it takes to say hello across a valley.",
            "Ours folds into a coat pocket, stands on any camera tripod and comes with a card that has the alphabet "
            "on one side and useful phrases on the other. “Kettle on” is the one you will use most.",
        ),
        details=(
            ("Mirror", "Front-silvered, 102 mm"),
            ("Body", "Turned brass, lacquered"),
            ("Reach", "48 km in clear air"),
            ("Weight", "410 g"),
        ),
    ),
    Product(
        sku="RM-2001",
        slug="curlew-telescope",
        name="Curlew Telescope",
        category=OPTICS,
        price_cents=24000,
        blurb="Three draws of brass, twenty times closer, and a leather sleeve that smells right.",
        story=(
            "A telescope should open with a sound. The Curlew's three draws run in felt and stop with a soft click, "
            "one after the other, until the far bank of the estuary is standing in front of you.",
            "The glass is new and fully coated. Everything else would be familiar to a pilot of 1880.",
        ),
        details=(
            ("Magnification", "20 × 50"),
            ("Length", "23 cm closed, 61 cm open"),
            ("Body", "Brass, oak-tanned leather"),
            ("Weight", "980 g"),
        ),
    ),
    Product(
        sku="RM-3001",
        slug="true-north-compass",
        name="True North Compass",
        category=NAVIGATION,
        price_cents=7500,
        blurb="A sighting compass with a mirror lid, damped so that it settles in three seconds.",
        story=(
            "Look over the notch at the summit and under the mirror at the needle, both at once. The housing is "
            "filled with clear oil, so the needle arrives without a dance.",
            "Declination is set with the little key that lives under the strap. It has never been lost yet, because "
            "it cannot be taken off.",
        ),
        details=(
            ("Graduation", "1°, luminous cardinal points"),
            ("Housing", "Anodised aluminium, oil filled"),
            ("Works from", "−30 °C to 50 °C"),
            ("Weight", "95 g"),
        ),
    ),
    Product(
        sku="RM-4001",
        slug="fair-enough-barometer",
        name="Fair Enough Barometer",
        category=CAMP,
        price_cents=11800,
        blurb="An honest dial. It says storm, rain, change, fair enough, and very dry.",
        story=(
            "We asked forty hill farmers for the words that should be on a barometer. These are the ones that can be "
            "printed.",
            "The movement is an aneroid capsule that needs no power and will outlive the wall that it hangs on. Tap "
            "it every morning, for form's sake.",
        ),
        details=(
            ("Range", "960 to 1060 hPa"),
            ("Dial", "Enamelled steel, 140 mm"),
            ("Case", "Spun brass, ash backplate"),
            ("Set by", "One screw, once"),
        ),
    ),
    Product(
        sku="RM-1002",
        slug="wink-rescue-mirror",
        name="Wink Rescue Mirror",
        category=SIGNALS,
        price_cents=1950,
        blurb="A postcard of polished steel with an aiming hole. It floats, it fits, it flashes.",
        story=(
            "Look through the hole, find the bright spot, lay the spot on whoever should notice you. A child can do "
            "it, and on our open day forty of them did, all at once.",
        ),
        details=(
            ("Size", "76 × 51 mm, 2 mm thin"),
            ("Material", "Polished steel on cork"),
            ("Seen from", "16 km"),
            ("Weight", "48 g"),
        ),
    ),
    Product(
        sku="RM-2002",
        slug="peewit-binoculars",
        name="Peewit Binoculars",
        category=OPTICS,
        price_cents=18900,
        blurb="Eight by thirty-two, light enough for a whole day, sharp out to the edge.",
        story=(
            "The pair that we carry ourselves. Wide enough to find a bird in a hedge, light enough to be forgotten "
            "around the neck, and closed against the rain that the bird was sheltering from.",
        ),
        details=(
            ("Magnification", "8 × 32"),
            ("Field of view", "143 m at 1000 m"),
            ("Sealed", "Nitrogen filled, to 1.5 m"),
            ("Weight", "510 g"),
        ),
    ),
    Product(
        sku="RM-3002",
        slug="meridian-sextant",
        name="Meridian Sextant",
        category=NAVIGATION,
        price_cents=42000,
        blurb="The full instrument, divided by hand. One bench, one maker, eleven weeks.",
        story=(
            "Ana divides each arc herself and signs it on the back. She makes five a year and will not be hurried; we "
            "have stopped trying.",
            "The next five are due at midsummer. Leave us your address below and you will hear from us first.",
        ),
        details=(
            ("Arc", "130°, silvered, vernier to 10″"),
            ("Frame", "Cast bronze"),
            ("Telescope", "4 × 40"),
            ("Case", "Walnut, felt lined"),
        ),
        is_available=False,
    ),
    Product(
        sku="RM-4002",
        slug="trig-point-mug",
        name="Trig Point Mug",
        category=CAMP,
        price_cents=1600,
        blurb="Enamel, half a litre, with the height of your favourite hill on the bottom.",
        story=(
            "Two coats of cream enamel over steel, a rim of hill-pond blue, and a small concrete pillar drawn by "
            "somebody who has leaned on many of them. It will chip. That is how you will know it is yours.",
        ),
        details=(
            ("Holds", "500 ml"),
            ("Material", "Enamelled steel"),
            ("Stands on", "Fire, stove, wall, knee"),
            ("Weight", "160 g"),
        ),
    ),
    Product(
        sku="RM-1003",
        slug="vesper-lantern",
        name="Vesper Storm Lantern",
        category=SIGNALS,
        price_cents=6400,
        blurb="Twenty hours of steady light, with a shutter for those who have something to say.",
        story=(
            "A storm lantern with a lever on its side. Press it and the shutter drops: long for a dash, short for a "
            "dot. At all other times it is simply the nicest light to read by.",
        ),
        details=(
            ("Burns", "20 hours on 340 ml"),
            ("Glass", "Borosilicate, replaceable"),
            ("Height", "27 cm"),
            ("Weight", "720 g"),
        ),
    ),
    Product(
        sku="RM-2003",
        slug="dewdrop-hand-lens",
        name="Dewdrop Hand Lens",
        category=OPTICS,
        price_cents=2800,
        blurb="Ten times larger: moss becomes a forest and a stamp becomes a landscape.",
        story=(
            "A doublet in a folding case, on a cord, in the pocket of everybody who works here. Hold it close to the "
            "eye and bring the moss to it, not the other way round.",
        ),
        details=(
            ("Magnification", "10 ×, 18 mm doublet"),
            ("Case", "Nickel silver, swivel"),
            ("Cord", "Waxed cotton, 90 cm"),
            ("Weight", "38 g"),
        ),
    ),
    Product(
        sku="RM-3003",
        slug="noon-pocket-sundial",
        name="Noon Pocket Sundial",
        category=NAVIGATION,
        price_cents=4600,
        blurb="Tells the time wherever there is sun, and politely says nothing where there is none.",
        story=(
            "Fold up the gnomon, turn the plate to the north and read the shadow. It is accurate to five minutes, "
            "which is the amount by which it lets you be late.",
        ),
        details=(
            ("Latitude", "Adjustable, 30° to 65°"),
            ("Plate", "Etched brass, 64 mm"),
            ("Needs winding", "Never"),
            ("Weight", "85 g"),
        ),
    ),
    Product(
        sku="RM-1004",
        slug="wren-whistle",
        name="Wren Whistle",
        category=SIGNALS,
        price_cents=1250,
        blurb="A very small whistle with a very large opinion. Six blasts a minute means help.",
        story=(
            "Named for the smallest bird with the loudest voice. There is no pea inside to freeze or to lose, and the "
            "mouthpiece is sleeved so that January does not take your lip.",
        ),
        details=(
            ("Loudness", "112 dB at one metre"),
            ("Body", "Pressed brass, nickelled"),
            ("Heard from", "1.6 km"),
            ("Weight", "18 g"),
        ),
    ),
)
