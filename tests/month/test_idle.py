"""Connections that say nothing: browsers open some in advance. They may not hold up who asks for something."""

import socket
import urllib.error
import urllib.request

SILENT = 64  # more than all workers have threads; each held one for five seconds where it was let in at once
WAITS = 4  # seconds
TRIES = 20  # a busy machine is late now and then; who is held up is late every time


def test_silent_connections_hold_nobody_up(site):
    assert any(answered_beside_silent_ones(site) for _ in range(TRIES)), "whoever asks waits for those who do not"


def answered_beside_silent_ones(site) -> bool:
    """Three times in time, beside so many new silent connections."""
    silent = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(SILENT)]
    try:
        for _ in range(3):
            with urllib.request.urlopen(f"{site.address}/sign-in/", timeout=WAITS) as answer:
                assert answer.status == 200
    except (TimeoutError, urllib.error.URLError):
        return False
    finally:
        for one in silent:
            one.close()
    return True
