"""FAISS in this process: one index, asked by the harness (loaders/systems/side/harness.py)."""

import array
import json
import os
from time import perf_counter_ns

import faiss
import numpy

FILE = "faiss.index"

state = {}


def rows(values):
    return numpy.frombuffer(values, dtype=numpy.float32).reshape(-1, state["dimension"])


def start(directory, dimension, settings, threads):
    faiss.omp_set_num_threads(int(threads))
    state["dimension"], state["settings"] = int(dimension), json.loads(settings)
    state["file"] = os.path.join(directory, FILE)
    state["lone"] = faiss.IndexFlatIP(int(dimension))
    state["lone"].add(numpy.ones((1, int(dimension)), dtype=numpy.float32))
    reused = os.path.exists(state["file"])
    if reused:
        state["index"] = faiss.read_index(state["file"])
    return [float(reused)]


def load(vectors):
    settings, base = state["settings"], rows(vectors)
    index = faiss.index_factory(state["dimension"], settings["factory"], faiss.METRIC_INNER_PRODUCT)
    if "efConstruction" in settings:
        graph_of(index).efConstruction = settings["efConstruction"]
    index.train(base)
    index.add(base)
    faiss.write_index(index, state["file"])
    state["index"] = index


def inner(index):
    """Below a refining index, the one that has the recall knob."""
    index = faiss.downcast_index(index)
    return faiss.downcast_index(index.base_index) if isinstance(index, faiss.IndexRefine) else index


def graph_of(index):
    return inner(index).hnsw


def ready():
    held = float(state["index"].ntotal)
    return [held, held, -1.0, float(os.path.getsize(state["file"]))]


def set_effort(effort):
    index = state["index"]
    if isinstance(inner(index), faiss.IndexIVF):
        inner(index).nprobe = effort
    else:
        graph_of(index).efSearch = effort
    refining = faiss.downcast_index(index)
    if isinstance(refining, faiss.IndexRefine):
        refining.k_factor = state["settings"]["k_factor"]


def search_pass(queries, k, effort):
    set_effort(int(effort))
    search, k, asked = state["index"].search, int(k), rows(queries)
    starts, ends, ordinals = array.array("d"), array.array("d"), array.array("I")
    for at in range(len(asked)):
        query = asked[at : at + 1]
        start = perf_counter_ns()
        _, found = search(query, k)
        end = perf_counter_ns()
        starts.append(start)
        ends.append(end)
        ordinals.extend(found[0].tolist())
    return [starts, ends, ordinals]


def search_batch(queries, k, effort):
    set_effort(int(effort))
    _, found = state["index"].search(rows(queries), int(k))
    return [array.array("I", found.ravel().tolist())]


def null_pass(query):
    asked = rows(query)
    start = perf_counter_ns()
    state["lone"].search(asked, 1)
    return [array.array("d", [start]), array.array("d", [perf_counter_ns()])]


def stop():
    state.clear()
