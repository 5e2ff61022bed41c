"""The verification page: drop a PDF, read one sentence, know what to do.

    app = create_app(trust, online_factory)          # alone
    main_app.include_router(router(trust, online_factory, prefix="/kiem-tra"))

Nothing of an uploaded file is kept: it is held in memory within a fixed size, examined
in a guarded child, and forgotten with the answer. The page works without JavaScript,
sets no cookie and asks no other host for anything.
"""

from verifier.web.app import create_app, router

__all__ = ["create_app", "router"]
