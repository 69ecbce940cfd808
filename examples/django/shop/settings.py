"""What differs between machines comes from shop/local.py, which is shared by the releases."""
import pathlib

from shop.local import ALLOWED_HOSTS, DATABASE, SECRET_KEY

__all__ = ['ALLOWED_HOSTS', 'SECRET_KEY']

BASE = pathlib.Path(__file__).resolve().parent.parent
DEBUG = False
ROOT_URLCONF = 'shop.urls'
INSTALLED_APPS = ['django.contrib.staticfiles', 'visits']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': DATABASE}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
STATIC_URL = '/static/'
STATIC_ROOT = BASE / 'static'
