"""Run the demo site by hand: ``python -m jianbao.demo [--port N] [--articles N --papers N]``."""

from __future__ import annotations

import argparse
import signal
import sys

from jianbao.demo.press import Press
from jianbao.demo.site import DemoSite


def main() -> int:
    """Serve until interrupted; print the address first."""
    options = _read_arguments()
    # Blocked before the server's thread starts, so that the signal comes to sigwait and nowhere else.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    press = Press.of(options.articles, options.papers) if options.articles else Press.daily()
    try:
        with DemoSite(press, port=options.port) as site:
            sys.stdout.write(f"{site.url}\n")
            sys.stdout.flush()
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except OSError as error:
        sys.stderr.write(
            f"the demo site cannot listen on port {options.port}: {error.strerror}; try another\n"
        )
        return 1
    return 0


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jianbao.demo", description="Serve the demo newspapers.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--articles", type=int, default=0, help="serve so many synthetic articles instead")
    parser.add_argument("--papers", type=int, default=20, help="papers that the synthetic articles are in")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
