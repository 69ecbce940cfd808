import json
import urllib.request

import settings

VERSION = 'one'


def application(environ, start_response):
    with urllib.request.urlopen(settings.DATABASE, timeout=5) as reply:
        greeting = json.load(reply)['greeting']
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [f'{greeting} from {settings.HOST}, version {VERSION}\n'.encode()]
