"""What a real browser keeps of pages that a server sent packed with brotli: its cache is an exhibit here."""
import http.server
import subprocess
import threading

import common

PAGE = ("<!DOCTYPE html><title>Orders</title>" + "".join(
    f"<p>Order {n} was sent to anna.cached.{n}@example.org; questions to the office, telephone +49 30 90182{n}.\n"
    for n in range(100, 160))).encode()


class Server(http.server.BaseHTTPRequestHandler):
    packed = b""

    def do_GET(self):
        self.send_response(200 if self.path == "/orders" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.path == "/orders":
            self.send_header("Content-Encoding", "br")
            self.send_header("Cache-Control", "max-age=86400")
            self.send_header("Content-Length", str(len(self.packed)))
        self.end_headers()
        if self.path == "/orders":
            self.wfile.write(self.packed)

    def log_message(self, *_):
        pass


class BrowserCache(common.Case):
    def test_a_page_packed_with_brotli_is_read(self):
        Server.packed = subprocess.run(["brotli", "-c"], input=PAGE, capture_output=True, check=True).stdout
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        profile = self.scratch / "profile"
        shown = common.chromium(profile, "--dump-dom", f"http://localhost:{server.server_port}/orders")
        self.assertIn(b"anna.cached.100@example.org", shown, "the browser did not take brotli")
        common.weft("run", self.case, profile, expect={common.OK, common.ATTENTION})
        found = {row["value"]: row["path"] for row in common.table(self.case, "feature")
                 if row["kind"] == "email" and "anna.cached" in row["value"]}
        self.assertEqual(len(found), 60)
        self.assertTrue(all("-BROTLI-" in path for path in found.values()), found)
        self.assertIn("hold what is claimed", common.weft("verify", self.case, "--samples", "1000000").text)


if __name__ == "__main__":
    common.main()
