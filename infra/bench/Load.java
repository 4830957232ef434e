import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints what the packaged service does at its capacity and at three times as much: clients come at a fixed rate whatever
 * becomes of those before them, as strangers do. Most want an explanation that nobody has asked for before, some one that is
 * known, some send a job and wait for it, and some hang up. They are of several tenants. In the end those who have no answer come
 * back for it, and the ledger of each tenant has to hold the explanations that his clients received, each once, and no other.
 *
 * <p>The capacity is what two clients get answered who ask again as soon as they have their answer. How long accepted requests
 * take is told of those who ask for the answer itself, and of jobs from their acceptance to their result, beside what bounds either
 * ({@link Bounds}). Ends with 1 if the service
 * ends, answers with its own failure, or accounts for something else.
 */
final class Load {

    private static final String FRESH = """
            {"base": "mini-diffusion", "loras": [{"model": "vivid"}], "images": 2, "steps": 4, "seed": %d, "heads": []}""";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration IMPATIENCE = Duration.ofMillis(300);
    private static final int CLOSED = 2;
    private static final int HUNG_UP = 0;
    private static final int UNREACHABLE = -1;
    private static final int REFUSED = 429;
    private static final int TENANTS = 3;

    private final Service service;
    private final Accounts accounts;
    private final AtomicLong seeds = new AtomicLong(1000);
    private final AtomicLong clients = new AtomicLong();
    private final Queue<Question> unanswered = new ConcurrentLinkedQueue<>();

    private Load(Service service, Accounts accounts) {
        this.service = service;
        this.accounts = accounts;
    }

    /** What one client wants. */
    private enum Want {
        FRESH,
        KNOWN,
        JOB,
        NOTHING;

        /** Of twenty clients. */
        static Want of(int draw) {
            return draw < 12 ? FRESH : draw < 15 ? KNOWN : draw < 18 ? JOB : NOTHING;
        }
    }

    /**
     * What one client asks.
     *
     * @param name by which the service knows it again
     */
    private record Question(Want want, long seed, int tenant, String name) {}

    /**
     * What a client got.
     *
     * @param status of the answer; {@link #HUNG_UP} where it did not wait, {@link #UNREACHABLE} where there was none
     * @param seconds from the request to the end of the answer
     */
    private record Answer(Want want, int status, double seconds) {

        boolean accepted() {
            return status / 100 == 2;
        }
    }

    /**
     * What accepted requests have to be answered within, as the service is configured and as fast as it was at its capacity.
     *
     * @param waiting callers who may wait; before them is a turn that has begun, and between them one of a job
     * @param longestWait in which an accepted job has to begin
     * @param two seconds of two turns, as slow as one in a hundred: at the capacity a caller waits for one other
     */
    private record Bounds(int waiting, Duration longestWait, double two) {

        static Bounds of(Phase capacity) {
            return new Bounds(
                    Integer.parseInt(System.getenv("FINEXL_HTTP_WAITING")),
                    Duration.parse("PT" + System.getenv("FINEXL_JOBS_LONGEST_WAIT")),
                    capacity.percentile(false, 0.99));
        }

        double caller() {
            return (waiting + 2) * two / 2;
        }

