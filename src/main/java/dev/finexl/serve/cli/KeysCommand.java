package dev.finexl.serve.cli;

import dev.finexl.account.ApiKey;
import dev.finexl.account.ApiKeys;
import dev.finexl.account.NewKey;
import dev.finexl.account.Scope;
import dev.finexl.account.Tenant;
import dev.finexl.explain.InvalidRequestException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keys}: makes, lists, replaces and revokes the keys of the service, in its database. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = "Makes, lists, replaces and revokes the keys that callers of the HTTP service need.",
        footer = {
            "",
            "Works on the service's database (FINEXL_JOBS_URL, or the one in FINEXL_JOBS_DIRECTORY). The embedded one is open to one",
            "process at a time: while the service runs on it, its /admin/keys does the same."
        })
public final class KeysCommand implements Runnable {

    private final ApiKeys keys;

    @Spec
    private CommandSpec spec;

    KeysCommand(ApiKeys keys) {
        this.keys = keys;
    }

    @Override
    public void run() {
        spec.commandLine().usage(out());
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a key and prints it, once: only its hash is kept.")
    void create(
            @Option(
                            names = "--tenant",
                            required = true,
                            paramLabel = "NAME",
                            description = "whose: lower-case letters, digits and hyphens")
                    String tenant,
            @Option(
                            names = "--scope",
                            split = ",",
                            defaultValue = "explain,read",
                            paramLabel = "SCOPE",
                            description = "explain, read, admin; default: ${DEFAULT-VALUE}")
                    List<String> scopes,
            @Option(names = "--days", paramLabel = "N", description = "after which it expires; never without")
                    Integer days) {
        if (days != null && days < 1) {
            throw new InvalidRequestException("--days", "expected 1 or more days");
        }
        Duration lifetime = days == null ? null : Duration.ofDays(days);
        print(keys.create(new Tenant(tenant), Scope.all(scopes), lifetime, actor()));
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists all keys, without their secrets.")
    void list() {
        out().printf("%-12s  %-20s  %-18s  %-20s  %s%n", "key", "tenant", "scopes", "created", "state");
        for (ApiKey key : keys.list()) {
            out().printf(
                            "%-12s  %-20s  %-18s  %-20.20s  %s%n",
                            key.prefix(),
                            key.tenant(),
                            key.scopes().stream().map(Scope::key).collect(Collectors.joining(",")),
                            key.created(),
                            state(key));
        }
    }

    private static String state(ApiKey key) {
        if (key.revoked() != null) {
            return "revoked " + key.revoked();
        }
        if (key.expires() == null) {
            return "good";
        }
        return (key.expires().isAfter(Instant.now()) ? "good until " : "expired ") + key.expires();
    }

    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = "Makes a key that replaces another, which is good for some more hours.")
    void rotate(
            @Parameters(paramLabel = "KEY", description = "how the key begins, as `keys list` shows it") String prefix,
            @Option(
                            names = "--grace",
                            defaultValue = "24",
                            paramLabel = "HOURS",
                            description = "for which it stays good; default: ${DEFAULT-VALUE}")
                    int grace) {
        print(keys.rotate(prefix, Duration.ofHours(grace), actor()));
    }

    @Command(name = "revoke", mixinStandardHelpOptions = true, description = "Makes a key good for nothing, at once.")
    void revoke(
            @Parameters(paramLabel = "KEY", description = "how the key begins, as `keys list` shows it")
                    String prefix) {
        out().printf("%s is revoked%n", keys.revoke(prefix, actor()).prefix());
    }

    /** The secret alone on standard output, for whoever puts it into a file. */
    private void print(NewKey made) {
        spec.commandLine()
                .getErr()
                .printf(
                        "key %s of %s; it is not shown again:%n",
                        made.key().prefix(), made.key().tenant());
        out().println(made.secret());
    }

    private static String actor() {
        return "command line, " + System.getProperty("user.name", "unknown");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
