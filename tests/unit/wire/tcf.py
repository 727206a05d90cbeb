"""TC strings made to measure: bit by bit, as the IAB's format says."""

import base64
from collections.abc import Iterable


def a_tc_string(
    *,
    purposes: Iterable[int] = (1,),
    vendors: Iterable[int] = (565,),
    ranges: Iterable[tuple[int, int]] | None = None,
    version: int = 2,
) -> str:
    """A core segment. ``ranges``: the vendors as ranges instead of a bit each."""
    chosen = set(purposes)
    bits = f"{version:06b}" + "0" * 146 + "".join("1" if number in chosen else "0" for number in range(1, 25))
    bits += "0" * 24 + "0" + "0" * 12
    if ranges is None:
        listed = set(vendors)
        highest = max(listed, default=0)
        bits += f"{highest:016b}0" + "".join("1" if number in listed else "0" for number in range(1, highest + 1))
    else:
        entries = list(ranges)
        bits += f"{max((last for _, last in entries), default=0):016b}1{len(entries):012b}"
        for first, last in entries:
            bits += f"0{first:016b}" if first == last else f"1{first:016b}{last:016b}"
    bits += "0" * (-len(bits) % 8)
    return base64.urlsafe_b64encode(int(bits, 2).to_bytes(len(bits) // 8, "big")).decode().rstrip("=")
