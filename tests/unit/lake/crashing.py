"""A process that writes to a lake until somebody kills it: ``python -m tests.unit.lake.crashing FOLDER FIRST LAST``.

Like workers/deliver.py it offers batches from an offset on, and prints the offset of each that the lake said it has.
"""

import asyncio
import itertools
import sys

from server.lake.lake import DeltaLake
from tests.builders import a_dataset
from tests.unit.lake.builders import WEB_EVENTS, some_entries

# Never the same cut twice when the events are offered again, so that batches overlap in every way.
BATCH_EVENTS = (1, 7, 20, 3, 12)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(folder: str, first: int, last: int) -> None:
    lake = DeltaLake(folder)
    say("ready")
    for size in itertools.cycle(BATCH_EVENTS):
        if first > last:
            break
        end = min(last, first + size - 1)
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(first, end))
        say(str(end))
        first = end + 1
    await lake.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
