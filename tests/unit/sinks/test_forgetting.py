import asyncio

from server.model.delivery import DELIVERED, Refused
from server.model.schema import SchemaId
from server.profile.erased import Tombstones, digest_of
from server.profile.graph import DEFAULT_RULES
from server.sinks.forgetting import ClaimedIdentities, ForgettingSink
from server.sinks.memory import MemorySink
from tests.builders import DATASET_ID, NOON_MS, SCHEMA_ID, a_configuration, a_dataset
from tests.unit.profile.builders import a_step, an_identity

CARD = {"@type": "xdm:descriptorIdentity", "xdm:sourceProperty": "/_demo/card", "xdm:namespace": "Card"}


def tombstones(*identities: str, at_ms: int = NOON_MS + 60_000) -> Tombstones:
    return Tombstones({digest_of(an_identity(text)): at_ms for text in identities}, rules=DEFAULT_RULES)


def a_sink(inner: MemorySink, *forgotten: str) -> ForgettingSink:
    configuration = a_configuration(
        datasets={DATASET_ID: a_dataset()}, schemas={SchemaId(SCHEMA_ID): {"meta:descriptors": [CARD]}}
    )
    identities = ClaimedIdentities(lambda: configuration)
    return ForgettingSink(inner, identities=identities, tombstones=tombstones(*forgotten))


def test_what_is_of_the_forgotten_counts_as_delivered_and_goes_nowhere() -> None:
    inner = MemorySink()
    batch = [a_step(0, "Email:a"), a_step(1, "Email:b"), a_step(2, "Email:a"), a_step(3, "Card:7")]
    fields = [a_step(4, "ECID:4", _demo={"card": "7"}), a_step(5, "ECID:5", _demo={"card": "8"})]

    answers = asyncio.run(a_sink(inner, "Email:a", "Card:7").write([*batch, *fields]))

    assert answers == [DELIVERED] * 6
    assert sorted(inner.events) == [1, 5]


def test_of_others_the_answers_are_the_sink_s_own() -> None:
    class Refusing(MemorySink):
        async def write(self, batch):  # type: ignore[no-untyped-def]  # as the port has it
            return [Refused(reason=f"offset {offset}") for offset, _ in batch]

    answers = asyncio.run(a_sink(Refusing(), "Email:a").write([a_step(0, "Email:a"), a_step(1, "Email:b")]))

    assert answers == [DELIVERED, Refused(reason="offset 1")]


def test_a_batch_of_the_forgotten_alone_does_not_reach_the_sink() -> None:
    class Untouched(MemorySink):
        async def write(self, batch):  # type: ignore[no-untyped-def]  # as the port has it
            raise AssertionError("there is nothing to write")

    assert asyncio.run(a_sink(Untouched(), "Email:a").write([a_step(0, "Email:a")])) == [DELIVERED]


def test_who_is_buried_is_left_out_from_the_next_write_on_and_one_under_way_is_waited_for() -> None:
    async def scenario() -> list[str]:
        told: list[str] = []
        may_end = asyncio.Event()

        class Slow(MemorySink):
            async def write(self, batch):  # type: ignore[no-untyped-def]  # as the port has it
                await may_end.wait()
                told.append(f"wrote {len(batch)}")
                return [DELIVERED] * len(batch)

        async def bury() -> None:
            await sink.bury(tombstones("Email:a"))
            told.append("buried")

        sink = a_sink(Slow())
        async with asyncio.TaskGroup() as group:
            group.create_task(sink.write([a_step(0, "Email:a"), a_step(1, "Email:b")]))
            await asyncio.sleep(0)
            group.create_task(bury())
            await asyncio.sleep(0)
            may_end.set()
        await sink.write([a_step(0, "Email:a"), a_step(1, "Email:b")])
        return told

    assert asyncio.run(scenario()) == ["wrote 2", "buried", "wrote 1"]


def test_it_is_the_sink_that_it_is_around() -> None:
    async def scenario() -> str:
        sink = a_sink(MemorySink())
        await sink.open()
        await sink.close()
        return sink.name

    assert asyncio.run(scenario()) == MemorySink().name
