import re

from server.web.views.sparkline import BAR_MS, BARS, HEIGHT, WIDTH, sparkline
from tests.builders import NOON_MS


def counts(**at: int) -> list[int]:
    """``b3=5``: five in the fourth bar."""
    found = [0] * BARS
    for name, count in at.items():
        found[int(name[1:])] = count
    return found


def bars(path: str) -> list[tuple[float, float]]:
    """(x, height) of each."""
    return [(float(x), float(height)) for x, height in re.findall(r"M([\d.]+) \d+v-([\d.]+)h", path)]


def test_the_highest_bar_fills_the_drawing_and_nothing_is_no_bar() -> None:
    drawn = bars(sparkline(counts(b0=10, b47=5), what="Events", start_ms=NOON_MS).path)

    assert [height for _, height in drawn] == [HEIGHT, HEIGHT / 2]
    assert drawn[0][0] == 0
    assert drawn[1][0] < WIDTH


def test_one_event_beside_thousands_is_seen() -> None:
    (_, least), _ = bars(sparkline(counts(b1=1, b2=10_000), what="Events", start_ms=NOON_MS).path)

    assert least > 1


def test_it_says_in_words_what_it_shows() -> None:
    made = sparkline(counts(b2=1_200, b3=30), what="Purchases", start_ms=NOON_MS)

    assert made.label == "Purchases by half hours over a day: 1,230 in all, at most 1,200, at 13:00 UTC"
    assert sparkline([0] * BARS, what="Events", start_ms=NOON_MS).label == "Events by half hours over a day: none"
    assert BARS * BAR_MS == 86_400_000
