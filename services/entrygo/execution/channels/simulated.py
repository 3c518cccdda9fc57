"""The channel of test mode: accepts everything and delivers nothing, so no test reaches a real broker."""

from entrygo.execution.channels.base import BeforeData, Delivery, Outcome, Result


class SimulatedChannel:
    """Goes through the same phases as a real channel."""

    async def submit(self, _delivery: Delivery, before_data: BeforeData) -> Result:
        await before_data()
        return Result(Outcome.SENT, "Simulated: test data is never sent to a broker.")

    async def close(self) -> None:
        return None
