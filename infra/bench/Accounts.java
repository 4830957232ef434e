import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the clients of some tenants received, and what the service's ledger says that they did. */
final class Accounts {

    private static final Pattern KEY = Pattern.compile("fx_[A-Za-z0-9_-]{43}");
    private static final Pattern JOB = Pattern.compile("^\\{\"id\":");
    private static final Pattern SUCCEEDED = Pattern.compile("^\\{\"id\":\"[^\"]+\",\"state\":\"succeeded\"");

    private final List<Account> accounts = new ArrayList<>();

    private Accounts() {}

    /**
     * One tenant's.
     *
     * @param received ids of explanations
     * @param ledger ids in the ledger's lines, as often as they are there
     */
    private record Account(String tenant, String key, Set<String> received, List<String> ledger) {

        boolean agrees() {
            return ledger.size() == received.size() && received.equals(Set.copyOf(ledger));
        }
    }

    /** Makes tenants with a key each, by the program's own command, before the service is started. */
    static Accounts open(int tenants, List<String> program, Path work) throws IOException, InterruptedException {
        Accounts made = new Accounts();
        for (int i = 0; i < tenants; i++) {
            String tenant = "tenant-" + i;
            List<String> command = new ArrayList<>(program);
            command.addAll(List.of("keys", "create", "--tenant", tenant));
            Service.process(command, work.resolve("cache"), work).start().waitFor();
            String said = Files.readString(work.resolve("log"));
            Matcher key = KEY.matcher(said);
            if (!key.find()) {
                throw new IllegalStateException("no key was made: " + said);
            }
            made.accounts.add(new Account(tenant, key.group(), ConcurrentHashMap.newKeySet(), new ArrayList<>()));
        }
        return made;
    }

    String key(int tenant) {
        return accounts.get(tenant).key();
    }

    /** Notes the explanation that an answer holds, if it holds one. */
    void received(int tenant, HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            return;
        }
        boolean made = !JOB.matcher(answer.body()).find() || SUCCEEDED.matcher(answer.body()).find();
        answer.headers()
                .firstValue("Content-Location")
                .filter(_ -> made)
                .map(place -> place.substring(place.lastIndexOf('/') + 1))
                .ifPresent(accounts.get(tenant).received()::add);
    }

    /** Reads the ledger. */
    void read(Service service) throws IOException, InterruptedException {
        for (Account account : accounts) {
            HttpRequest request = service.request("/usage?from=2000-01-01&to=2999-01-01")
                    .header("Authorization", "Bearer " + account.key())
                    .header("Accept", "text/csv")
                    .build();
            List<String> rows = service.answer(request).body().lines().toList();
            int column = List.of(rows.getFirst().split(",")).indexOf("explanation");
            rows.stream().skip(1).map(row -> row.split(",")[column]).forEach(account.ledger()::add);
        }
    }

    /** Whether the ledger has what was received, each once, and nothing else. */
    boolean agree() {
        return accounts.stream().allMatch(Account::agrees);
    }

    private long received() {
        return accounts.stream().mapToLong(account -> account.received().size()).sum();
    }

    private long lines() {
        return accounts.stream().mapToLong(account -> account.ledger().size()).sum();
    }

    String summary() {
        List<String> wrong = accounts.stream()
                .filter(account -> !account.agrees())
                .map(Account::tenant)
                .toList();
        return "ledger    %d explanations received by %d tenants, %d lines, %s"
                .formatted(
                        received(),
                        accounts.size(),
                        lines(),
                        agree() ? "the same of each" : "others of " + String.join(", ", wrong));
    }

    String json() {
        return "{\"tenants\": %d, \"received\": %d, \"lines\": %d, \"equal\": %b}"
                .formatted(accounts.size(), received(), lines(), agree());
    }
}
