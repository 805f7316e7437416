"""Ports for servers that tests start: below those that the system gives to connections by itself, so that none takes it before the server does."""

import random
import socket

FIRST, LAST = 20_000, 32_000  # Linux gives connections those from 32768


def free_port() -> int:
    """Of this machine's loopback, taken by nobody at the moment; drawn, so that workers of one run do not all try the same."""
    for port in random.SystemRandom().sample(range(FIRST, LAST), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
