"""The application object for gunicorn, the command line and pwmigrate."""

from teamapp import create_app

app = create_app()
db = app.extensions["database"]
