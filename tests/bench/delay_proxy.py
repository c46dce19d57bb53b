#!/usr/bin/python3
"""A TCP relay that delays every byte by half a round trip each way (sch_netem is not everywhere).
usage: delay_proxy.py LISTEN_PORT HOST PORT HALF_RTT_MS"""
import asyncio
import sys


async def pump(reader, writer, delay):
    """Bytes leave in order, each chunk `delay` after it came in; the next is read meanwhile."""
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()

    async def send():
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    sender = asyncio.create_task(send())
    try:
        while True:
            data = await reader.read(65536)
            queue.put_nowait((loop.time() + delay, data))
            if not data:
                break
        await sender
    except (ConnectionError, asyncio.CancelledError):
        sender.cancel()
        writer.close()


async def main():
    port, host, target, half = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) / 1000

    async def serve(reader, writer):
        # the handshake of TCP costs a round trip as well
        await asyncio.sleep(2 * half)
        try:
            up_reader, up_writer = await asyncio.open_connection(host, target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, up_writer, half), pump(up_reader, writer, half), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
