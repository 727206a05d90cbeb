"""Retention against a model: what goes is a beginning of the log that every consumer is done with, crashes or not."""

import asyncio

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.eventlog.log import FileEventLog
from server.eventlog.retention import Retention
from server.eventlog.writer import WriterLimits
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import LogUnavailable
from tests.unit.eventlog.disk import FakeDisk, Fault
from tests.unit.eventlog.logs import PARTITION, SMALL_SEGMENT_BYTES, read_all

CONSUMERS = ("lake", "profile")
HOUR_MS = 3_600_000
RETENTION = Retention(
    consumers=CONSUMERS, keep_bytes=8 * SMALL_SEGMENT_BYTES, keep_ms=24 * HOUR_MS, reserve_bytes=10_000
)
SEEDS = st.integers(0, 2**32)


class RetentionModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.disk = FakeDisk()
        self.acknowledged: dict[Offset, bytes] = {}
        self.unanswered: set[bytes] = set()
        # The least that each consumer is known to have committed: a crash may have kept a later one.
        self.committed = dict.fromkeys(CONSUMERS, BEFORE_FIRST)
        self.now_ms = 1_700_000_000_000
        self.count = 0

    @initialize()
    def open(self) -> None:
        salts = iter(range(self.count * 1000 + 1, self.count * 1000 + 1000))
        self.log = FileEventLog.open_writer(
            PARTITION,
            limits=WriterLimits(segment_bytes=SMALL_SEGMENT_BYTES),
            retention=RETENTION,
            files=self.disk,
            clock_ms=lambda: self.now_ms,
            new_salt=lambda: next(salts),
        )

    def teardown(self) -> None:
        self.close()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    @rule(sizes=st.lists(st.integers(0, 90), min_size=1, max_size=4), times=st.integers(1, 6))
    def append(self, sizes: list[int], times: int) -> None:
        for _ in range(times):
            self.offer(sizes)

    @rule(
        sizes=st.lists(st.integers(0, 90), min_size=1, max_size=4),
        name=st.sampled_from(["pwrite", "sync", "open", "sync_directory", "rename", "remove", "pread", "free"]),
    )
    def append_while_one_call_always_fails(self, sizes: list[int], name: str) -> None:
        self.disk.fail_every(name, Fault.DISK_FULL)
        self.offer(sizes)
        self.disk.repair()

    @rule(consumer=st.sampled_from(CONSUMERS), share=st.floats(0, 1))
    def commit(self, consumer: str, share: float) -> None:
        last = max(self.acknowledged, default=BEFORE_FIRST)
        before = self.loop.run_until_complete(self.log.committed(consumer))
        offset = Offset(before + round((last - before) * share))

        self.loop.run_until_complete(self.log.commit(consumer, offset))

        self.committed[consumer] = max(before, offset)

    @rule(hours=st.integers(-3, 30))
    def let_time_pass(self, hours: int) -> None:
        self.now_ms += hours * HOUR_MS

    @rule(free=st.sampled_from([0, 9_999, 2**40]))
    def change_free_space(self, free: int) -> None:
        self.disk.free_bytes = free

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()

    @rule(seed=SEEDS)
    def cut_power(self, seed: int) -> None:
        disk = self.disk.after_power_cut(seed)
        self.close()
        self.disk = disk
        self.open()

    @rule(sizes=st.lists(st.integers(0, 90), min_size=1, max_size=4), number=st.integers(0, 12), seed=SEEDS)
    def cut_power_while_appending(self, sizes: list[int], number: int, seed: int) -> None:
        self.disk.fail_call(number, Fault.POWER_CUT)
        self.offer(sizes)
        self.cut_power(seed)

    @invariant()
    def what_has_gone_is_a_beginning_that_everybody_is_done_with(self) -> None:
        if not hasattr(self, "log"):
            return
        found = dict(self.loop.run_until_complete(read_all(self.log)))
        more = {offset: value for offset, value in found.items() if offset not in self.acknowledged}
        assert set(more.values()) <= self.unanswered
        self.acknowledged |= more
        assert found.items() <= self.acknowledged.items()
        assert list(found) == list(range(min(found, default=0), min(found, default=0) + len(found)))
        consumed = min(self.loop.run_until_complete(self.log.committed(consumer)) for consumer in CONSUMERS)
        gone = [offset for offset in self.acknowledged if offset not in found]
        assert all(offset <= consumed for offset in gone)
        assert self.log.damage == ()

    @invariant()
    def it_never_takes_more_than_it_may(self) -> None:
        if hasattr(self, "log"):
            names = [name for name in self.disk.files(PARTITION) if name.startswith("0")]
            assert sum(len(self.disk.files(PARTITION)[name]) for name in names) <= RETENTION.keep_bytes

    def offer(self, sizes: list[int]) -> None:
        values = []
        for size in sizes:
            self.count += 1
            values.append(b"%d:" % self.count + bytes(size))
        try:
            last = self.loop.run_until_complete(self.log.append(values))
        except LogUnavailable:
            self.unanswered.update(values)
            return
        first = last - len(values) + 1
        assert first > max(self.acknowledged, default=BEFORE_FIRST)
        self.acknowledged |= {Offset(first + index): value for index, value in enumerate(values)}

    def close(self) -> None:
        self.loop.run_until_complete(self.log.close())


TestRetentionModel = RetentionModel.TestCase
TestRetentionModel.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
