"""Connections that say nothing: browsers open some in advance. They may not hold up who asks for something."""

import socket
import urllib.request

SILENT = 64  # more than all workers have threads; each held one for five seconds where it was let in at once
WAITS = 4


def test_silent_connections_hold_nobody_up(site):
    silent = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(SILENT)]
    try:
        for _ in range(3):
            with urllib.request.urlopen(f"{site.address}/sign-in/", timeout=WAITS) as answer:
                assert answer.status == 200
    finally:
        for one in silent:
            one.close()
