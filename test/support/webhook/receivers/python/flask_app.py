import os

from flask import Flask, request

from judge import judge

app = Flask(__name__)


@app.post("/<mistake>")
def receive(mistake):
    status, word = judge(mistake, request.headers.get, request.get_data())
    return word, status


app.run(port=int(os.environ["PORT"]))
