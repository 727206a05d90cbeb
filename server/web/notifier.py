"""What the console's pages ask of whoever sends notifications. The composition root gives them one."""

from typing import Protocol


class Notifier(Protocol):
    """Sends to the addresses of subscriptions."""

    async def fault(self, url: str) -> str:
        """Why nothing may be sent there now, in words; empty when it may."""
        ...

    async def challenge_fault(self, url: str) -> str:
        """Ask the address to prove that it wants notifications; why it did not, in words, or empty when it did."""
        ...

    async def send_now(self, notification_id: str) -> None:
        """Without waiting for its turn, unless its receiver is being sent to just now."""
        ...

    def seal(self, secret: str) -> str:
        """As it is kept."""
        ...


class NoNotifier:
    """Where nothing is sent from."""

    async def fault(self, url: str) -> str:
        return "Notifications are not sent from here."

    async def challenge_fault(self, url: str) -> str:
        return await self.fault(url)

    async def send_now(self, notification_id: str) -> None:
        """Nothing."""

    def seal(self, secret: str) -> str:
        raise NotImplementedError("nothing is sealed where nothing is sent from")
