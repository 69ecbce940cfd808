import os

os.environ['YOURAPPLICATION_CONFIG'] = os.path.join(os.path.dirname(__file__), 'application.cfg')

from yourapplication import app as application  # noqa: E402
