"""Makes the warm kernel known to Jupyter, or ends its servers: ``python -m crosswave.kernel [COMMAND]``."""

import sys

from crosswave.kernel import ensure_kernelspec, stop_every_server, stop_server, why_cold


def _install() -> str:
    """make the warm kernel known to Jupyter in this environment, and print its name (the default)"""
    reason = why_cold()
    return ensure_kernelspec() + (f" (no warm kernel: {reason})" if reason else "")


def _stop() -> str:
    """end the server that a kernel started from here is forked from; other servers are left alone"""
    return f"{stop_server()} ended; stop-all ends those with other settings too"


def _stop_all() -> str:
    """end every server of this Python environment and user"""
    return f"{stop_every_server()} ended"


def _help() -> str:
    """print this"""
    lines = (f"  {name:10}{command.__doc__}" for name, command in COMMANDS.items())
    return "\n".join(("python -m crosswave.kernel [COMMAND]", "", *lines))


COMMANDS = {"install": _install, "stop": _stop, "stop-all": _stop_all, "--help": _help}


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
