"""What happens to an event: decisions only. Clock, randomness and I/O come in as arguments."""
