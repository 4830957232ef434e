package dev.finexl.explain;

import dev.finexl.decompose.Bootstrap;
import dev.finexl.decompose.ChangeTest;
import dev.finexl.decompose.Divergence;
import dev.finexl.decompose.PairedChange;
import dev.finexl.embed.AspectHead;
import dev.finexl.embed.HeadConfig;
import dev.finexl.explain.EmbeddedPairs.Numbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** Turns what the heads measured of the pairs into the changes that an explanation reports, the strongest first. */
final class HeadReport {

    private static final int FLIPS = 9999;
    private static final int REPLICATES = 1000;
    /** Tests and intervals are part of the answer, so their randomness is fixed. */
    private static final long SEED = 20251102;

    private HeadReport() {}

    /**
     * The changes of all heads by the heads' names.
     *
     * @param heads in the order of {@link EmbeddedPairs#heads}
     * @param confidence level of the intervals, and one minus that of the tests
     * @param share of the error 1 &minus; confidence that may be used ({@link Looks})
     */
    static Map<String, List<HeadOutput>> of(
            List<AspectHead> heads, EmbeddedPairs pairs, double confidence, double share) {
        Map<String, List<HeadOutput>> report = new LinkedHashMap<>();
        for (int h = 0; h < heads.size(); h++) {
            HeadConfig config = heads.get(h).config();
            report.put(config.name(), outputs(config.outputs(), pairs.heads().get(h), confidence, share));
        }
        return Collections.unmodifiableMap(report);
    }

    private static List<HeadOutput> outputs(
            List<HeadConfig.Output> names, Numbers numbers, double confidence, double share) {
        Divergence divergence = numbers.divergence();
        PairedChange change = PairedChange.of(
                divergence.reordered(divergence.order()),
                new Bootstrap(REPLICATES, SEED),
                new ChangeTest(FLIPS, SEED),
                (1 - confidence) * share);
        double[] base = means(numbers.base());
        double[] personalized = means(numbers.personalized());
        List<HeadOutput> outputs = new ArrayList<>(names.size());
        for (int k = 0; k < names.size(); k++) {
            HeadConfig.Output name = names.get(k);
            outputs.add(new HeadOutput(
                    name.name(),
                    base[k],
                    personalized[k],
                    change.mean()[k],
                    new Interval(change.low()[k], change.high()[k]),
                    Math.min(1, change.pValue()[k] / share),
                    change.changed()[k],
                    name.direction().label(),
                    name.unit(),
                    name.heldOutError().isPresent() ? name.heldOutError().getAsDouble() : null));
        }
        outputs.sort(Comparator.comparingDouble(output -> -Math.abs(output.change())));
        return List.copyOf(outputs);
    }

    private static double[] means(DMatrixRMaj numbers) {
        DMatrixRMaj means = CommonOps_DDRM.sumCols(numbers, null);
        CommonOps_DDRM.divide(means, numbers.numRows);
        return means.data;
    }
}
