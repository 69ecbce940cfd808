"""A WSGI application without dependencies, so that it installs without a network."""

GREETING = 'Hello, world!'


def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain; charset=utf-8')])
    return [GREETING.encode('utf-8'), b'\n']
