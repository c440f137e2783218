"""The routes."""

import re
import threading
from urllib.parse import urlsplit

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from api import ApiError
from config import EVENT_ID, PORT, REDIRECT_URI, log, reason
from files import open_data_dir
from mirror import participants, sync, work
from oauth import NotConnected, TokenError, begin, finish
from tokens import LoginEnded, logins
from webhooks import receive, work_deliveries

MAX_BODY = 1024 * 1024
COOKIE = "revento_attempt"
COOKIE_PATH = urlsplit(REDIRECT_URI).path

# Without pages about itself: they are for APIs that others call.
app = FastAPI(openapi_url=None)


def this_machine_only(request: Request):
    """For routes that show attendees' data, until you protect them with your own login."""
    is_local = re.match(r"(::1|(::ffff:)?127\.)", request.client.host if request.client else "")
    is_named_so = re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", request.headers.get("Host", ""))
    is_proxied = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Origin"))
    if not is_local or not is_named_so or is_proxied:
        raise HTTPException(403, "this_machine_only")


# Routes without `async` run in a pool of threads, so that they may wait.


@app.get("/healthz")
@app.head("/healthz")
def healthz():
    return {"status": "ok"}


@app.get("/connect")
def connect(event: str = ""):
    url, cookie = begin(event or EVENT_ID)
    response = RedirectResponse(url, 302)
    is_secure = urlsplit(REDIRECT_URI).scheme == "https"
    response.set_cookie(COOKIE, cookie, max_age=600, httponly=True, samesite="lax", secure=is_secure, path=COOKIE_PATH)
    return response


@app.get("/callback")
def callback(request: Request):
    try:
        login = finish(request.query_params, request.cookies.get(COOKIE, ""))
        log("connected", event_id=login["event_id"], scope=login["scope"])
        response = PlainTextResponse("Connected. You can close this page.\n")
    except NotConnected as error:
        log("not connected", reason=str(error))
        response = PlainTextResponse(f"{error}\n", 400)
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


@app.post("/webhooks/revento")
async def webhook(request: Request):
    names = [name for name, _value in request.headers.items() if name.startswith("x-revento-")]
    if len(names) > len(set(names)):
        return Response(status_code=401)  # two signatures, of which `receive` would see one
    body = b""  # the raw bytes: nothing may parse them first
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return Response(status_code=413)
    return Response(status_code=await run_in_threadpool(receive, request.headers, body))


@app.get("/participants", dependencies=[Depends(this_machine_only)])
def show_participants(event: str = ""):
    return {"data": participants(event or EVENT_ID)}


@app.post("/sync", dependencies=[Depends(this_machine_only)])
def start_sync(event: str = ""):
    connected = [login["event_id"] for login in logins()]
    wanted = [event or EVENT_ID] if event or not connected else connected
    return {"events": [sync(event_id) for event_id in wanted]}


@app.exception_handler(LoginEnded)
def login_ended(_request, error):
    return JSONResponse({"error": "not_connected", "message": str(error)}, 409)


@app.exception_handler(Exception)
def failed(_request, error):
    log("request failed", error=reason(error, ApiError, TokenError))
    return JSONResponse({"error": "failed"}, 500 if isinstance(error, OSError) else 502)


open_data_dir()
threading.Thread(target=work_deliveries, args=(work,), daemon=True).start()

if __name__ == "__main__":
    # Its log of requests would hold the codes of /callback.
    uvicorn.run(app, host="localhost", port=PORT, access_log=False, log_level="warning")
