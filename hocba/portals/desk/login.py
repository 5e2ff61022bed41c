"""Coming in, leaving, a new password."""

from fastapi import Response

from hocba.kit import access
from hocba.kit.errors import HocbaError, InputError
from hocba.portals.desk.calls import COOKIE, Call, counted


def form(call: Call) -> Response:
    """The page that asks for name and password."""
    if call.who is not None:
        return call.go("/desk")
    return call.page("login.html", username="")


def enter(call: Call) -> Response:
    """Check them and open a session."""
    username = call.form.get("username")
    try:
        token = access.log_in(
            call.wp.database,
            username,
            call.form.get("password"),
            address=call.address,
            at=call.at,
        )
    except HocbaError as error:
        return call.faulty("login.html", error, username=username)
    answer = call.go("/desk")
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(access.LONGEST.total_seconds()),
        path="/desk",
        secure=call.desk.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def leave(call: Call) -> Response:
    """End the session."""
    with call.wp.database.transaction("desk.leave") as db:
        access.log_out(db, call.person.visit, at=call.at)
    answer = call.go("/desk/login")
    answer.delete_cookie(
        COOKIE, path="/desk", secure=call.desk.secure, httponly=True, samesite="lax"
    )
    return answer


def password_form(call: Call) -> Response:
    """The page for a new password."""
    return call.page("password.html", changed=False)


def password(call: Call) -> Response:
    """Set it; every other session of the account ends."""
    try:
        if call.form.get("new") != call.form.get("again"):
            raise InputError("account.not_the_same")
        with counted(call, "login.wrong_old"), call.wp.database.transaction("desk.password") as db:
            access.change_password(
                db,
                call.person.visit,
                old=call.form.get("old"),
                new=call.form.get("new"),
                at=call.at,
            )
    except HocbaError as error:
        return call.faulty("password.html", error, changed=False)
    return call.page("password.html", changed=True)
