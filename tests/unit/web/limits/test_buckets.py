"""Token buckets: the burst, the rate after it, and a table that keeps its size."""

import pytest

from server.web.limits.buckets import Buckets, address_key, is_loopback


def taken(buckets: Buckets, key: str, now: float, times: int) -> int:
    return sum(buckets.wait_seconds(key, now) == 0.0 for _ in range(times))


@pytest.mark.parametrize(("per_second", "burst"), [(1.0, 1.0), (10.0, 7.0), (3.0, 30.0), (1000.0, 10_000.0)])
def test_a_burst_is_let_in_and_not_one_more(per_second: float, burst: float) -> None:
    buckets = Buckets(per_second=per_second, burst=burst, most_keys=10)

    assert taken(buckets, "a", 100.0, int(burst) * 2) == int(burst)


def test_after_the_burst_the_rate_holds() -> None:
    buckets = Buckets(per_second=10.0, burst=5.0, most_keys=10)
    taken(buckets, "a", 0.0, 5)

    let_in = sum(taken(buckets, "a", tick / 100.0, 1) for tick in range(1, 1_001))

    assert 99 <= let_in <= 101


def test_the_wait_is_as_long_as_it_takes() -> None:
    buckets = Buckets(per_second=2.0, burst=1.0, most_keys=10)
    buckets.wait_seconds("a", 0.0)

    wait_seconds = buckets.wait_seconds("a", 0.0)

    assert 0.0 < wait_seconds <= 0.5
    assert buckets.wait_seconds("a", wait_seconds) == 0.0


def test_one_sender_does_not_use_up_what_is_another_ones() -> None:
    buckets = Buckets(per_second=1.0, burst=1.0, most_keys=10)

    assert (buckets.wait_seconds("a", 0.0), buckets.wait_seconds("b", 0.0)) == (0.0, 0.0)


def test_the_table_never_grows_beyond_its_size() -> None:
    buckets = Buckets(per_second=0.001, burst=1.0, most_keys=100)

    sizes = []
    for number in range(1_000):
        buckets.wait_seconds(str(number), 0.0)
        sizes.append(len(buckets))

    assert max(sizes) == 100


def test_full_buckets_go_first_so_that_a_flood_of_new_senders_frees_no_one() -> None:
    buckets = Buckets(per_second=1.0, burst=5.0, most_keys=100)
    taken(buckets, "greedy", 0.0, 5)
    for number in range(99):
        buckets.wait_seconds(str(number), 0.0)

    buckets.wait_seconds("new", 2.0)

    assert len(buckets) == 2
    assert taken(buckets, "greedy", 2.0, 5) == 2


def test_when_all_are_in_use_the_oldest_go() -> None:
    buckets = Buckets(per_second=0.001, burst=1.0, most_keys=4)
    for key in "abcd":
        buckets.wait_seconds(key, 0.0)

    buckets.wait_seconds("e", 1.0)

    assert [bool(buckets.wait_seconds(key, 1.0)) for key in "bcde"] == [True] * 4


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_a_subscriber_is_an_ipv4_address_or_an_ipv6_network(address: str, key: str) -> None:
    assert address_key(address) == key


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_told(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected
