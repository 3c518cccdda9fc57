"""Channels that answer what a test says, and the command that asks to send again."""

import asyncio

from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result
from entrygo.execution.broker.resubmission import ResubmitCommand
from tests.integration.execution.world import LIVE

AGAIN = ResubmitCommand(visible=LIVE, export_id="batch_123", reason="r", key="", fingerprint=b"")


class ScriptedChannel:
    """Answers what the test says, after the point of no return."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.deliveries: list[Delivery] = []

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        await before_data()
        self.deliveries.append(delivery)
        outcome = self.outcomes.pop(0)
        return Result(outcome, f"scripted {outcome}")

    async def close(self) -> None:
        return None


class HeldChannel:
    """Holds the submission at the point of no return, just behind or before it, until it is let go."""

    def __init__(self, *, is_before: bool = False) -> None:
        self.reached = asyncio.Event()
        self.go = asyncio.Event()
        self.deliveries: list[Delivery] = []
        self._is_before = is_before

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        if not self._is_before:
            await before_data()
        self.reached.set()
        await self.go.wait()
        if self._is_before:
            await before_data()
        self.deliveries.append(delivery)
        return Result(Outcome.SENT, "250 OK")

    async def close(self) -> None:
        return None
