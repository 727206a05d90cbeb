"""What is found afterwards, held against what was said."""

import json
import re
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping

from e2e.faults.load import Load
from e2e.server import Heliograph

_SETTLE_SECONDS = "50"


def assert_accounts_close(server: Heliograph, *loads: Load) -> None:
    """Every acknowledged event is in the lake once, nothing else that was not offered, and each is counted once.

    Said of requests, where one holds one event: received = stored + refused, and stored = processed + failed.
    """
    server.run("wait", "--timeout", _SETTLE_SECONDS)
    stored = server.run("export", "demo-events", "--format", "ids").stdout.split()
    acknowledged = set[str]().union(*(load.acknowledged for load in loads))
    offered = set[str]().union(*(load.offered for load in loads))

    assert len(stored) == len(set(stored)), "an event is in the lake twice"
    assert acknowledged <= set(stored), f"lost: {sorted(acknowledged - set(stored))[:10]}"
    assert set(stored) <= offered, f"invented: {sorted(set(stored) - offered)[:10]}"

    info = json.loads(server.run("info", "--json").stdout)
    events = info["events"]
    answered = sum(load.answers[200] + load.answers[204] for load in loads)
    unanswered = sum(load.unanswered for load in loads)
    assert events["received"] == events["processed"] + events["failed"]
    assert (events["failed"], events["waiting"]) == (0, 0)
    # Each answer of success is one record; a request without an answer is one or none; a refused one is none.
    assert answered <= events["received"] <= answered + unanswered
    assert {load.without_retry_after for load in loads} == {0}
    assert not any("event_log_damaged" in line for line in server.output)


def assert_metrics_agree(server: Heliograph, *loads: Load) -> None:
    """The server's own account is the clients': received = stored + refused + failed. No process may have died."""
    with urllib.request.urlopen(f"{server.base_url}/metrics", timeout=10) as answer:
        totals = totals_of(answer.read().decode())
    answers = sum((load.answers for load in loads), Counter[int]())
    turned_away = totals["heliograph_beacons_refused_total"] + totals["heliograph_beacons_failed_total"]

    assert sum(load.unanswered for load in loads) == 0
    assert totals["heliograph_beacons_stored_total"] == answers[200] + answers[204]
    assert turned_away == answers[503]
    assert totals["heliograph_beacons_received_total"] == answers.total()
    assert totals["heliograph_events_received_total"] == answers[200] + answers[204]
    assert totals["heliograph_events_processed_total"] == totals["heliograph_events_received_total"]


def totals_of(text: str) -> Mapping[str, float]:
    """Each metric's sum over all its labels."""
    totals: defaultdict[str, float] = defaultdict(float)
    for name, value in re.findall(r"^(\w+)(?:\{[^}]*\})? (\S+)$", text, flags=re.MULTILINE):
        totals[name] += float(value)
    return totals
