"""The program as gunicorn, the command line and pwmigrate find it."""

from teamapp import create_app

app = create_app()
db = app.extensions["database"]
