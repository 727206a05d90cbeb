"""What the collector answers by itself: beacons, records, pixels, containers; no page, no framework on the hot path."""
