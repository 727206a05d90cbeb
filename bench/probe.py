"""How long a server takes to say how it is: `python -m bench.probe PORT`, until its standard input is closed.

Each question is a connection of its own, as a balancer's is. One line an answer: seconds, and the status.
"""

import http.client
import select
import sys
import time

_PAUSE_SECONDS = 0.05
_GIVE_UP_SECONDS = 30.0


def main(port: int) -> None:
    while not select.select([sys.stdin], [], [], _PAUSE_SECONDS)[0]:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_GIVE_UP_SECONDS)
        connection.request("GET", "/health/live")
        status = connection.getresponse().status
        connection.close()
        print(f"{time.monotonic() - began:.6f} {status}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
