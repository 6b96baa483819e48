"""Sixteen clients in processes of their own: threads of one would measure its lock."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe

PROCESSES = 4
THREADS = 4
CLIENTS = PROCESSES * THREADS

Step = Callable[[], None]
Prepare = Callable[[str, int], list[Step]]
"""Address and number of the process -> one step for each of its threads."""


def rate(prepare: Prepare, url: str, *, seconds: float) -> float:
    """Steps a second of all clients together, after each has warmed up."""
    context = multiprocessing.get_context("spawn")
    pipes, running = [], []
    for number in range(PROCESSES):
        ours, theirs = context.Pipe()
        process = context.Process(target=_run, args=(prepare, url, number, theirs))
        process.start()
        pipes.append(ours)
        running.append(process)
    for pipe in pipes:
        assert pipe.recv() == "ready"
    begins = time.time() + 0.2
    for pipe in pipes:
        pipe.send((begins, begins + seconds))
    done = sum(pipe.recv() for pipe in pipes)
    for process in running:
        process.join()
    return done / seconds


def _run(prepare: Prepare, url: str, number: int, pipe: Pipe) -> None:
    steps = prepare(url, number)
    for step in steps:
        step()
    pipe.send("ready")
    begins, ends = pipe.recv()
    counts = [0] * len(steps)

    def work(place: int) -> None:
        time.sleep(max(0.0, begins - time.time()))
        while time.time() < ends:
            steps[place]()
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send(sum(counts))
