"""The embedded chain behind a socket: founded, asked and refused over JSON-RPC."""

import threading
from datetime import UTC, datetime

import pytest

from hocba.issuance.founding import found
from hocba.issuance.workplace import open_workplace
from hocba.kit.config import Settings
from ledger.chains.contract import ask
from ledger.chains.embedded import EmbeddedChain
from ledger.chains.node import serve
from ledger.errors import RevertedError
from verifier.online.contract import Place
from verifier.online.rpc import RpcReader

AT = datetime(2026, 5, 31, 8, tzinfo=UTC)
REALM = "demo.hocba.test"


@pytest.fixture
def node(tmp_path):
    chain = EmbeddedChain.open(
        tmp_path / "chain.sqlite", realm=REALM, demo=True, clock=lambda: datetime.now(UTC)
    )
    server = serve(chain, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
    chain.close()


def test_an_installation_is_founded_on_a_node_and_read_by_a_stand_alone_verifier(
    node, server, tmp_path
):
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE over_rpc")
    settings = Settings(home=tmp_path / "home", database_url=server.url("over_rpc"), rpc_url=node)
    found(settings, at=AT)
    with open_workplace(settings) as wp:
        contract = wp.trust.contract.address
        chain, writer = wp.outside.chain, wp.outside.writer
        assert ask(chain, contract, "entries") == (0,)
        with pytest.raises(RevertedError) as caught:
            writer.chain.call(contract, bytes(4), sender=writer.sender.address)
        assert caught.value.code == "chain.reverted"
        view = RpcReader(node, Place.of(wp.trust)).look(0)
    assert view is not None
