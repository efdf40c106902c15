# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""press-tab.py SHELL COMPLETIONS devices|names

Types commands into an interactive SHELL on a terminal, presses TAB behind each and runs it. Stubs of the
commands write down their arguments: what TAB offered has to reach them as it is, whatever characters are in
it, and none of it may run.
"""
import os
import pty
import re
import select
import shutil
import signal
import sys
import time

shell, completions, what = sys.argv[1:]
PROMPT = "READY%d>"
# What a shell could take for something else; each begins with a letter of its own. Whatever runs makes "ran".
HOSTILE = ["a$(>ran)", "b`>ran`", "c d", "e\nf", "g*?[x]", "h'i\"j\\k", "l;>ran;", "m&>ran", "n|>ran", "o #p", "q{r,s}",
           "t!u", "v<(>ran)", "w$HOME", "x${y:=>ran}", "y(z)", "z~A", "A^B", "C%D", "E\tF", "G\x1bH", "I:J", "K=L", "M@N",
           "O$'P", "Q\u00e9", "R,S", "T$((1+1))", "U--:"]

STUB = r"""#!/bin/sh
printf '%%s\0' "$@" >%s.new && mv %s.new %s
"""


class Terminal:
    def __init__(self):
        self.here = os.path.abspath(".")
        self.seen, self.prompts = "", 0
        bin_dir = os.path.join(self.here, "bin")
        os.makedirs(bin_dir, exist_ok=True)
        self.argv = os.path.join(self.here, "argv")
        for name in ("ld.bpf", "bpfld", "bpfld-hook"):
            path = os.path.join(bin_dir, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write(STUB % (self.argv, self.argv, self.argv))
            os.chmod(path, 0o755)
        env = {"PATH": bin_dir + ":/usr/bin:/bin", "HOME": self.here, "TERM": "dumb", "LC_ALL": "C.UTF-8",
               "XDG_CONFIG_HOME": self.here + "/config", "XDG_DATA_HOME": self.here + "/data", "ZDOTDIR": self.here}
        command = {"bash": ["bash", "--norc", "--noprofile"], "zsh": ["zsh", "-f"],
                   "fish": ["fish", "--no-config"]}[shell]
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execvpe(command[0], command, env)

    def read(self, until, seconds=60):
        """Reads until that regular expression has come, or until() is true."""
        deadline = time.monotonic() + seconds
        while not (until() if callable(until) else re.search(until, self.seen)):
            if time.monotonic() > deadline:
                self.close()
                sys.exit("%s: no answer: %r" % (shell, self.seen[-2000:]))
            if select.select([self.fd], [], [], 0.01)[0]:
                data = os.read(self.fd, 65536)
                if b"\x1b[c" in data:  # fish asks which terminal this is
                    os.write(self.fd, b"\x1b[?62;c")
                self.seen += data.decode("utf-8", "replace")

    def line(self, text):
        """Runs a line, and waits for the prompt behind it."""
        self.prompts += 1
        os.write(self.fd, text.encode() + b"\n")
        self.read(re.escape(PROMPT % self.prompts))

    def press_tab(self, text):
        """The arguments of the command that text becomes by TAB."""
        if os.path.exists(self.argv):
            os.unlink(self.argv)
        self.seen = ""
        os.write(self.fd, text.encode() + b"\t\n")
        self.prompts += 1
        self.read(lambda: os.path.exists(self.argv))
        self.read(re.escape(PROMPT % self.prompts))
        with open(self.argv, encoding="utf-8") as f:
            return f.read().split("\0")[:-1]

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def start():
    t = Terminal()
    if shell == "bash":
        t.line("n=0; PROMPT_COMMAND='n=$((n+1)); PS1=READY$n\">\"'; bind 'set enable-bracketed-paste off'")
        t.line(". %s/bpfld" % completions)
    elif shell == "zsh":
        t.line("n=0; precmd() { n=$((n+1)); PS1=READY$n\">\"; }; unset zle_bracketed_paste")
        t.line("fpath=(%s $fpath); autoload -Uz compinit; compinit -D -u" % completions)
    else:
        t.line("set -g n 0; function fish_prompt; set -g n (math $n + 1); printf 'READY%d>' $n; end")
        t.line("source %s/bpfld.fish" % completions)
    return t


failed = 0


def expect(t, text, want):
    global failed
    got = [word.rstrip("/") for word in t.press_tab(text)]
    if got != want:
        print("%s: %r and TAB: %r, not %r" % (shell, text, got, want))
        failed += 1
    if os.path.exists("ran"):
        print("%s: %r and TAB runs what it completes" % (shell, text))
        os.unlink("ran")
        failed += 1


def quoted(text):
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "'\\''") + "'"


def names(t):
    for name in HOSTILE:
        if shell == "fish" and "\t" in name:
            continue  # fish offers the name up to the tab, for any command; the rest is a description
        shutil.rmtree("in", ignore_errors=True)
        os.makedirs(os.path.join("in", name))
        expect(t, "ld.bpf -L in/", ["-L", "in/" + name])
        expect(t, "ld.bpf in/" + name[0], ["in/" + name])
        expect(t, "bpfld ls --root=in/", ["ls", "--root=in/" + name])
        expect(t, "bpfld-hook status --root in/" + name[0], ["status", "--root", "in/" + name])
        # What is loaded below a directory of that name: `bpfld load` did not make the others there.
        for pin in HOSTILE + ["good_name-1"]:
            os.makedirs(os.path.join("in", name, pin))
        root = quoted("in/" + name)
        # Some cannot be typed; and bash completes file names alone if a quoted word before has one of ";`".
        if not re.search("[;`\n\t\x1b]" if shell == "bash" else "[\n\t\x1b]", name):
            expect(t, "bpfld unload --root %s " % root, ["unload", "--root", "in/" + name, "good_name-1"])
            expect(t, "bpfld ls --root=%s g" % root, ["ls", "--root=in/" + name, "good_name-1"])


def devices(t):
    for name in sorted(os.listdir("/sys/class/net")):
        if name != "lo":
            expect(t, "bpfld load --device=" + name[0], ["load", "--device=" + name])
            expect(t, "bpfld load --device " + name[0], ["load", "--device", name])


terminal = start()
{"names": names, "devices": devices}[what](terminal)
terminal.close()
sys.exit(1 if failed else 0)
