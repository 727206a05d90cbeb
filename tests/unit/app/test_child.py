import os
import subprocess
import sys

import pytest

_SHOW_NICENESS = """
import os, sys
from server.app import collector, core

async def show(_settings, _environ):
    print(os.getpriority(os.PRIO_PROCESS, 0))

core.run_core = collector.run_collector = show

from server.app.child import run_child
from server.settings import load_settings
from server.workers.supervisor import CHILD_ROLE

run_child(load_settings({}, options={"core_niceness": "3"})[0], {CHILD_ROLE: sys.argv[1]})
"""


@pytest.mark.parametrize(("role", "steps"), [("process", 3), ("collect", 0)])
def test_the_core_stands_back_and_collectors_do_not(role: str, steps: int) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)

    shown = subprocess.run([sys.executable, "-c", _SHOW_NICENESS, role], capture_output=True, text=True, check=True)

    assert int(shown.stdout) == min(19, ours + steps)
