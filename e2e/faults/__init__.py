"""The real server under load: killed, stopped, out of disk. What was acknowledged is counted afterwards."""
