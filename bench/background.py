"""A steady stream of events to a server, each from a visitor of its own: `python -m bench.background PORT PER_SECOND`.

Open loop: the next event is due when its time has come, whatever the server answers. Ends with SIGTERM.
"""

import http.client
import json
import random
import sys
import time
import uuid

from bench.beacons import event_xdm


def main(port: int, per_second: float) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    due = time.monotonic()
    while True:
        due += random.expovariate(per_second)
        time.sleep(max(0.0, due - time.monotonic()))
        ecid = f"{random.getrandbits(63):019d}{random.getrandbits(63):019d}"
        xdm = event_xdm(random.randrange(1_000)) | {"identityMap": {"ECID": [{"id": ecid, "primary": True}]}}
        body = json.dumps({"events": [{"xdm": xdm}]})
        connection.request("POST", f"/ee/v1/collect?configId=demo&requestId={uuid.uuid4()}", body)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 300:
            raise SystemExit(f"the server answered {answer.status}")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
