# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A headless Chromium, spoken to over a pipe (its DevTools protocol): no port, no network."""
import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-pipe"]


NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")


def find():
    return next(filter(None, map(shutil.which, NAMES)))


class Browser:
    """with Browser() as b: b.open(path); b.js("document.title")"""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="bpfld-chromium-")
        from_us, self.to = os.pipe()
        self.back, to_us = os.pipe()

        def pipes():  # Chromium reads commands at 3 and answers at 4
            a, b = os.dup(from_us), os.dup(to_us)
            os.dup2(a, 3)
            os.dup2(b, 4)

        with open(os.path.join(self.profile, "stderr"), "wb") as log:
            self.process = subprocess.Popen(
                [find(), *FLAGS, "--user-data-dir=" + self.profile, "about:blank"], stderr=log,
                stdout=subprocess.DEVNULL, preexec_fn=pipes, pass_fds=(3, 4),
                start_new_session=True, env={**os.environ, "HOME": self.profile})
        os.close(from_us)
        os.close(to_us)
        self.buffer, self.id, self.events, self.session = b"", 0, [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t["targetId"] for t in targets if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # its group, which we made
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.buffer:
            data = os.read(self.back, 1 << 16)
            if not data:
                raise RuntimeError("chromium ended")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.id += 1
        message = {"id": self.id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            got = self.receive()
            if got.get("id") == self.id:
                if "error" in got:
                    raise RuntimeError("%s: %s" % (method, got["error"]))
                return got["result"]
            self.events.append(got)

    def open(self, path):
        """Waits until the page has loaded."""
        self.events = []
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self.events.append(self.receive())

    def js(self, expression):
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                        awaitPromise=True)
        if "exceptionDetails" in got:
            raise RuntimeError(got["exceptionDetails"]["exception"]["description"])
        return got["result"].get("value")

    def press(self, *keys):
        codes = {"Enter": 13, "Tab": 9, " ": 32, "ArrowRight": 39, "ArrowLeft": 37, "ArrowUp": 38,
                 "ArrowDown": 40, "Escape": 27, "/": 191}
        for key in keys:
            text = {"Enter": "\r", " ": " ", "/": "/"}.get(key)
            more = {"text": text} if text else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", key=key,
                      windowsVirtualKeyCode=codes[key], **more)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key,
                      windowsVirtualKeyCode=codes[key])

    def type(self, text):
        self.call("Input.insertText", text=text)

    def look(self, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, whole=False):
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def complaints(self):
        """Errors and warnings of the page, and what it asked the network for."""
        found = []
        for e in self.events:
            params = e.get("params", {})
            if e["method"] == "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                found.append(details.get("exception", {}).get("description", details["text"]))
            elif e["method"] == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
                found.append(str(params["args"]))
            elif e["method"] == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(params["entry"]["text"])
            elif e["method"] == "Network.requestWillBeSent" and not params["request"]["url"].startswith(
                    "file://"):
                found.append("request for " + params["request"]["url"][:80])
        return found
