# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""send.py IFACE PORT...: one UDP packet of 60 bytes to each port, as raw frames."""
import socket
import struct
import sys

s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for port in sys.argv[2:]:
    udp = struct.pack("!HHHH", 1000, int(port), 26, 0) + bytes(18)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    s.send(b"\xff" * 6 + b"\x02" * 6 + b"\x08\x00" + ip + udp)
