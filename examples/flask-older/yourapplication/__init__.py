"""A page in Korean."""
GREETING = '안녕하세요!'


def app(environ, start_response):
    page = GREETING.encode()
    start_response('200 OK', [('Content-Type', 'text/plain; charset=utf-8'), ('Content-Length', str(len(page)))])
    return [page]
