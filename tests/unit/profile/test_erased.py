import pytest

from server.model.identity import Identity
from server.profile.erased import Tombstones, digest_of, is_of, needles
from server.profile.graph import DEFAULT_RULES
from tests.builders import NOON_MS
from tests.unit.profile.builders import a_step, an_identity

ADA = frozenset(map(an_identity, ("CustomerId:A", "Email:a", "ECID:1")))


@pytest.mark.parametrize(
    ("identities", "is_theirs"),
    [
        (("CustomerId:A",), True),
        (("ECID:1",), True),
        (("ECID:2",), False),
        (("ECID:2", "CustomerId:A"), True),
        (("ECID:1", "CustomerId:B"), False),
        (("ECID:1", "Email:old", "CustomerId:A"), True),
        (("CustomerId:A", "CustomerId:B"), True),
        ((), False),
    ],
)
def test_an_event_is_of_whom_it_names_and_only_else_of_its_devices_owner(
    identities: tuple[str, ...], is_theirs: bool
) -> None:
    xdm = a_step(0, *identities)[1].event.xdm

    assert is_of(xdm, ADA.__contains__, rules=DEFAULT_RULES) is is_theirs


def test_tombstones_hold_what_was_received_before_they_were_set_and_nothing_later() -> None:
    tombstones = Tombstones({digest_of(an_identity("Email:a")): NOON_MS}, rules=DEFAULT_RULES)
    ada, bob = (a_step(0, identity)[1].event.xdm for identity in ("Email:a", "Email:b"))

    assert tombstones.hold(ada, NOON_MS)
    assert not tombstones.hold(ada, NOON_MS + 1)
    assert not tombstones.hold(bob, NOON_MS)
    assert (tombstones.may_hold(NOON_MS), tombstones.may_hold(NOON_MS + 1)) == (True, False)


def test_without_tombstones_nothing_is_looked_at() -> None:
    assert not Tombstones({}, rules=DEFAULT_RULES).may_hold(0)


def test_digests_tell_identities_apart_and_say_nothing_of_them() -> None:
    digests = {digest_of(an_identity(text)) for text in ("Email:a", "Emaila:", "email:a", "ECID:a")}

    assert len(digests) == 4
    assert all(len(digest) == 64 for digest in digests)


@pytest.mark.parametrize(
    ("identity", "is_plain"), [("a b@c.example", True), ('a"b', False), ("ä", False), ("a/b", False)]
)
def test_only_texts_that_json_writes_in_one_way_are_looked_for(identity: str, is_plain: bool) -> None:
    assert needles([an_identity(f"Email:{identity}")]) == ([identity] if is_plain else None)


def test_an_identity_of_two_namespaces_is_looked_for_once() -> None:
    assert needles([Identity(namespace=one.namespace, id="7") for one in ADA]) == ["7"]
