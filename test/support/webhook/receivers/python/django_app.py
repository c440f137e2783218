import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from judge import judge

settings.configure(
    DEBUG=os.environ.get("RECEIVER_DEBUG") == "1",
    SECRET_KEY="for tests only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)


@csrf_exempt
def receive(request, mistake):
    status, word = judge(mistake, request.headers.get, request.body)
    return HttpResponse(word, status=status)


urlpatterns = [path("<mistake>/", receive)]
execute_from_command_line([sys.argv[0], "runserver", "--noreload", os.environ["PORT"]])
