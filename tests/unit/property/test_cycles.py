from server.property.cycles import find_cycle, in_order


def test_a_circle_is_found_and_told_from_its_beginning() -> None:
    assert find_cycle({"x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"]
    assert find_cycle({"a": ["a"]}) == ["a", "a"]


def test_what_has_no_circle_has_none() -> None:
    assert find_cycle({"a": ["b", "c", "unknown"], "b": ["c"], "c": []}) == ()
    assert find_cycle({}) == ()


def test_a_long_way_is_no_recursion() -> None:
    needs = {str(index): [str(index + 1)] for index in range(5_000)}

    assert find_cycle(needs) == ()


def test_everything_comes_after_what_it_needs_and_else_as_it_was() -> None:
    assert in_order({"a": ["c"], "b": [], "c": ["b"], "d": ["unknown"]}) == ["b", "c", "a", "d"]
