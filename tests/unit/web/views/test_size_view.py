from server.web.views.size_view import MAX_BUILDS, PublishedScript, build_sizes, rule_lines
from tests.unit.property.factories import a_property, a_rule


def scripts(*lengths: int, environment: str = "production") -> list[PublishedScript]:
    return [
        PublishedScript(
            environment=environment, build_hash=f"b{index}", published_ms=index, script=bytes(range(256)) * n
        )
        for index, n in enumerate(lengths)
    ]


def test_rules_stand_by_size_beside_the_largest() -> None:
    document = a_property(rules=[a_rule(id="small"), a_rule(id="large", name="Large one")])

    lines = rule_lines(document, {"small": 100, "large": 400})

    assert [(each.name, each.size, each.length) for each in lines] == [("Large one", 400, 100.0), ("small", 100, 25.0)]


def test_a_rule_that_makes_the_build_smaller_has_no_bar() -> None:
    assert [each.length for each in rule_lines(a_property(), {"a-rule": -3})] == [0.0]


def test_builds_are_compared_with_the_one_before_in_their_environment() -> None:
    found = build_sizes([*scripts(1, 2), *scripts(1, environment="staging")], iso=str)

    assert [each.environment for each in found] == ["production", "staging"]
    first, second = found[0].bars
    assert (first.change, second.change) == (None, second.size - first.size)
    assert (second.height, found[0].most) == (100.0, second.size)
    assert first.x + first.width < second.x


def test_only_the_newest_builds_are_drawn() -> None:
    [found] = build_sizes(scripts(*[1] * (MAX_BUILDS + 5)), iso=str)

    assert len(found.bars) == MAX_BUILDS
    assert found.bars[-1].x + found.bars[-1].width <= 100


def test_nothing_published_is_no_chart() -> None:
    assert build_sizes([], iso=str) == []
