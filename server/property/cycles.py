"""Things that need each other: finding a circle, and an order."""

from collections.abc import Collection, Mapping, Sequence


def find_cycle(needs: Mapping[str, Collection[str]]) -> Sequence[str]:
    """One circle, its first name repeated at its end; empty when there is none. Names nobody knows are ignored."""
    done: set[str] = set()
    for start in needs:
        # Depth first without recursion: each entry is a name on the way, and what of its needs is still to be seen.
        way: dict[str, list[str]] = {}
        if start not in done:
            way[start] = sorted(needs[start])
        while way:
            name = next(reversed(way))
            if not way[name]:
                done.add(name)
                del way[name]
                continue
            following = way[name].pop()
            if following in way:
                names = list(way)
                return [*names[names.index(following) :], following]
            if following in needs and following not in done:
                way[following] = sorted(needs[following])
    return ()


def in_order(needs: Mapping[str, Collection[str]]) -> Sequence[str]:
    """Every name after those it needs, else in the order given. There must be no circle."""
    ordered: dict[str, None] = {}
    waiting = dict(needs)
    while waiting:
        name = next(each for each, needed in waiting.items() if not any(other in waiting for other in needed))
        ordered[name] = None
        del waiting[name]
    return list(ordered)
