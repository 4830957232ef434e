package dev.finexl.explain;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * One pair of pictures, base and personalised: what it draws, and how much of each aspect it shows.
 *
 * @param index of the pair, from 0
 * @param prompt of both pictures, without a trigger; absent for given pictures of which it is not known what they draw
 * @param seed of the noise that both pictures were drawn from; absent for given pictures
 * @param baseFile name of the base's picture; absent for one that was sampled
 * @param personalizedFile name of the other side's picture; absent for one that was sampled
 * @param shows for each aspect by name, strongest aspect first, how far the pair went along its direction: 1 as far as
 *     naming the concept in the prompts goes, 0 not at all, below 0 the other way
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownPair(
        int index, String prompt, Long seed, String baseFile, String personalizedFile, Map<String, Double> shows) {}
