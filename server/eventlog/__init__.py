"""The durable local event log: one directory a partition, one process that appends, any number that read."""
