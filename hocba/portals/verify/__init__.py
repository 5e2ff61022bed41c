"""The public door: the verification page, and the sources that a stand-alone verifier asks.

    app.include_router(routes(wp))

    GET  /                            the page
    POST /rpc                         JSON-RPC of the ledger's chain, reading only
    GET  /statements/{name}           sealed statements and rosters, content addressed
    GET  /attest                      the sector database's signed word
    GET  /trust/trusted_root.json     what this realm's verifiers trust
    GET  /health                      whether database and chain answer

No account, no cookie, nobody's data: a statement holds hashes, an attestation one of three
words. What cannot be found is 404 for every reason alike.
"""

from hocba.portals.verify.routes import routes

__all__ = ["routes"]
