package dev.finexl.serve.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a caller prefers by the header {@code Prefer} (RFC 7240): for how long to wait for a result, or not to. */
final class Preference {

    /** Longer than most proxies hold a connection; who wants to wait on asks again. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?=$|[,;])", Pattern.CASE_INSENSITIVE);

    private static final Pattern ASYNC =
            Pattern.compile("(?:^|[,;])\\s*respond-async\\s*(?=$|[,;])", Pattern.CASE_INSENSITIVE);

    private Preference() {}

    /**
     * Whether the caller wants to know at once, or after a wait that he bounds, where the answer will be found.
     *
     * @param headers the values of all headers {@code Prefer}
     */
    static boolean later(List<String> headers) {
        return ASYNC.matcher(String.join(",", headers)).find() || wait(headers).isPresent();
    }

    /**
     * How long to wait, at most five minutes; empty if nothing is said about it, or nothing that can be understood, since
     * preferences may be ignored.
     *
     * @param headers the values of all headers {@code Prefer}
     */
    static Optional<Duration> wait(List<String> headers) {
        Matcher matcher = WAIT.matcher(String.join(",", headers));
        if (!matcher.find()) {
            return Optional.empty();
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
        return Optional.of(asked.compareTo(LONGEST) < 0 ? asked : LONGEST);
    }
}
