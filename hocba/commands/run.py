"""`hocba serve` and `worker`: the two programs that keep running."""

import socket

from hocba.commands.terminal import Terminal
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.kit.config import load
from hocba.worker import work


def serve(terminal: Terminal, *, host: str | None, port: int | None) -> None:
    """Serve the pages until a signal; the address is printed once it answers."""
    import uvicorn  # noqa: PLC0415  # only this command needs a web server

    from hocba.app import create_app  # noqa: PLC0415  # with it the whole verifier

    settings = load()
    listening = socket.create_server(
        (host or settings.host, settings.port if port is None else port)
    )
    address = listening.getsockname()
    app = create_app(settings)
    terminal.say("cli.serving", url=f"http://{address[0]}:{address[1]}/")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    server.run(sockets=[listening])


def worker(terminal: Terminal, *, once: bool) -> None:
    """Anchor and release; with `once` until nothing is left, else until a signal."""
    if not once:
        work(load())
        return
    with terminal.workplace() as wp, terminal.progress("work") as progress:
        done = sweep(wp, clock=now, progress=progress)
    terminal.say("cli.worker_done", anchored=done.anchored, released=done.released)
