from server.web.collect.region import NOWHERE, parse_region


def test_a_region_with_a_number_is_told_by_header_as_well() -> None:
    assert parse_region("zrh1;6") == ("zrh1", [(b"x-adobe-edge", b"ZRH1;6")])


def test_a_header_without_a_number_would_only_be_complained_about() -> None:
    assert parse_region("zrh1") == ("zrh1", [])


def test_no_region_is_nowhere() -> None:
    assert parse_region("") == NOWHERE
