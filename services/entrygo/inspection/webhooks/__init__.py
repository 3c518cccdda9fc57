"""Webhooks: lifecycle events sent to programs over HTTP, signed, those of an export in order, until answered.

Rows are queued in the transaction that applies an event to the read model, so that none is lost or made up;
a worker of this process sends what is due. Delivery is at least once: the receiver knows a repeated event by
its id.
"""
