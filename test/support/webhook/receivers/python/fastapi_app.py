import os

import uvicorn
from fastapi import FastAPI, Request, Response

from judge import judge

app = FastAPI()


@app.post("/{mistake}")
async def receive(mistake: str, request: Request):
    status, word = judge(mistake, request.headers.get, await request.body())
    return Response(word, status_code=status)


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
