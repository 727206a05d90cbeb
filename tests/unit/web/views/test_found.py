from server.web.views.found import MAX_FOUND, Findable, find


def a_thing(label: str, *, kind: str = "rule", hint: str = "Shop") -> Findable:
    return Findable(kind=kind, label=label, hint=hint, href="/", icon="event")


def labels(query: str, *things: Findable) -> list[str]:
    return [each.label for each in find(things, query)]


def test_what_begins_so_comes_first_then_words_that_do_then_the_rest() -> None:
    things = [a_thing("Outcarting"), a_thing("x", hint="cart-shop"), a_thing("add-to-cart"), a_thing("Cart page")]

    assert labels("cart", *things) == ["Cart page", "add-to-cart", "Outcarting", "x"]


def test_every_word_has_to_be_somewhere_in_any_order_and_case() -> None:
    things = [a_thing("Add to cart"), a_thing("Add to list")]

    assert labels("CART add", *things) == ["Add to cart"]
    assert labels("rule shop list", *things) == ["Add to list"]
    assert labels("cart nothing", *things) == []


def test_no_words_find_everything_as_far_as_one_looks() -> None:
    things = [a_thing(f"rule {number}") for number in range(MAX_FOUND + 1)]

    assert labels("", *things) == [f"rule {number}" for number in range(MAX_FOUND)]
