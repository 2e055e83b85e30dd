"""SQLite with the sqlite-vec extension in this process, asked by the harness (loaders/systems/side/harness.py)."""

import array
import json
import os
from time import perf_counter_ns

import apsw
import sqlite_vec

FILE = "vectors.db"
ROWS_AT_ONCE = 10_000

EXACT = "SELECT id FROM items WHERE embedding MATCH :query AND k = :k"
# Candidates by Hamming distance over one bit a dimension, ordered by the true distance: the extension's own guide.
RESCORED = """
WITH candidates AS MATERIALIZED (
  SELECT id, embedding FROM items WHERE bits MATCH vec_quantize_binary(:query) AND k = :effort)
SELECT id FROM candidates ORDER BY vec_distance_cosine(embedding, :query) LIMIT :k"""

state = {}


def connect(path, synchronous):
    connection = apsw.Connection(path)
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", synchronous)
    connection.pragma("cache_size", -state["settings"]["cache_kb"])
    return connection


def create(connection, dimension):
    bits = f", bits bit[{dimension}]" if state["settings"]["rescored"] else ""
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS items USING vec0("
        f"id INTEGER PRIMARY KEY, embedding float[{dimension}] distance_metric=cosine{bits})"
    )


def start(directory, dimension, settings, threads):
    state["dimension"], state["settings"] = int(dimension), json.loads(settings)
    path = os.path.join(directory, FILE)
    reused = os.path.exists(path)
    state["path"] = path
    state["connection"] = connect(path, "FULL")
    create(state["connection"], int(dimension))
    state["lone"] = connect(":memory:", "OFF")
    create(state["lone"], int(dimension))
    insert(state["lone"], 0, array.array("f", [1.0] * int(dimension)))
    return [float(reused and held() > 0)]


def held():
    return state["connection"].execute("SELECT count(*) FROM items").fetchall()[0][0]


def insert(connection, first, vectors):
    width = state["dimension"]
    rows = [
        (first + at // width, vectors[at : at + width].tobytes()) for at in range(0, len(vectors), width)
    ]
    statement = "INSERT INTO items(id, embedding) VALUES (?1, ?2)"
    if state["settings"]["rescored"]:
        statement = "INSERT INTO items(id, embedding, bits) VALUES (?1, ?2, vec_quantize_binary(?2))"
    with connection:
        connection.executemany(statement, rows)


def load(vectors):
    width = state["dimension"] * ROWS_AT_ONCE
    for at in range(0, len(vectors), width):
        insert(state["connection"], at // state["dimension"], vectors[at : at + width])


def ready():
    count = float(held())
    return [count, count, -1.0, float(os.path.getsize(state["path"]))]


def search_pass(queries, k, effort):
    statement = RESCORED if state["settings"]["rescored"] else EXACT
    width, connection = state["dimension"], state["connection"]
    starts, ends, ordinals = array.array("d"), array.array("d"), array.array("I")
    for at in range(0, len(queries), width):
        asked = {"query": queries[at : at + width].tobytes(), "k": int(k), "effort": int(effort)}
        start = perf_counter_ns()
        found = connection.execute(statement, asked).fetchall()
        end = perf_counter_ns()
        starts.append(start)
        ends.append(end)
        ordinals.extend(row[0] for row in found)
    return [starts, ends, ordinals]


def null_pass(query):
    asked = {"query": query.tobytes(), "k": 1, "effort": 1}
    start = perf_counter_ns()
    state["lone"].execute(RESCORED if state["settings"]["rescored"] else EXACT, asked).fetchall()
    return [array.array("d", [start]), array.array("d", [perf_counter_ns()])]


def write_pass(first, vectors, batch):
    width = state["dimension"] * int(batch)
    starts, ends = array.array("d"), array.array("d")
    for at in range(0, len(vectors), width):
        rows = vectors[at : at + width]
        start = perf_counter_ns()
        insert(state["connection"], int(first) + at // state["dimension"], rows)
        ends.append(perf_counter_ns())
        starts.append(start)
    return [starts, ends]


def written():
    return [array.array("I", [row[0] for row in state["connection"].execute("SELECT id FROM items")])]


def stop():
    state["connection"].close()
    state["lone"].close()
