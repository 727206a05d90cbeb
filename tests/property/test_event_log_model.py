"""The event log against a model, under faults, kills and power cuts. Promise R1: an acknowledged value is never lost.

The model is a dictionary of what was acknowledged. Beside it: what any reader has seen (it must never be taken back,
or a consumer would have passed on an event that never was), and what was offered without an answer (it may turn up
after a crash, or not).
"""

import asyncio
from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.eventlog.log import FileEventLog
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogRecord, LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import a_reader, a_writer, read_all

CONSUMERS = st.sampled_from(["lake", "profile"])
SIZES = st.lists(st.integers(0, 90), min_size=1, max_size=5)
SEEDS = st.integers(0, 2**32)


class EventLogModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.disk = FakeDisk()
        self.acknowledged: dict[Offset, bytes] = {}
        self.unanswered: set[bytes] = set()
        self.seen: dict[Offset, bytes] = {}
        self.committed: dict[str, set[Offset]] = {}
        self.count = 0

    @initialize()
    def open(self) -> None:
        self.writer = a_writer(self.disk)
        self.reader = a_reader(self.disk)

    def teardown(self) -> None:
        self.close()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    @rule(sizes=SIZES)
    def append(self, sizes: list[int]) -> None:
        self.offer([self.some_values(sizes)])

        assert self.end(self.reader) == self.end(self.writer)

    @rule(calls=st.lists(SIZES, min_size=2, max_size=6))
    def append_together(self, calls: list[list[int]]) -> None:
        self.offer([self.some_values(sizes) for sizes in calls])

    @rule(
        calls=st.lists(SIZES, min_size=1, max_size=3),
        number=st.integers(0, 12),
        fault=st.sampled_from([Fault.IO_ERROR, Fault.DISK_FULL, Fault.SHORT_WRITE]),
    )
    def append_on_a_faulty_disk(self, calls: list[list[int]], number: int, fault: Fault) -> None:
        self.disk.fail_call(number, fault)
        self.offer([self.some_values(sizes) for sizes in calls])
        self.disk.repair()

    @rule(
        sizes=SIZES, name=st.sampled_from(["pwrite", "sync", "truncate", "open", "sync_directory", "rename", "remove"])
    )
    def append_while_one_call_always_fails(self, sizes: list[int], name: str) -> None:
        self.disk.fail_every(name, Fault.DISK_FULL)
        self.offer([self.some_values(sizes)])
        self.offer([self.some_values(sizes)])
        self.disk.repair()

    @rule(after=st.integers(-1, 60), limit=st.integers(1, 8))
    def read(self, after: int, limit: int) -> None:
        for log in (self.writer, self.reader):
            # A disk that failed while readers were told of the end leaves them behind until the next append.
            end = self.end(log)
            above = [LogRecord(*item) for item in sorted(self.acknowledged.items()) if after < item[0] <= end]

            records = self.loop.run_until_complete(log.read(after=Offset(after), limit=limit))

            assert list(records) == above[:limit]

    @rule(limit=st.integers(1, 20))
    def tail(self, limit: int) -> None:
        """As a consumer does: from where it has come to, to the end."""
        records = self.loop.run_until_complete(
            read_all(self.reader, after=max(self.seen, default=BEFORE_FIRST), limit=limit)
        )

        self.see(records)

    @rule(consumer=CONSUMERS, offset=st.integers(0, 60))
    def commit(self, consumer: str, offset: int) -> None:
        before = self.loop.run_until_complete(self.reader.committed(consumer))
        offset = min(offset, max(self.acknowledged, default=0))

        self.loop.run_until_complete(self.reader.commit(consumer, Offset(offset)))

        self.committed[consumer] = {max(before, Offset(offset))}

    @rule(consumer=CONSUMERS, number=st.integers(0, 12), fault=st.sampled_from([Fault.IO_ERROR, Fault.DISK_FULL]))
    def commit_on_a_faulty_disk(self, consumer: str, number: int, fault: Fault) -> None:
        offset = max(self.acknowledged, default=Offset(0))
        self.disk.fail_call(number, fault)
        try:
            self.loop.run_until_complete(self.reader.commit(consumer, offset))
            self.committed[consumer] = {offset}
        except LogUnavailable:
            self.committed.setdefault(consumer, {BEFORE_FIRST}).add(offset)
        self.disk.repair()

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()
        self.expect_nothing_new()

    @rule(seed=SEEDS)
    def cut_power(self, seed: int) -> None:
        disk, self.disk = self.disk, self.disk.after_power_cut(seed)
        assert not disk.has_power
        self.recover()

    @rule()
    def kill(self) -> None:
        self.disk = self.disk.after_kill()
        self.recover()

    @rule(calls=st.lists(SIZES, min_size=1, max_size=3), number=st.integers(0, 12), seed=SEEDS)
    def cut_power_while_appending(self, calls: list[list[int]], number: int, seed: int) -> None:
        self.disk.fail_call(number, Fault.POWER_CUT)
        self.offer([self.some_values(sizes) for sizes in calls])
        self.disk = self.disk.after_power_cut(seed)
        self.recover()

    @rule(calls=st.lists(SIZES, min_size=1, max_size=3), number=st.integers(0, 12))
    def kill_while_appending(self, calls: list[list[int]], number: int) -> None:
        self.disk.fail_call(number, Fault.POWER_CUT)
        self.offer([self.some_values(sizes) for sizes in calls])
        self.disk = self.disk.after_kill()
        self.recover()

    @rule(number=st.integers(0, 20), seed=SEEDS)
    def cut_power_while_recovering(self, number: int, seed: int) -> None:
        self.close()
        self.disk = self.disk.after_power_cut(seed)
        self.disk.fail_call(number, Fault.POWER_CUT)
        try:
            log = a_writer(self.disk)
            self.loop.run_until_complete(log.close())
        except LogUnavailable:
            pass
        self.disk = self.disk.after_power_cut(seed + 1)
        self.recover()

    @invariant()
    def what_was_seen_stays(self) -> None:
        assert self.seen.items() <= self.acknowledged.items()

    @invariant()
    def the_end_is_the_last_acknowledged(self) -> None:
        if hasattr(self, "writer"):
            last = max(self.acknowledged, default=BEFORE_FIRST)
            assert self.end(self.writer) == last

    @invariant()
    def commits_are_remembered(self) -> None:
        if hasattr(self, "reader"):
            for consumer, possible in self.committed.items():
                assert self.loop.run_until_complete(self.reader.committed(consumer)) in possible

    def some_values(self, sizes: list[int]) -> list[bytes]:
        """No two alike, and each of them seems to hold a record, as a stranger's might."""
        found = []
        for size in sizes:
            self.count += 1
            found.append(b"%d:" % self.count + (b"\x01\x00\x17\x5a" * 25)[:size])
        return found

    def offer(self, calls: list[list[bytes]]) -> None:
        async def together() -> list[Offset | BaseException]:
            return await asyncio.gather(*(self.writer.append(call) for call in calls), return_exceptions=True)

        for call, answer in zip(calls, self.loop.run_until_complete(together()), strict=True):
            if isinstance(answer, BaseException):
                assert isinstance(answer, LogUnavailable), answer
                self.unanswered.update(call)
                continue
            first = answer - len(call) + 1
            assert first > max(self.acknowledged, default=BEFORE_FIRST)
            self.acknowledged |= {Offset(first + index): value for index, value in enumerate(call)}

    def end(self, log: FileEventLog) -> Offset:
        return self.loop.run_until_complete(log.end())

    def see(self, records: Sequence[LogRecord]) -> None:
        self.seen |= dict(records)

    def recover(self) -> None:
        """After a crash: what was acknowledged is there, and anything else was offered."""
        self.close()
        self.open()
        found = dict(self.loop.run_until_complete(read_all(self.writer)))
        assert self.acknowledged.items() <= found.items()
        more = {offset: value for offset, value in found.items() if offset not in self.acknowledged}
        assert set(more.values()) <= self.unanswered
        for damage in self.writer.damage:
            assert not any(damage.first <= offset <= damage.last for offset in self.acknowledged)
        self.unanswered.clear()
        self.acknowledged = found

    def expect_nothing_new(self) -> None:
        assert dict(self.loop.run_until_complete(read_all(self.writer))) == self.acknowledged

    def close(self) -> None:
        self.loop.run_until_complete(self.writer.close())
        self.loop.run_until_complete(self.reader.close())


TestEventLogModel = EventLogModel.TestCase
TestEventLogModel.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
