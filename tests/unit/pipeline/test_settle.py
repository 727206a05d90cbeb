from server.model.delivery import DELIVERED, Refused
from server.pipeline.settle import Settlement, settle

LATER = Refused(reason="busy", retry_after_seconds=3.0)
NEVER = Refused(reason="too big")


def test_all_delivered_is_all_done() -> None:
    assert settle([DELIVERED, DELIVERED]) == Settlement(done=2, dead=(), wait_seconds=0.0)


def test_nothing_is_done_with_nothing() -> None:
    assert settle([]) == Settlement(done=0, dead=(), wait_seconds=0.0)


def test_what_will_never_be_taken_is_dead_and_does_not_hold_up_the_rest() -> None:
    assert settle([DELIVERED, NEVER, DELIVERED]) == Settlement(done=3, dead=((1, NEVER),), wait_seconds=0.0)


def test_the_first_that_has_to_wait_ends_what_is_done() -> None:
    assert settle([NEVER, LATER, DELIVERED, NEVER]) == Settlement(
        done=1, dead=((0, NEVER),), wait_seconds=3.0, reason="busy"
    )
