import pytest

from server.model.identity import Namespace
from server.model.json import Json
from server.profile.identity_map import MAX_ID_CHARACTERS, MAX_IDENTITIES_PER_EVENT, Claims, read_claims
from tests.unit.profile.builders import an_identity

UNIQUE = (Namespace("CustomerId"), Namespace("Email"))


def read(identity_map: Json) -> Claims:
    return read_claims({"identityMap": identity_map}, unique_namespaces=UNIQUE)


def texts(claims: Claims) -> list[str]:
    return [str(claim.identity) for claim in claims.claims]


def test_unique_namespaces_come_first_in_their_order_then_the_primary() -> None:
    identity_map = {
        "AAID": [{"id": "3"}],
        "ECID": [{"id": "2"}, {"id": "1", "primary": True}],
        "Email": [{"id": "a@example.com"}],
        "CustomerId": [{"id": "A"}],
    }

    assert texts(read(identity_map)) == ["CustomerId:A", "Email:a@example.com", "ECID:1", "AAID:3", "ECID:2"]


@pytest.mark.parametrize(
    "identity_map",
    [
        None,
        "ECID",
        [],
        {"ECID": None},
        {"ECID": "1"},
        {"ECID": {"id": "1"}},
        {"ECID": [None, "1", 1, [], {}]},
        {"ECID": [{"id": None}, {"id": 1}, {"id": ["1"]}, {"ID": "1"}]},
    ],
)
def test_what_is_malformed_names_nobody(identity_map: Json) -> None:
    assert read(identity_map) == Claims((), 0)


def test_an_event_without_identity_map_has_no_claims() -> None:
    assert read_claims({}, unique_namespaces=UNIQUE) == Claims((), 0)


def test_good_entries_beside_malformed_ones_count() -> None:
    assert texts(read({"ECID": [None, {"id": "1"}], "Email": "x"})) == ["ECID:1"]


@pytest.mark.parametrize(
    "worthless", ["", " ", "0", "null", "Undefined", "[object Object]", "anonymous", "00000000-0000"]
)
def test_worthless_ids_are_refused_and_counted(worthless: str) -> None:
    read_ = read({"CustomerId": [{"id": worthless}], "ECID": [{"id": "1"}]})

    assert texts(read_) == ["ECID:1"]
    assert read_.refused == 1


def test_an_id_of_the_longest_length_is_kept_and_a_longer_one_refused_whole() -> None:
    longest = "x" * MAX_ID_CHARACTERS

    read_ = read({"ECID": [{"id": longest}, {"id": longest + "x"}]})

    assert texts(read_) == [f"ECID:{longest}"]
    assert read_.refused == 1


@pytest.mark.parametrize("namespace", ["", "N" * 65])
def test_a_namespace_that_is_no_code_is_refused(namespace: str) -> None:
    assert read({namespace: [{"id": "1"}]}) == Claims((), 1)


def test_identities_beyond_the_limit_are_refused_but_the_customer_id_never_is() -> None:
    many = [{"id": f"{number:03}"} for number in range(1, MAX_IDENTITIES_PER_EVENT + 6)]

    read_ = read({"ECID": many, "CustomerId": [{"id": "A"}]})

    assert len(read_.claims) == MAX_IDENTITIES_PER_EVENT
    assert texts(read_)[0] == "CustomerId:A"
    assert read_.refused == 6


def test_an_identity_listed_twice_is_one_and_present_if_either_is() -> None:
    twice = [{"id": "1", "authenticatedState": "loggedOut"}, {"id": "1", "primary": True}]

    (claim,) = read({"ECID": twice}).claims

    assert claim.identity == an_identity("ECID:1")
    assert claim.is_primary
    assert not claim.is_logged_out


def test_only_the_state_logged_out_says_so() -> None:
    states = {"a": "loggedOut", "b": "authenticated", "c": "ambiguous", "d": 5}
    entries = [{"id": key, "authenticatedState": state} for key, state in states.items()]

    assert [claim.identity.id for claim in read({"ECID": entries}).claims if claim.is_logged_out] == ["a"]


def test_case_of_namespace_and_id_matters() -> None:
    assert texts(read({"ecid": [{"id": "a"}], "ECID": [{"id": "A"}]})) == ["ECID:A", "ecid:a"]
