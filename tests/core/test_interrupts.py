"""Ctrl-C reaches the command wherever it strikes."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes
STRUCK_IN_A_FINALIZER = """
import os, signal, time, weakref
from anju import cli

class Thing: pass

def command(arguments):
    thing = Thing()
    weakref.finalize(thing, os.kill, os.getpid(), signal.SIGINT)
    del thing  # the interrupt is raised where Python may not raise: it is dropped there
    time.sleep(20)
    return 0

cli.run_handler = command
cli.run()
"""


def test_an_interrupt_that_python_drops_in_a_finalizer_comes_again():
    done = subprocess.run(
        [sys.executable, "-c", STRUCK_IN_A_FINALIZER, "regions", "list"], capture_output=True, text=True
    )
    assert done.returncode == 130
    assert done.stderr.strip().startswith("已按 Ctrl-C 停止")
