"""Qdrant's engine in this process: one shard, asked by the harness (loaders/systems/side/harness.py)."""

import array
import json
import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter_ns

import qdrant_edge as q

POINTS_AT_ONCE = 1_000
SCROLL_AT_ONCE = 10_000
NULL_PATH = "null"

state = {}


def quantization(settings):
    kind = settings.get("quantization", "none")
    if kind == "int8":
        return q.ScalarQuantizationConfig(q.ScalarType.Int8, always_ram=True)
    if kind == "turbo":
        return q.TurboQuantQuantizationConfig(always_ram=True, bits=getattr(q.TurboQuantBitSize, settings["bits"]))
    if kind == "binary":
        return q.BinaryQuantizationConfig(always_ram=True)
    return None


def configuration(settings, dimension, threads):
    """What is not named in the settings is left to the vendor."""
    hnsw = None
    if "m" in settings:
        hnsw = q.HnswIndexConfig(
            settings["m"],
            settings["ef_construct"],
            settings["full_scan_threshold"],
            max_indexing_threads=threads,
        )
    optimizers = None
    if "default_segment_number" in settings:
        optimizers = q.EdgeOptimizersConfig(
            default_segment_number=settings["default_segment_number"],
            max_segment_size=settings["max_segment_size"],
            indexing_threshold=settings["indexing_threshold"],
        )
    return q.EdgeConfig(
        vectors=q.EdgeVectorParams(dimension, q.Distance.Cosine),
        hnsw_config=hnsw,
        quantization_config=quantization(settings),
        optimizers=optimizers,
        max_search_threads=threads,
    )


def opened(path, config):
    if os.path.exists(path):
        return q.EdgeShard.load(path, None), True
    os.makedirs(path)
    return q.EdgeShard.create(path, config), False


def start(directory, dimension, settings, threads):
    settings = json.loads(settings)
    dimension, threads = int(dimension), int(threads)
    config = configuration(settings, dimension, threads)
    state["settings"], state["threads"], state["dimension"] = settings, threads, dimension
    state["shard"], reused = opened(os.path.join(directory, "shard"), config)
    state["lone"], there = opened(os.path.join(directory, NULL_PATH), config)
    if not there:
        upsert(state["lone"], 0, array.array("f", [1.0] * dimension))
    return [float(reused)]


def upsert(shard, first, vectors):
    dimension = state["dimension"]
    points = [
        q.Point(first + at, vectors[at * dimension : (at + 1) * dimension].tolist())
        for at in range(len(vectors) // dimension)
    ]
    shard.update(q.UpdateOperation.upsert_points(points))


def load(vectors):
    width = state["dimension"] * POINTS_AT_ONCE
    for first in range(0, len(vectors), width):
        upsert(state["shard"], first // state["dimension"], vectors[first : first + width])
    state["shard"].flush()
    state["shard"].optimize()
    state["shard"].flush()


def ready():
    info = state["shard"].info()
    return [float(info.points_count), float(info.indexed_vectors_count), float(info.segments_count), -1.0]


def params(effort):
    settings = state["settings"]
    rescoring = None
    if "oversampling" in settings:
        rescoring = q.QuantizationSearchParams(rescore=settings["rescore"], oversampling=settings["oversampling"])
    return q.SearchParams(hnsw_ef=effort, quantization=rescoring)


def requests(queries, k, effort):
    """Made outside of the clock, as every system's own form of a query is."""
    dimension = state["dimension"]
    asked = params(int(effort))
    return [
        q.SearchRequest(q.Query.Nearest(queries[at : at + dimension].tolist()), int(k), params=asked)
        for at in range(0, len(queries), dimension)
    ]


def search_pass(queries, k, effort):
    search = state["shard"].search
    starts, ends, ordinals = array.array("d"), array.array("d"), array.array("I")
    for request in requests(queries, k, effort):
        start = perf_counter_ns()
        found = search(request)
        end = perf_counter_ns()
        starts.append(start)
        ends.append(end)
        ordinals.extend(point.id for point in found)
    return [starts, ends, ordinals]


def search_batch(queries, k, effort):
    with ThreadPoolExecutor(state["threads"]) as pool:
        found = pool.map(state["shard"].search, requests(queries, k, effort))
        return [array.array("I", [point.id for points in found for point in points])]


def null_pass(query):
    request = requests(query, 1, 1)[0]
    start = perf_counter_ns()
    state["lone"].search(request)
    return [array.array("d", [start]), array.array("d", [perf_counter_ns()])]


def write_pass(first, vectors, batch):
    shard, width = state["shard"], state["dimension"] * int(batch)
    starts, ends = array.array("d"), array.array("d")
    for at in range(0, len(vectors), width):
        points = vectors[at : at + width]
        start = perf_counter_ns()
        upsert(shard, int(first) + at // state["dimension"], points)
        shard.flush()
        ends.append(perf_counter_ns())
        starts.append(start)
    return [starts, ends]


def written():
    ordinals, offset = array.array("I"), None
    while True:
        records, offset = state["shard"].scroll(q.ScrollRequest(offset=offset, limit=SCROLL_AT_ONCE))
        ordinals.extend(record.id for record in records)
        if offset is None:
            return [ordinals]


def stop():
    state["shard"].close()
    state["lone"].close()
