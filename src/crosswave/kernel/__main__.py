"""``python -m crosswave.kernel`` makes the warm kernel known to Jupyter; ``... stop`` ends its server."""

import sys

from crosswave.kernel import ensure_kernelspec, stop_server, why_cold


def _install() -> str:
    reason = why_cold()
    return ensure_kernelspec() + (f" (no warm kernel: {reason})" if reason else "")


def _stop() -> str:
    return f"{stop_server()} ended"


COMMANDS = {"install": _install, "stop": _stop}


def main(arguments: list[str]) -> int:
    """Return the exit status of the command."""
    command = COMMANDS.get(arguments[0] if arguments else "install")
    if command is None or len(arguments) > 1:
        sys.stderr.write(f"the command must be one of {', '.join(COMMANDS)}, and is {' '.join(arguments)!r}\n")
        return 2
    sys.stdout.write(command() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
