from server.observe.tally import First, Milestone
from server.web.views.checklist import checklist
from tests.builders import NOON_MS


def test_nothing_is_done_at_the_beginning() -> None:
    steps = checklist(properties=0, published=0, firsts={})

    assert [step.name for step in steps] == ["property", "publish", "site", "action", "customer"]
    assert not any(step.is_done for step in steps)
    assert {step.outcome for step in steps} == {""}


def test_each_step_notices_by_itself_that_it_is_done() -> None:
    firsts = {
        Milestone.SITE: First(NOON_MS, "shop.example"),
        Milestone.ACTION: First(NOON_MS, "commerce.purchases"),
        Milestone.CUSTOMER: First(NOON_MS, "CustomerId"),
    }

    steps = checklist(properties=1, published=3, firsts=firsts)

    assert all(step.is_done for step in steps)
    assert [step.outcome for step in steps] == [
        "1 property",
        "3 environments have builds",
        "First event from shop.example",
        "First: Purchase",
        "First by CustomerId",
    ]
    assert steps[2].done_at == "2026-01-01T12:00:00.000Z"


def test_steps_are_done_in_any_order() -> None:
    steps = checklist(properties=0, published=0, firsts={Milestone.CUSTOMER: First(NOON_MS, "Email")})

    assert [step.is_done for step in steps] == [False, False, False, False, True]


def test_what_a_page_sent_is_made_safe_to_show() -> None:
    steps = checklist(properties=0, published=0, firsts={Milestone.SITE: First(NOON_MS, "a\u202eb")})

    assert steps[2].outcome == "First event from a⟨U+202E⟩b"
