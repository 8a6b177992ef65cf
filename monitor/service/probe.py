"""Whether the daemon on this machine is well, as an exit code: a container's health check.

Asks `/healthz` where `AFTERSHOCK_HTTP` says that it listens. Loads nothing of the daemon, as it runs twice a minute.
"""

import http.client
import os
import sys

TIMEOUT = 5.0
EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104  addresses to listen on, asked for on loopback


def main() -> int:
    """0 if the daemon is well, 1 with the reason on standard error if not."""
    host, _, port = (os.environ.get("AFTERSHOCK_HTTP") or "127.0.0.1:9477").rpartition(":")
    host = host.strip("[]")
    try:
        connection = http.client.HTTPConnection("127.0.0.1" if host in EVERYWHERE else host, int(port), timeout=TIMEOUT)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        sys.stderr.write(f"the daemon does not answer: {error}\n")
        return 1
    if answer.status != http.client.OK:
        sys.stderr.write(f"{text}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
