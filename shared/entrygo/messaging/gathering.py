"""How long whoever sends or applies events lets more of them come behind a batch."""

# The most events of a batch.
BATCH = 500
# Of what the batch took; what comes meanwhile is seen that much later.
SHARE = 1.5
LONGEST_SECONDS = 0.04
# At least, behind a batch that was applied: the events of two relays are one batch then.
APPLYING_SECONDS = 0.02


def rest_behind(events: int, took_seconds: float, *, at_least: float = 0.0) -> float:
    """Seconds to let more events come behind a batch of so many that took so long.

    Much of the work of a batch is the same for one event and for fifty. Where the machine has room, a batch
    takes a few milliseconds and nobody waits for long; where it has none, batches grow instead of its load.
    Behind a full one there are more already.
    """
    return 0.0 if events >= BATCH else min(max(SHARE * took_seconds, at_least), LONGEST_SECONDS)
