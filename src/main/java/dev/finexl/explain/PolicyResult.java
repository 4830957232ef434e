package dev.finexl.explain;

import java.util.List;

/**
 * Whether the personalised model keeps within the limits that the request sets on the numbers of aspect heads.
 *
 * @param passed whether it keeps within all of them
 * @param verdicts one for each limit, in the order of the request
 */
public record PolicyResult(boolean passed, List<Verdict> verdicts) {

    /**
     * The answer to one limit.
     *
     * @param rule the limit in words
     * @param passed whether it is kept
     * @param reason the number that decides, in words
     */
    public record Verdict(String rule, boolean passed, String reason) {}
}
