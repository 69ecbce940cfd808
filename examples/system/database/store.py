"""A stand-in for a database: store.py ADDRESS PORT FILE answers with what is in FILE at that moment."""
import http.server
import pathlib
import sys

ADDRESS, PORT, FILE = sys.argv[1:]


class Store(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        data = pathlib.Path(FILE).read_bytes()
        self.send_response(200)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *ignored):
        pass


http.server.ThreadingHTTPServer((ADDRESS, int(PORT)), Store).serve_forever()
