# Stands for systemd: listens on the datagram socket named by its argument, prints what it is told, a line a message.
import os
import signal
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print("listening", flush=True)
if len(sys.argv) > 2:
    # Takes nothing, for ever.
    signal.pause()
while True:
    # systemd-notify waits until the descriptors that come with its last message are closed.
    message, descriptors, _, _ = socket.recv_fds(listener, 4096, 4)
    for descriptor in descriptors:
        os.close(descriptor)
    if message != b"BARRIER=1":
        print(message.decode().replace("\n", " | "), flush=True)