        double job() {
            return longestWait.toSeconds() + two / 2;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "bounds    p99 %.2f s: %d turns as slow as the capacity's p99, since FINEXL_HTTP_WAITING is %d;"
                            + " jobs p99 %.2f s: FINEXL_JOBS_LONGEST_WAIT, %d s, and such a turn",
                    caller(),
                    waiting + 2,
                    waiting,
                    job(),
                    longestWait.toSeconds());
        }
    }

    /** What the clients of one phase got. */
    private record Phase(
            String name, double offered, double seconds, List<Answer> answers, double residentBefore, double residentAfter) {

        /** @param jobs whether those who sent a job, or those who asked for the answer itself */
        double percentile(boolean jobs, double share) {
            double[] sorted = answers.stream()
                    .filter(answer -> answer.accepted() && (answer.want == Want.JOB) == jobs)
                    .mapToDouble(Answer::seconds)
                    .sorted()
                    .toArray();
            return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(share * sorted.length) - 1];
        }

        double throughput() {
            return answers.stream().filter(Answer::accepted).count() / seconds;
        }

        double refusedShare() {
            return answers.isEmpty() ? 0 : (double) count(REFUSED) / answers.size();
        }

        long count(int status) {
            return answers.stream().filter(answer -> answer.status == status).count();
        }

        Map<Integer, Long> others() {
            Map<Integer, Long> others = new TreeMap<>();
            answers.stream()
                    .map(Answer::status)
                    .filter(status -> status / 100 != 2 && status != REFUSED && status != HUNG_UP)
                    .forEach(status -> others.merge(status, 1L, Long::sum));
            return others;
        }

        boolean failed() {
            return others().keySet().stream().anyMatch(status -> status >= 500 || status == UNREACHABLE);
        }
    }

    /** @param args SECONDS of each phase, JSON-FILE, and the program's command */
    public static void main(String[] args) throws Exception {
        Duration length = Duration.ofSeconds(Long.parseLong(args[0]));
        List<String> command = List.of(args).subList(2, args.length);
        Path work = Files.createTempDirectory("finexl-load-");
        List<Phase> phases = new ArrayList<>();
        boolean alive;
        Accounts accounts = Accounts.open(TENANTS, command, work);
        try (Service service = Service.start(command, work.resolve("cache"), work)) {
            Load load = new Load(service, accounts);
            load.answer(Want.KNOWN);
            Phase capacity = load.closed(length.dividedBy(4));
            phases.add(capacity);
            double rate = capacity.answers().size() / capacity.seconds();
            phases.add(load.open("1 x", rate, length));
            phases.add(load.open("3 x", 3 * rate, length));
            load.comeBack();
            accounts.read(service);
            alive = service.isAlive();
        } finally {
            Service.remove(work);
        }
        Bounds bounds = Bounds.of(phases.getFirst());
        print(phases);
        System.out.println(bounds);
        System.out.println(accounts.summary());
        Files.writeString(Path.of(args[1]), json(phases, bounds, accounts));
        if (!alive || phases.stream().anyMatch(Phase::failed)) {
            System.err.println(alive ? "the service has answered with its own failure" : "the service has ended");
            System.exit(1);
        }
        if (!accounts.agree()) {
            System.err.println("the ledger is not what clients received");
            System.exit(1);
        }
    }

    /** Clients that ask again as soon as they have their answer. */
    private Phase closed(Duration length) throws Exception {
        double before = mebibytes();
        List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
        long start = System.nanoTime();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < CLOSED; client++) {
                Random random = new Random(client);
                clients.submit(() -> {
                    while (System.nanoTime() - start < length.toNanos()) {
                        answers.add(answer(Want.of(random.nextInt(20))));
                    }
                    return null;
                });
            }
        }
        return new Phase("capacity", Double.NaN, since(start), List.copyOf(answers), before, mebibytes());
    }

    /** Clients that come at a rate, at random moments. */
    private Phase open(String name, double rate, Duration length) throws Exception {
        double before = mebibytes();
        List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
        Random random = new Random(7);
        long start = System.nanoTime();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            double next = 0;
            while (next < length.toSeconds()) {
                long wait = (long) (next * 1e9) - (System.nanoTime() - start);
                if (wait > 0) {
                    Thread.sleep(Duration.ofNanos(wait));
                }
                Want want = Want.of(random.nextInt(20));
                clients.submit(() -> answers.add(answer(want)));
                next -= Math.log(1 - random.nextDouble()) / rate;
            }
        }
        return new Phase(name, rate, since(start), List.copyOf(answers), before, mebibytes());
    }

    private Answer answer(Want want) throws InterruptedException {
        long client = clients.getAndIncrement();
        Question question = new Question(
                want,
                want == Want.KNOWN ? 1 : seeds.incrementAndGet(),
                (int) (client % TENANTS),
                "client-" + client);
        Answer answer = answer(question, want == Want.NOTHING ? IMPATIENCE : PATIENCE);
        if (answer.status() == HUNG_UP || answer.status() == UNREACHABLE || answer.status() == 202) {
            unanswered.add(question);
        }
        return answer;
    }

    private Answer answer(Question question, Duration patience) throws InterruptedException {
        HttpRequest request = service.request(question.want() == Want.JOB ? "/explanations" : "/explain")
                .timeout(patience)
                .header("Authorization", "Bearer " + accounts.key(question.tenant()))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", question.name())
                .header("Prefer", "wait=100")
                .POST(BodyPublishers.ofString(FRESH.formatted(question.seed())))
                .build();
        long start = System.nanoTime();
        try {
            HttpResponse<String> answer = service.answer(request);
            double seconds = since(start);
            accounts.received(question.tenant(), answer);
            return new Answer(question.want(), answer.statusCode(), seconds);
        } catch (HttpTimeoutException _) {
            return new Answer(question.want(), HUNG_UP, since(start));
        } catch (IOException _) {
            return new Answer(question.want(), UNREACHABLE, since(start));
        }
    }

    /** Whoever has hung up, or was told to wait, asks again, until he has his answer: the service may have made it all the same. */
    private void comeBack() throws InterruptedException {
        for (Question question : unanswered) {
            while (answer(question, PATIENCE).status() != 200 && service.isAlive()) {
                Thread.sleep(Duration.ofMillis(200));
            }
        }
    }

    private double mebibytes() {
        return service.memory("VmRSS") / (double) (1 << 20);
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void print(List<Phase> phases) {
        System.out.printf(
                "%-9s %10s %8s %10s %9s %9s %9s %9s %7s %8s %9s %9s  %s%n",
                "", "offered/s", "clients", "answered/s", "p50", "p99", "jobs p50", "jobs p99", "429", "hung up", "RSS from", "RSS to", "other");
        for (Phase phase : phases) {
            System.out.printf(
                    Locale.ROOT,
                    "%-9s %10.2f %8d %10.2f %7.2f s %7.2f s %7.2f s %7.2f s %5.1f %% %8d %5.0f MiB %5.0f MiB  %s%n",
                    phase.name(),
                    phase.offered(),
                    phase.answers().size(),
                    phase.throughput(),
                    phase.percentile(false, 0.5),
                    phase.percentile(false, 0.99),
                    phase.percentile(true, 0.5),
                    phase.percentile(true, 0.99),
                    100 * phase.refusedShare(),
                    phase.count(HUNG_UP),
                    phase.residentBefore(),
                    phase.residentAfter(),
                    phase.others());
        }
    }

    /** JSON has no NaN. */
    private static String number(double value) {
        return Double.isNaN(value) ? "null" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String json(List<Phase> phases, Bounds bounds, Accounts accounts) {
        List<String> lines = new ArrayList<>();
        for (Phase phase : phases) {
            List<String> others = new ArrayList<>();
            phase.others().forEach((status, count) -> others.add("\"%d\": %d".formatted(status, count)));
            lines.add(String.format(
                    Locale.ROOT,
                    "  \"%s\": {\"offeredPerSecond\": %s, \"seconds\": %.1f, \"clients\": %d, \"answeredPerSecond\": %.3f,"
                            + " \"p50\": %s, \"p99\": %s, \"jobsP50\": %s, \"jobsP99\": %s, \"refused\": %.4f, \"hungUp\": %d, \"residentBefore\": %.0f, \"residentAfter\": %.0f, \"other\": {%s}}",
                    phase.name(),
                    number(phase.offered()),
                    phase.seconds(),
                    phase.answers().size(),
                    phase.throughput(),
                    number(phase.percentile(false, 0.5)),
                    number(phase.percentile(false, 0.99)),
                    number(phase.percentile(true, 0.5)),
                    number(phase.percentile(true, 0.99)),
                    phase.refusedShare(),
                    phase.count(HUNG_UP),
                    phase.residentBefore(),
                    phase.residentAfter(),
                    String.join(", ", others)));
        }
        lines.add(String.format(
                Locale.ROOT, "  \"bounds\": {\"p99\": %.3f, \"jobsP99\": %.3f}", bounds.caller(), bounds.job()));
        lines.add("  \"ledger\": " + accounts.json());
        return "{\n" + String.join(",\n", lines) + "\n}\n";
    }
}
