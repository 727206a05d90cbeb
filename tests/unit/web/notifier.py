"""A notifier that sends nothing, and remembers what it was to send."""

from dataclasses import dataclass, field


@dataclass
class FakeNotifier:
    """``server.web.notifier.Notifier``. ``faults``, ``unproven``: by URL, why not; others are fine."""

    faults: dict[str, str] = field(default_factory=dict)
    unproven: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def fault(self, url: str) -> str:
        return self.faults.get(url, "")

    async def challenge_fault(self, url: str) -> str:
        self.asked.append(url)
        return self.unproven.get(url, "")

    async def send_now(self, notification_id: str) -> None:
        self.sent.append(notification_id)

    def seal(self, secret: str) -> str:
        return f"sealed {secret[::-1]}"
