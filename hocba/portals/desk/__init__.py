"""The desk: what each role of a school, a family and the department does in the browser.

    app.include_router(routes(Desk(wp)))

`roles.py` is the table of every endpoint and who may call it; `calls.py` lets nobody past it.
One file for each role: `teacher`, `homeroom`, `principal`, `office`, `family`, `department`.
Everything works without JavaScript; `static/desk.js` only makes it quicker.
"""

from hocba.portals.desk.calls import Desk, routes

__all__ = ["Desk", "routes"]
