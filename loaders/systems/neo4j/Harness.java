// Holds Neo4j Community in this JVM: opens the database, answers frames on standard input until it closes, and
// times queries inside (System.nanoTime) for Cypher and the core API; with a port it serves Bolt beside that.
// Run from source: java -cp "lib/*" Harness.java. Frame: loaders/systems/side/frame.ts.

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.eclipse.collections.impl.list.mutable.primitive.LongArrayList;
import org.eclipse.collections.impl.map.mutable.primitive.LongDoubleHashMap;
import org.eclipse.collections.impl.set.mutable.primitive.LongHashSet;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.Direction;
import org.neo4j.graphdb.GraphDatabaseService;
import org.neo4j.graphdb.Label;
import org.neo4j.graphdb.Node;
import org.neo4j.graphdb.Relationship;
import org.neo4j.graphdb.RelationshipType;
import org.neo4j.graphdb.Transaction;
import org.neo4j.graphdb.traversal.Evaluators;
import org.neo4j.graphdb.traversal.Uniqueness;
import org.neo4j.io.ByteUnit;

public class Harness {
    static final int TEXT = 1, NUMBER = 2, F32 = 3, U32 = 4, F64 = 5, U8 = 6;
    static final int NOTHING = -1;
    static final int ROWS_AT_ONCE = 20_000;
    static final long INDEX_MINUTES_MAX = 20;
    static final Label N = Label.label("N");
    static final RelationshipType E = RelationshipType.withName("E");
    /** Wordings that are no Cypher: loops over the core API, and its traversal framework. */
    static final String LOOPS = "api", FRAMEWORK = "traversal framework";

    static DatabaseManagementService service;
    static GraphDatabaseService db;

    // --- frames ------------------------------------------------------------------------------------------

    static List<Object> readFrame(DataInputStream in) throws IOException {
        byte[] head = in.readNBytes(5);
        if (head.length < 5) throw new EOFException();
        ByteBuffer header = little(head);
        byte[] bytes = in.readNBytes(header.getInt());
        int count = header.get() & 0xff;
        ByteBuffer body = little(bytes);
        List<Object> values = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            int tag = body.get();
            int length = body.getInt();
            ByteBuffer data = body.slice(body.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            body.position(body.position() + length);
            values.add(switch (tag) {
                case TEXT -> StandardCharsets.UTF_8.decode(data).toString();
                case NUMBER -> data.getDouble();
                case F32 -> { float[] out = new float[length / 4]; data.asFloatBuffer().get(out); yield out; }
                case U32 -> { int[] out = new int[length / 4]; data.asIntBuffer().get(out); yield out; }
                case F64 -> { double[] out = new double[length / 8]; data.asDoubleBuffer().get(out); yield out; }
                case U8 -> { byte[] out = new byte[length]; data.get(out); yield out; }
                default -> throw new IOException("unknown tag " + tag);
            });
        }
        return values;
    }

    static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static void writeFrame(OutputStream out, Object... values) throws IOException {
        List<ByteBuffer> parts = new ArrayList<>();
        int length = 0;
        for (Object value : values) {
            ByteBuffer part = encoded(value);
            parts.add(part);
            length += part.capacity();
        }
        out.write(ByteBuffer.allocate(5).order(ByteOrder.LITTLE_ENDIAN).putInt(length).put((byte) values.length).array());
        for (ByteBuffer part : parts) out.write(part.array());
        out.flush();
    }

    static ByteBuffer encoded(Object value) {
        if (value instanceof String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return headed(TEXT, bytes.length).put(bytes);
        }
        if (value instanceof Number number) return headed(NUMBER, 8).putDouble(number.doubleValue());
        if (value instanceof int[] ints) {
            ByteBuffer part = headed(U32, ints.length * 4);
            part.asIntBuffer().put(ints);
            return part;
        }
        double[] doubles = (double[]) value;
        ByteBuffer part = headed(F64, doubles.length * 8);
        part.asDoubleBuffer().put(doubles);
        return part;
    }

    static ByteBuffer headed(int tag, int length) {
        return ByteBuffer.allocate(5 + length).order(ByteOrder.LITTLE_ENDIAN).put((byte) tag).putInt(length);
    }

    // --- life --------------------------------------------------------------------------------------------

    static Object[] start(String home, double pageCacheMb, double port) {
        var builder = new DatabaseManagementServiceBuilder(Path.of(home))
                .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes((long) pageCacheMb))
                .setConfig(GraphDatabaseSettings.auth_enabled, false)
                .setConfig(GraphDatabaseSettings.udc_enabled, false);
        if (port > 0)
            builder.setConfig(BoltConnector.enabled, true)
                    .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", (int) port));
        service = builder.build();
        db = service.database(GraphDatabaseSettings.DEFAULT_DATABASE_NAME);
        try (Transaction tx = db.beginTx()) {
            return new Object[] {(double) count(tx, "MATCH (n:N) RETURN count(n) AS answer")};
        }
    }

    static long count(Transaction tx, String query) {
        try (var rows = tx.execute(query)) {
            return (Long) rows.next().get("answer");
        }
    }

    static void execute(String query) {
        db.executeTransactionally(query);
    }

    static Object[] load(int nodes, int[] from, int[] to, float[] weights, float[] vectors, byte[] groups) {
        execute("CREATE CONSTRAINT n_id IF NOT EXISTS FOR (n:N) REQUIRE n.id IS UNIQUE");
        int dimension = vectors.length / nodes;
        String[] ids = new String[nodes];
        inBatches(nodes, (tx, at) -> {
            Node node = tx.createNode(N);
            node.setProperty("id", (long) at);
            if (dimension > 0) node.setProperty("vector", Arrays.copyOfRange(vectors, at * dimension, (at + 1) * dimension));
            if (groups.length > 0) node.setProperty("group", (long) (groups[at] & 0xff));
            ids[at] = node.getElementId();
        });
        inBatches(from.length, (tx, at) -> {
            Relationship edge = tx.getNodeByElementId(ids[from[at]])
                    .createRelationshipTo(tx.getNodeByElementId(ids[to[at]]), E);
            edge.setProperty("w", weights.length > 0 ? (double) weights[at] : 1.0);
        });
        if (dimension > 0) execute(vectorIndex(dimension));
        return new Object[0];
    }

    static String vectorIndex(int dimension) {
        return "CREATE VECTOR INDEX vectors IF NOT EXISTS FOR (n:N) ON n.vector OPTIONS {indexConfig: {"
                + "`vector.dimensions`: " + dimension + ", `vector.similarity_function`: 'cosine'}}";
    }

    interface Row {
        void write(Transaction tx, int at);
    }

    static void inBatches(int rows, Row row) {
        for (int first = 0; first < rows; first += ROWS_AT_ONCE)
            try (Transaction tx = db.beginTx()) {
                for (int at = first; at < Math.min(rows, first + ROWS_AT_ONCE); at++) row.write(tx, at);
                tx.commit();
            }
    }

    /** Vectors, edges, and the share of the indexes that is populated, after waiting for them. */
    static Object[] ready() {
        try (Transaction tx = db.beginTx()) {
            tx.schema().awaitIndexesOnline(INDEX_MINUTES_MAX, TimeUnit.MINUTES);
            double populated = 1;
            for (var index : tx.schema().getIndexes())
                populated = Math.min(populated, tx.schema().getIndexPopulationProgress(index).getCompletedPercentage() / 100);
            return new Object[] {
                (double) count(tx, "MATCH (n:N) RETURN count(n) AS answer"),
                (double) count(tx, "MATCH ()-[e:E]->() RETURN count(e) AS answer"),
                populated
            };
        }
    }

    // --- questions ---------------------------------------------------------------------------------------

    /** Runs `ask` for each request and times it alone: start and end in ns, and an answer of `width` each. */
    static Object[] timed(int n, int width, IntFunction<int[]> ask) {
        double[] starts = new double[n], ends = new double[n];
        int[] answers = new int[n * width];
        Arrays.fill(answers, NOTHING);
        for (int at = 0; at < n; at++) {
            long start = System.nanoTime();
            int[] answer = ask.apply(at);
            long end = System.nanoTime();
            starts[at] = start;
            ends[at] = end;
            System.arraycopy(answer, 0, answers, at * width, Math.min(width, answer.length));
        }
        return new Object[] {starts, ends, answers};
    }

    static int[] column(String query, Map<String, Object> parameters) {
        try (Transaction tx = db.beginTx(); var rows = tx.execute(query, parameters)) {
            int[] found = new int[16];
            int count = 0;
            while (rows.hasNext()) {
                if (count == found.length) found = Arrays.copyOf(found, count * 2);
                found[count++] = (int) ((Number) rows.next().get("answer")).longValue();
            }
            return Arrays.copyOf(found, count);
        }
    }

    static Object[] reachPass(int[] seeds, int hops, String wording, String query) {
        return timed(seeds.length, 1, at -> switch (wording) {
            case LOOPS -> new int[] {reachedByLoops(seeds[at], hops).size() - 1};
            case FRAMEWORK -> new int[] {(int) reachedByFramework(seeds[at], hops)};
            default -> column(query, Map.of("seed", (long) seeds[at]));
        });
    }

    /** Breadth-first over the core API; the seed is in the set. */
    static LongHashSet reachedByLoops(int seed, int hops) {
        try (Transaction tx = db.beginTx()) {
            Node start = tx.findNode(N, "id", (long) seed);
            LongHashSet seen = LongHashSet.newSetWith(start.getId());
            List<Node> frontier = List.of(start);
            for (int hop = 0; hop < hops; hop++) {
                List<Node> next = new ArrayList<>();
                for (Node node : frontier)
                    try (var edges = node.getRelationships(Direction.OUTGOING, E)) {
                        for (Relationship edge : edges)
                            if (seen.add(edge.getEndNodeId()) && hop + 1 < hops) next.add(edge.getEndNode());
                    }
                frontier = next;
            }
            return seen;
        }
    }

    static long reachedByFramework(int seed, int hops) {
        try (Transaction tx = db.beginTx()) {
            long found = 0;
            for (Node ignored : tx.traversalDescription().breadthFirst().relationships(E, Direction.OUTGOING)
                    .uniqueness(Uniqueness.NODE_GLOBAL).evaluator(Evaluators.toDepth(hops))
                    .evaluator(Evaluators.excludeStartPosition())
                    .traverse(tx.findNode(N, "id", (long) seed)).nodes()) found++;
            return found;
        }
    }

    static Object[] reached(int seed, int hops, String wording, String query) {
        if (!wording.equals(LOOPS) && !wording.equals(FRAMEWORK))
            return new Object[] {column(query, Map.of("seed", (long) seed))};
        try (Transaction tx = db.beginTx()) {
            LongArrayList ids = new LongArrayList();
            reachedByLoops(seed, hops).forEach(id -> ids.add((Long) tx.getNodeById(id).getProperty("id")));
            return new Object[] {Arrays.stream(ids.toArray()).filter(id -> id != seed).mapToInt(id -> (int) id).toArray()};
        }
    }

    static Object[] spreadPass(int[] seeds, int limit, String wording, String query, double one, double two) {
        return timed(seeds.length, limit, at -> wording.equals(LOOPS)
                ? strongestByLoops(seeds[at], limit, one, two)
                : column(query, Map.of("seed", (long) seeds[at], "limit", (long) limit, "one", one, "two", two)));
    }

    static int[] strongestByLoops(int seed, int limit, double one, double two) {
        try (Transaction tx = db.beginTx()) {
            Node start = tx.findNode(N, "id", (long) seed);
            LongDoubleHashMap active = new LongDoubleHashMap();
            try (var edges = start.getRelationships(Direction.OUTGOING, E)) {
                for (Relationship edge : edges) {
                    double weight = (Double) edge.getProperty("w");
                    active.addToValue(edge.getEndNodeId(), weight * one);
                    try (var further = edge.getEndNode().getRelationships(Direction.OUTGOING, E)) {
                        for (Relationship next : further)
                            active.addToValue(next.getEndNodeId(), weight * (Double) next.getProperty("w") * two);
                    }
                }
            }
            active.remove(start.getId());
            return active.keyValuesView().toSortedList((a, b) -> {
                int byValue = Double.compare(b.getTwo(), a.getTwo());
                return byValue != 0 ? byValue : Long.compare(a.getOne(), b.getOne());
            }).stream().limit(limit).mapToInt(entry -> (int) (long) (Long) tx.getNodeById(entry.getOne()).getProperty("id"))
                    .toArray();
        }
    }

    static Object[] searchPass(float[] queries, int dimension, int k, int effort, String query) {
        List<Map<String, Object>> cues = new ArrayList<>();
        for (int at = 0; at < queries.length; at += dimension)
            cues.add(Map.of("k", (long) k, "effort", (long) effort, "vector", Arrays.copyOfRange(queries, at, at + dimension)));
        return timed(cues.size(), k, at -> column(query, cues.get(at)));
    }

    /** Starts and ends, n × k hits, and the found nodes of all answers in a row with the length of each. */
    static Object[] hybridPass(float[] queries, int dimension, byte[] groups, int k, int effort, String query) {
        List<Map<String, Object>> cues = new ArrayList<>();
        for (int at = 0; at < groups.length; at++)
            cues.add(Map.of("k", (long) k, "effort", (long) effort, "group", (long) (groups[at] & 0xff),
                    "vector", Arrays.copyOfRange(queries, at * dimension, (at + 1) * dimension)));
        int[] lengths = new int[groups.length];
        List<List<Number>> found = new ArrayList<>();
        Object[] times = timed(groups.length, k, at -> {
            try (Transaction tx = db.beginTx(); var rows = tx.execute(query, cues.get(at))) {
                Map<String, Object> row = rows.next();
                found.add(numbers(row.get("found")));
                lengths[at] = found.get(at).size();
                return ints(numbers(row.get("hits")));
            }
        });
        int[] all = ints(found.stream().flatMap(List::stream).toList());
        return new Object[] {times[0], times[1], times[2], lengths, all};
    }

    @SuppressWarnings("unchecked")
    static List<Number> numbers(Object list) {
        return (List<Number>) list;
    }

    static int[] ints(List<Number> list) {
        return list.stream().mapToInt(Number::intValue).toArray();
    }

    static Object[] nullPass(int n, String wording) {
        return timed(n, 1, at -> {
            if (!wording.equals(LOOPS)) return column("RETURN 1 AS answer", Map.of());
            try (Transaction tx = db.beginTx()) {
                return new int[] {1};
            }
        });
    }

    static Object[] writePass(int first, float[] vectors, int dimension, int batch, String query) {
        int rows = vectors.length / dimension;
        return timed((rows + batch - 1) / batch, 1, at -> {
            List<Map<String, Object>> given = new ArrayList<>();
            for (int row = at * batch; row < Math.min(rows, (at + 1) * batch); row++)
                given.add(Map.of("id", (long) first + row,
                        "vector", Arrays.copyOfRange(vectors, row * dimension, (row + 1) * dimension)));
            try (Transaction tx = db.beginTx()) {
                tx.execute(query, Map.of("rows", given)).close();
                tx.commit();
            }
            return new int[] {1};
        });
    }

    static Object[] answer(List<Object> frame) {
        int[] number = new int[frame.size()];
        for (int at = 0; at < number.length; at++)
            if (frame.get(at) instanceof Double value) number[at] = value.intValue();
        return switch ((String) frame.get(0)) {
            case "start" -> start((String) frame.get(1), number[2], number[3]);
            case "load" -> load(number[1], (int[]) frame.get(2), (int[]) frame.get(3), (float[]) frame.get(4),
                    (float[]) frame.get(5), (byte[]) frame.get(6));
            case "execute" -> { execute((String) frame.get(1)); yield new Object[0]; }
            case "vectorIndex" -> { execute(vectorIndex(number[1])); yield new Object[0]; }
            case "ready" -> ready();
            case "reachPass" -> reachPass((int[]) frame.get(1), number[2], (String) frame.get(3), (String) frame.get(4));
            case "reached" -> reached(number[1], number[2], (String) frame.get(3), (String) frame.get(4));
            case "spreadPass" -> spreadPass((int[]) frame.get(1), number[2], (String) frame.get(3), (String) frame.get(4),
                    (Double) frame.get(5), (Double) frame.get(6));
            case "searchPass" -> searchPass((float[]) frame.get(1), number[2], number[3], number[4], (String) frame.get(5));
            case "hybridPass" -> hybridPass((float[]) frame.get(1), number[2], (byte[]) frame.get(3), number[4], number[5],
                    (String) frame.get(6));
            case "writePass" -> writePass(number[1], (float[]) frame.get(2), number[3], number[4], (String) frame.get(5));
            case "column" -> new Object[] {column((String) frame.get(1), Map.of())};
            case "nullPass" -> nullPass(number[1], (String) frame.get(2));
            case "stop" -> { service.shutdown(); yield new Object[0]; }
            default -> throw new IllegalArgumentException("no method " + frame.get(0));
        };
    }

    public static void main(String[] arguments) throws Exception {
        OutputStream answers = new FileOutputStream(FileDescriptor.out);
        System.setOut(System.err); // what a library prints must not land between frames
        var questions = new ArrayBlockingQueue<List<Object>>(64);
        // The one that started this process is gone when the input ends: so is this one, whatever it is at.
        Thread reader = new Thread(() -> {
            try (var in = new DataInputStream(new FileInputStream(FileDescriptor.in))) {
                while (true) questions.put(readFrame(in));
            } catch (IOException | InterruptedException end) {
                Runtime.getRuntime().halt(0);
            }
        });
        reader.setDaemon(true);
        reader.start();
        while (true) {
            List<Object> frame = questions.take();
            Object[] answer;
            try {
                Object[] values = answer(frame);
                answer = new Object[values.length + 1];
                answer[0] = "ok";
                System.arraycopy(values, 0, answer, 1, values.length);
            } catch (Throwable error) {
                answer = new Object[] {"error", error.toString()};
            }
            writeFrame(answers, answer);
        }
    }
}
